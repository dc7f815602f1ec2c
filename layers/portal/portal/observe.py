"""Logs and metrics: structured, and never with personal data, secrets or whole events."""

import traceback
from typing import Any, Literal

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(utc=True, use_rfc3339=True)
metrics = Metrics()

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
