"""Logs and metrics: structured, and never with personal data, secrets or whole events."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = Logger(utc=True, use_rfc3339=True)
metrics = Metrics()

_orders: ContextVar[list[str] | None] = ContextVar("orders", default=None)

SecurityEvent = Literal[
    # Who is it?
    "authn_login_success",
    "authn_login_fail",
    "authn_reauthentication_success",
    "authn_reauthentication_fail",
    "authn_password_change",
    "authn_password_change_fail",
    "authn_password_reset_request",
    "authn_password_reset",
    "authn_token_reuse",
    "link_fail",
    # Sessions
    "session_renewed",
    "session_end",
    "session_use_after_expire",
    # What may they do?
    "authz_fail",
    "excess_rate_limit_exceeded",
    # Accounts, and what whoever steals one would change or read
    "registration_request",
    "registration_resend",
    "registration_reject",
    "user_created",
    "user_updated",
    "user_locked",
    "user_deleted",
    "email_change_request",
    "email_change",
    "bank_details_change",
    "bank_details_accept",
    "sensitive_read",
    "consent_given",
    "consent_withdrawn",
    # Operators
    "operator_action",
]
"""The closed vocabulary of the security log, in the words of OWASP's Logging Vocabulary where it has some."""

Dependency = Literal["dynamodb", "kms", "sesv2", "s3"]

SecurityCounter = Literal[
    "LoginsRefused",
    "TokensRefused",
    "TokensReused",
    "LinksRefused",
    "ResetsRequested",
    "LimitsHit",
]
"""Metrics of the security log, over all functions."""


def count(name: str, value: int = 1) -> None:
    """Add to a counter of this invocation."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def gauge(name: str, value: int) -> None:
    """Note how much of something there is now, in the unit that the name ends with."""
    metrics.add_metric(name=name, unit=MetricUnit.NoUnit, value=value)


def seconds(name: str, value: int) -> None:
    """Note a length of time of this invocation."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=value)


def log_security(event: SecurityEvent, *, failed: bool = False, **fields: str | bool | int | None) -> None:
    """Write one line of the security log (ASVS 16.2.1, 16.3).

    Args:
        event: what happened; the line's message.
        failed: whether it was refused.
        fields: who, where and how, with no word that a client wrote; None is left out. ``docs/operations.md`` lists
            them, ``docs/security-log.schema.json`` says which there are.
    """
    write = logger.warning if failed else logger.info
    write(event, extra={"category": "security", "outcome": "failure" if failed else "success", **fields})


def count_security(name: SecurityCounter) -> None:
    """Add to a counter that all functions share, so that one alarm watches them all."""
    with single_metric(name=name, unit=MetricUnit.Count, value=1, default_dimensions={"service": "security"}):
        pass


def count_failed_call(dependency: Dependency, operation: str) -> None:
    """Count a call to AWS that came to nothing, so that one alarm for each dependency watches all functions.

    Args:
        dependency: service of AWS.
        operation: in boto3's spelling. A failed signature is counted once more: without it nobody gets in.
    """
    _count_shared("CallsFailed", dependency)
    if operation == "sign":
        _count_shared("SigningErrors", dependency)


def count_broken_request(version: str | None) -> None:
    """Count a request that ended in an error of the code.

    Args:
        version: of the function, which is taken back if it is a new one; None where nobody knows.
    """
    _count_shared("RequestsBroken", "api")
    if version is not None:
        _count_shared("RequestsBroken", metrics.service or "", version=version)


def _count_shared(name: str, service: str, **more: str) -> None:
    # Tools make calls too, and have no namespace in their environment.
    namespace = metrics.namespace or "Mandantenportal"
    dimensions = {"service": service, **more}
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=namespace, default_dimensions=dimensions):
        pass


def note_run(context: Any) -> None:  # noqa: ANN401 - Lambda's object
    """Let the lines that follow name the run that writes them, as Lambda's own lines about it do.

    Args:
        context: of Lambda; what has no request id leaves the lines without one.
    """
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))


@contextmanager
def orders_of() -> Iterator[list[str]]:
    """Collect the ids of the mails that a request orders, so that its line leads to the lines of the mailer."""
    orders: list[str] = []
    token = _orders.set(orders)
    try:
        yield orders
    finally:
        _orders.reset(token)


def note_order(order: str) -> None:
    """Note a mail that the present request orders; the id is random and says nothing of anybody."""
    orders = _orders.get()
    if orders is not None and order not in orders:
        orders.append(order)


def flush_metrics() -> None:
    """Write the metrics of this invocation, if there are any."""
    if metrics.metric_set:
        metrics.flush_metrics()


def log_failure(failure: BaseException, **context: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Log an unexpected failure by its class, AWS error code and place; its text may quote data and is left out."""
    frames = traceback.extract_tb(failure.__traceback__)
    logger.error(
        "unexpected_failure",
        extra={
            "error": type(failure).__name__,
            "aws_code": getattr(failure, "code", None),
            "frames": [f"{frame.filename.rpartition('/portal/')[2]}:{frame.lineno}" for frame in frames[-8:]],
            **context,
        },
    )
