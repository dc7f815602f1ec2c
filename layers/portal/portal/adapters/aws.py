"""Calls to AWS: one way out, one table of failures, one hook for tests."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST

from portal.domain.errors import ConditionFailed, Conflict, MailRefused, Unavailable
from portal.observe import Dependency, count_failed_call, logger

Service = Dependency
Hook = Callable[[str, str, dict[str, Any]], None]
"""Called with service, operation and parameters; may raise or wait in the call's stead."""


def _config(connect: int, read: int, tries: int) -> Config:
    """Return what a client is made with; the waits are in seconds."""
    return Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"total_max_attempts": tries, "mode": "standard"},
        # The function's name in AWS's logs. As a whole: botocore would put one together for each call, twice.
        user_agent=f"mandantenportal app/{logger.service}",
    )


# Explicit, so that a request ends by itself: a call that it may still begin (``REQUEST_SECONDS``) makes two tries of at
# most three seconds and ends before the functions' timeout, which ends before API Gateway's.
CONFIGS: dict[Service, Config] = {
    "dynamodb": _config(1, 2, tries=2),
    "kms": _config(1, 2, tries=2),
    # SES has no idempotency token: a second try of the library could be a second mail that nobody counts.
    "sesv2": _config(2, 10, tries=1),
    # Used by no request: a copy of a large file takes its time.
    "s3": _config(2, 30, tries=3),
}

REQUEST_SECONDS = 10
"""How long a request may begin calls: what takes ten times as long as usual helps nobody who waits for it, and keeps a
place from the next one."""

_THROTTLED_RETRY_SECONDS = 5

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)

# The answer of a service to a request that is wrong in itself: no retry helps, somebody has to mend it.
_OUR_FAULT = ("AccessDenied", "NotFound", "Validation", "InvalidParameter", "Unauthorized", "UnrecognizedClient")


class Misconfigured(Exception):
    """A call that can't work as it is: missing rights, wrong names, invalid parameters.

    Args:
        code: AWS error code; its text stays unread, as it may quote data.
    """

    def __init__(self, operation: str, code: str) -> None:
        super().__init__(f"{operation}: {code}")
        self.code = code


class Absent(Exception):
    """There is nothing that the call could delete."""


class InvalidMac(Exception):
    """KMS says that a MAC does not belong to the message."""


_ANSWERS: dict[str, type[Exception]] = {
    "ConditionalCheckFailedException": ConditionFailed,
    "TransactionConflictException": Conflict,
    "TransactionInProgressException": Conflict,
    "KMSInvalidMacException": InvalidMac,
    # Of S3: another object is there now, or none.
    "PreconditionFailed": ConditionFailed,
    "ConditionalRequestConflict": ConditionFailed,
    "NoSuchKey": ConditionFailed,
    # Of SES alone: this mail, or this sender.
    "MessageRejected": MailRefused,
    "BadRequestException": MailRefused,
    # Of one operation: what it should delete is not there, which is an answer and no failure.
    "DeleteSuppressedDestination:NotFoundException": Absent,
}


class Session:
    """A session of boto3 that does around a call what concerns its service, and no more.

    botocore has 127 handlers, most of them for single services and its documentation, and looks at the signature of
    each that is registered, some 15 ms of a start. Those of a service come with its first client; clients that
    providers of credentials make for themselves have those for every service alone, and Lambda needs no such clients.
    """

    def __init__(self) -> None:
        self._session = boto3.Session(botocore_session=botocore.session.Session(include_builtin_handlers=False))
        self._served: set[str | None] = set()
        self._register(None)

    def client(self, service: str, *, config: Config | None = None) -> Any:  # noqa: ANN401 - made at run time
        """Return a new client."""
        self._register(service)
        return self._session.client(service, config=config)  # type: ignore[call-overload]  # any service

    def _register(self, service: str | None) -> None:
        """Register the handlers of a service, or those for every service."""
        if service in self._served:
            return
        self._served.add(service)
        events = self._session.events
        places = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
        for name, handler, *place in BUILTIN_HANDLERS:
            if name.split(".")[1:2] == ([service] if service else []):
                places.get(place[0] if place else None, events.register)(name, handler)


class Aws:
    """Clients of one session, made on first use.

    Args:
        before: called before each call takes effect.
        after: called after each call that took effect.
        monotonic: seconds of any clock that only goes on.
    """

    def __init__(
        self,
        before: Hook | None = None,
        after: Hook | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session: Session | None = None
        self._clients: dict[str, Any] = {}
        self._before = before
        self._after = after
        self._monotonic = monotonic

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Begin no call after so many seconds: whoever waits is told to come back, rather than to wait on."""
        token = _deadline.set(self._monotonic() + seconds)
        try:
            yield
        finally:
            _deadline.reset(token)

    def call(self, service: Service, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - as AWS names them
        """Make one call.

        Args:
            service: of AWS.
            operation: in boto3's spelling, such as ``get_item``.
            parameters: as the operation takes them.

        Raises:
            ConditionFailed: a condition did not hold.
            Conflict: two transactions met.
            InvalidMac: from ``verify_mac``.
            Unavailable: throttled, unreachable, timed out, failing; or the time of the request is over.
            MailRefused: from ``send_email``.
            Absent: there is nothing to delete.
            Misconfigured: the call can't work as it is.
        """
        deadline = _deadline.get()
        if deadline is not None and self._monotonic() >= deadline:
            raise Unavailable(_THROTTLED_RETRY_SECONDS)
        try:
            return self._make(service, operation, parameters)
        except (ClientError, BotoCoreError) as failure:
            told = _translated(failure, operation)
        if isinstance(told, Unavailable | Misconfigured):
            count_failed_call(service, operation)
        raise told from None

    def _make(self, service: Service, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if self._before:
            self._before(service, operation, parameters)
        answer: dict[str, Any] = getattr(self._client(service), operation)(**parameters)
        if self._after:
            self._after(service, operation, parameters)
        return answer

    def transact(self, *writes: dict[str, Any]) -> None:
        """Write to DynamoDB, all or nothing; boto3's token makes a repeated call the same one.

        Args:
            writes: entries as ``TransactWriteItems`` takes them.

        Raises:
            ConditionFailed, Conflict, Unavailable, Misconfigured: as ``call``.
        """
        self.call("dynamodb", "transact_write_items", TransactItems=list(writes))

    def forget(self) -> None:
        """Give up clients, connections and credentials; the next call makes new ones."""
        self._session, self._clients = None, {}

    def _client(self, service: Service) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
        if service not in self._clients:
            self._session = self._session or Session()
            self._clients[service] = self._session.client(service, config=CONFIGS[service])
        return self._clients[service]


def _translated(failure: ClientError | BotoCoreError, operation: str) -> Exception:
    if isinstance(failure, ParamValidationError | NoCredentialsError):
        return Misconfigured(operation, type(failure).__name__)
    if isinstance(failure, BotoCoreError):
        return Unavailable()
    code = failure.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        return _cancelled(failure.response.get("CancellationReasons", []))
    if answer := _ANSWERS.get(code) or _ANSWERS.get(f"{failure.operation_name}:{code}"):
        return answer()
    if any(part in code for part in _OUR_FAULT):
        return Misconfigured(failure.operation_name, code)
    return Unavailable(_THROTTLED_RETRY_SECONDS)


def _cancelled(reasons: Sequence[Mapping[str, Any]]) -> Exception:
    codes = [reason.get("Code", "None") for reason in reasons]
    failed = tuple(place for place, code in enumerate(codes) if code == "ConditionalCheckFailed")
    if failed:
        return ConditionFailed(failed, {place: reasons[place]["Item"] for place in failed if "Item" in reasons[place]})
    if "TransactionConflict" in codes:
        return Conflict()
    if "ValidationError" in codes:
        return Misconfigured("TransactWriteItems", "ValidationError")
    return Unavailable(_THROTTLED_RETRY_SECONDS)
