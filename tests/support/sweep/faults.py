"""The ways in which one call fails, or in which something else happens right beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from botocore.exceptions import ClientError, ReadTimeoutError

SKEW_SECONDS = 300
"""How far the clocks of two machines are apart; AWS keeps those of its own within milliseconds."""

_FOR_GOOD = 99

_ERRORS = {
    "dynamodb": "InternalServerError",
    "kms": "KMSInternalException",
    "sesv2": "InternalServiceErrorException",
    "s3": "InternalError",
}
_THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "kms": "ThrottlingException",
    "sesv2": "TooManyRequestsException",
    "s3": "SlowDown",
}
_SINGLE_WRITES = ("put_item", "update_item", "delete_item")
# Whatever does not begin so is taken for something that changes the world.
_EFFECTLESS = ("get_", "batch_get_", "query", "scan", "list_", "describe_", "head_")
_EFFECTLESS_OF_KEYS = ("sign", "verify", "generate_mac", "verify_mac", "encrypt", "decrypt")


def has_effect(service: str, operation: str) -> bool:
    """Tell whether a call changes something beyond its answer."""
    return not operation.startswith(_EFFECTLESS) and not (service == "kms" and operation in _EFFECTLESS_OF_KEYS)


class Killed(BaseException):
    """The process is gone, without a word: no handler catches it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a flow, as the clean run made it.

    Args:
        service: of AWS.
        operation: in boto3's spelling.
        took_effect: whether it changed anything there; a refused call and one that only reads or computes did not, so
            that nothing can go wrong after it that could not go wrong before it.
    """

    service: str
    operation: str
    took_effect: bool


class Struck(Protocol):
    """What a fault can do to the run that it strikes."""

    def step_again(self) -> None:
        """Deliver the same event once more, at this very moment."""

    def step_aside(self) -> None:
        """Let the rival act, at this very moment."""

    def wake_mailer_reversed(self) -> None:
        """Deliver the stream records so far, the newest first."""

    def shift_clock(self, seconds: int) -> None:
        """Let what is left of the step run on a machine whose clock differs."""

    def send_as_well(self, operation: str, parameters: dict[str, Any]) -> None:
        """Let a call take effect that nobody hears of."""


Strike = Callable[[Struck, str, str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a call fails.

    Args:
        name: the last part of a scenario's name.
        strike: raises in the call's stead or does something beside it; gets the run, service, operation, parameters.
        moment: before the call takes effect, or after it.
        times: how often in a row.
        hits: which calls can fail like this.
    """

    name: str
    strike: Strike
    moment: Literal["before", "after"] = "before"
    times: int = 1
    hits: Callable[[Call], bool] = lambda _: True


def _answered(code: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "CancellationReasons": [{"Code": "TransactionConflict"}]}
    return ClientError(answer, "Operation")


def _error(_: Struck, service: str, *__: object) -> None:
    raise _answered(_ERRORS[service])


def _timeout(*_: object) -> None:
    raise ReadTimeoutError(endpoint_url="")


def _throttle(_: Struck, service: str, *__: object) -> None:
    raise _answered(_THROTTLED[service])


def _kill(*_: object) -> None:
    raise Killed


def _conflict(_: Struck, __: str, operation: str, ___: object) -> None:
    transaction = operation == "transact_write_items"
    raise _answered("TransactionCanceledException" if transaction else "TransactionConflictException")


def _again(run: Struck, *_: object) -> None:
    run.step_again()


def _aside(run: Struck, *_: object) -> None:
    run.step_aside()


def _reversed(run: Struck, *_: object) -> None:
    run.wake_mailer_reversed()


def _sent_again(run: Struck, _: str, operation: str, parameters: dict[str, Any]) -> None:
    run.send_as_well(operation, parameters)


def _is_write(call: Call) -> bool:
    return call.operation in {*_SINGLE_WRITES, "transact_write_items"}


FAULTS = (
    Fault("error-before", _error),
    Fault("error-after", _error, "after"),
    Fault("timeout-before", _timeout),
    Fault("timeout-after", _timeout, "after"),
    Fault("throttled", _throttle),
    Fault("killed-before", _kill),
    Fault("killed-after", _kill, "after"),
    Fault("twice", _again),
    Fault("reordered", _reversed),
    Fault("clock-ahead", lambda run, *_: run.shift_clock(SKEW_SECONDS)),
    Fault("clock-behind", lambda run, *_: run.shift_clock(-SKEW_SECONDS)),
    Fault("conflict", _conflict, hits=_is_write),
    Fault("conflicts", _conflict, times=_FOR_GOOD, hits=_is_write),
    # A transaction carries a token that keeps it from taking effect twice; a single write does not.
    Fault("sent-again", _sent_again, hits=lambda call: call.operation in _SINGLE_WRITES and call.took_effect),
)

MEANWHILE = Fault("meanwhile", _aside)
"""Of flows that have a rival."""


def faults_of(call: Call, *, has_rival: bool) -> list[Fault]:
    """Return all that can happen at a call."""
    found = [fault for fault in FAULTS if fault.hits(call) and (call.took_effect or fault.moment == "before")]
    return [*found, MEANWHILE] if has_rival else found
