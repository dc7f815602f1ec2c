"""Routes and the one way in: find the route, call its endpoint, answer, log one line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import portal.http.garbage  # before all that makes objects
from portal.adapters.aws import REQUEST_SECONDS, Aws
from portal.adapters.kms import Kms
from portal.domain.errors import NotFound, PortalError
from portal.http.problems import INTERNAL_ERROR, PROBLEMS, Problem, problem_of, problem_response
from portal.http.request import Request
from portal.http.response import Response
from portal.http.security_log import log_outcome
from portal.http.snapshot import prepare_snapshots
from portal.observe import SecurityEvent, count_broken_request, flush_metrics, log_failure, logger, orders_of

if TYPE_CHECKING:
    from portal.flows.ports import Clock
    from portal.settings.site import SiteSettings

_NO_PAGES = ("/api/", "/.well-known/")

Needs = Literal["nothing", "access_token", "any_access_token", "recent_access_token"]


class Route(NamedTuple):
    """One operation of the API.

    Args:
        method: upper case.
        path: as declared in template.yaml.
        endpoint: ``module:function`` below ``portal.http.endpoints``. A name, not the function itself, so that a
            request imports what its own route needs and no more (cold starts).
        needs: what a caller has to show; ``any_access_token`` includes the scope ``password:change``,
            ``recent_access_token`` asks for the password when it was given too long ago.
        outdated: whether callers pass while a newer wording awaits their consent.
        processing: whether callers are stopped while the processing of their data is restricted.
        event: what its success is called in the security log; None where that says nothing.
    """

    method: str
    path: str
    endpoint: str
    needs: Needs = "nothing"
    outdated: bool = False
    processing: bool = False
    event: SecurityEvent | None = None

    @property
    def is_page(self) -> bool:
        """Whether a browser shows what it answers, errors included."""
        return not self.path.startswith(_NO_PAGES)

    def load(self) -> Endpoint[Any]:
        """Return the endpoint, importing its module on first use."""
        module, _, function = self.endpoint.partition(":")
        found: Endpoint[Any] = getattr(import_module(f"portal.http.endpoints.{module}"), function)
        return found


@dataclass(slots=True, eq=False, repr=False, match_args=False)
class Wiring[S]:
    """What endpoints build their adapters from.

    Args:
        settings: of the function.
        aws: way out.
        clock: epoch seconds.
    """

    settings: S
    aws: Aws = field(default_factory=Aws)
    clock: Clock = lambda: int(time.time())
    kms: Kms = field(init=False)

    def __post_init__(self) -> None:
        # One for the whole process: it keeps public keys.
        self.kms = Kms(self.aws)


type Endpoint[S] = Callable[[Request, Wiring[S]], Response]
Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]


def serve[S](routes: Sequence[Route], wiring: Wiring[S], *, from_snapshot: bool = False) -> Handler:
    """Return the Lambda handler of a function.

    Args:
        routes: what it answers.
        wiring: what its endpoints share.
        from_snapshot: whether copies of it start from a snapshot of this process (SnapStart).
    """
    table = {(route.method, route.path): route for route in routes}
    if from_snapshot:
        prepare_snapshots(routes, wiring)

    def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
        try:
            return _handled(table, wiring, event, context)
        finally:
            portal.http.garbage.collect_from_now_on()

    return handler


def _handled[S](
    table: Mapping[tuple[str, str], Route], wiring: Wiring[S], event: Mapping[str, Any], context: object
) -> dict[str, Any]:
    started = time.monotonic()
    request = Request.from_event(event)
    route = table.get((request.method, request.route))
    with wiring.aws.within(REQUEST_SECONDS), orders_of() as orders:
        response, code, error = _answer(route, request, wiring)
    if route is not None and response.acted:
        log_outcome(route, request, response.status, code, error)
    logger.info(
        "request",
        extra={
            "request_id": request.request_id,
            "method": request.method,
            "route": request.route,
            "status": response.status,
            "code": code,
            "duration_ms": round((time.monotonic() - started) * 1000),
            **({"orders": orders} if orders else {}),
        },
    )
    if code == INTERNAL_ERROR.code:
        count_broken_request(getattr(context, "function_version", None))
    flush_metrics()
    return response.to_gateway()


def _answer[S](
    route: Route | None, request: Request, wiring: Wiring[S]
) -> tuple[Response, str | None, PortalError | None]:
    if route is None:
        return problem_response(PROBLEMS[NotFound], request.language), PROBLEMS[NotFound].code, None
    try:
        response = route.load()(request, wiring)
        refusal = response.refusal
        return response, problem_of(refusal).code if refusal else None, refusal
    except PortalError as error:
        problem = problem_of(error)
        if problem is INTERNAL_ERROR:
            log_failure(error, request_id=request.request_id)
        return _problem(route, problem, request, wiring, error), problem.code, error
    except Exception as failure:  # noqa: BLE001 - the last resort: details to the log, none to the client
        log_failure(failure, request_id=request.request_id)
        return _problem(route, INTERNAL_ERROR, request, wiring), INTERNAL_ERROR.code, None


def _problem[S](
    route: Route, problem: Problem, request: Request, wiring: Wiring[S], error: PortalError | None = None
) -> Response:
    if not route.is_page:
        return problem_response(problem, request.language, error)
    from portal.http.site import problem_page

    return problem_page(problem, request, cast("SiteSettings", wiring.settings), error)
