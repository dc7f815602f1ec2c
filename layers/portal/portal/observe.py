"""Logs and metrics: structured, and never with personal data, secrets or whole events."""

import traceback
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()


def count(name: str, value: int = 1) -> None:
    """Add to a counter of this invocation."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def gauge(name: str, value: int) -> None:
    """Note how much of something there is now, in the unit that the name ends with."""
    metrics.add_metric(name=name, unit=MetricUnit.NoUnit, value=value)


def seconds(name: str, value: int) -> None:
    """Note a length of time of this invocation."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=value)


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
