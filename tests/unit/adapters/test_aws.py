"""Failures of AWS in the words of the domain."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from portal.adapters.aws import CONFIGS, Aws, InvalidMac, Misconfigured, Session
from portal.domain.errors import ConditionFailed, Conflict, Unavailable

QUOTED = "erika@example.com"


def failing(failure: Exception) -> Callable[[str, str, dict[str, Any]], None]:
    def before(_service: str, _operation: str, _parameters: dict[str, Any]) -> None:
        raise failure

    return before


def translated(failure: Exception) -> Exception:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is what the tests ask
        Aws(before=failing(failure)).call("dynamodb", "put_item")
    assert raised.value.__suppress_context__
    assert QUOTED not in str(raised.value)
    return raised.value


def client_error(code: str, *reasons: str) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": f"quotes {QUOTED}"}}
    if reasons:
        answer["CancellationReasons"] = [{"Code": reason, "Message": QUOTED} for reason in reasons]
    return ClientError(answer, "PutItem")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ConditionalCheckFailedException", ConditionFailed),
        ("TransactionConflictException", Conflict),
        ("TransactionInProgressException", Conflict),
        ("KMSInvalidMacException", InvalidMac),
        ("AccessDeniedException", Misconfigured),
        ("AccessDenied", Misconfigured),
        ("ResourceNotFoundException", Misconfigured),
        ("NotFoundException", Misconfigured),
        ("ValidationException", Misconfigured),
        ("InvalidParameterValue", Misconfigured),
        ("UnrecognizedClientException", Misconfigured),
        ("UnauthorizedOperation", Misconfigured),
        ("ProvisionedThroughputExceededException", Unavailable),
        ("ThrottlingException", Unavailable),
        ("RequestLimitExceeded", Unavailable),
        ("TooManyRequestsException", Unavailable),
        ("InternalServerError", Unavailable),
        ("ServiceUnavailable", Unavailable),
        ("KMSInternalException", Unavailable),
        ("DependencyTimeoutException", Unavailable),
        ("SendingPausedException", Unavailable),
        ("SomethingNewException", Unavailable),
    ],
)
def test_each_code_has_its_meaning(code: str, kind: type[Exception]) -> None:
    assert type(translated(client_error(code))) is kind


@pytest.mark.parametrize(
    ("reasons", "kind"),
    [
        (("None", "ConditionalCheckFailed"), ConditionFailed),
        (("TransactionConflict", "ConditionalCheckFailed"), ConditionFailed),
        (("None", "TransactionConflict"), Conflict),
        (("ThrottlingError", "TransactionConflict"), Conflict),
        (("None", "ValidationError"), Misconfigured),
        (("ThrottlingError", "None"), Unavailable),
        (("ProvisionedThroughputExceeded",), Unavailable),
        ((), Unavailable),
    ],
)
def test_a_cancelled_transaction_means_what_its_reasons_say(reasons: tuple[str, ...], kind: type[Exception]) -> None:
    assert type(translated(client_error("TransactionCanceledException", *reasons))) is kind


def test_a_failed_condition_says_which_entries_failed() -> None:
    reasons = ("None", "ConditionalCheckFailed", "None", "ConditionalCheckFailed")
    failure = translated(client_error("TransactionCanceledException", *reasons))
    assert isinstance(failure, ConditionFailed)
    assert failure.failed == (1, 3)
    single = translated(client_error("ConditionalCheckFailedException"))
    assert isinstance(single, ConditionFailed)
    assert single.failed == (0,)


def test_a_fault_of_ours_names_operation_and_code_and_nothing_else() -> None:
    failure = translated(client_error("ValidationException"))
    assert isinstance(failure, Misconfigured)
    assert (failure.code, str(failure)) == ("ValidationException", "PutItem: ValidationException")


@pytest.mark.parametrize(
    "failure",
    [
        ConnectTimeoutError(endpoint_url=QUOTED),
        ReadTimeoutError(endpoint_url=QUOTED),
        EndpointConnectionError(endpoint_url=QUOTED),
    ],
)
def test_an_unreachable_service_is_unavailable(failure: Exception) -> None:
    assert isinstance(translated(failure), Unavailable)


@pytest.mark.parametrize("failure", [ParamValidationError(report=QUOTED), NoCredentialsError()])
def test_a_call_that_can_not_work_is_no_outage(failure: Exception) -> None:
    found = translated(failure)
    assert isinstance(found, Misconfigured)
    assert QUOTED not in str(found)


def test_a_failure_of_our_own_code_stays_what_it_is() -> None:
    with pytest.raises(KeyError):
        Aws(before=failing(KeyError("x"))).call("dynamodb", "put_item")


def handlers(client: Any) -> dict[str, list[str]]:
    """Return what botocore does around each call of a client, in its order, by event."""
    kinds = [
        *("provide-client-params", "before-parameter-build", "before-endpoint-resolution", "before-call"),
        *("request-created", "choose-signer", "before-sign", "before-send", "needs-retry", "before-parse"),
        *("after-call", "after-call-error", "response-received"),
    ]
    service = client.meta.service_model
    names = [f"{kind}.{service.service_id.hyphenize()}.{name}" for kind in kinds for name in service.operation_names]
    found = client.meta.events._emitter._handlers  # noqa: SLF001 - nothing public tells
    around = {name: [getattr(one, "__qualname__", str(one)) for one in found.prefix_search(name)] for name in names}
    # Powertools names itself to AWS, before or after the others; the clients of the portal have a name of their own.
    return {name: [one for one in found if "powertools" not in one] for name, found in around.items()}


@pytest.mark.parametrize("service", CONFIGS)
def test_calls_are_made_as_by_a_session_with_all_handlers(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    plain = boto3.Session().client(service)  # type: ignore[call-overload]  # any service
    whole = handlers(plain)
    session = Session()
    client = session.client(service)
    assert handlers(client) == whole
    # Classes of clients are made by handlers, too.
    assert dir(client) == dir(plain)
    # A second client, with others in between, is as the first.
    session.client("s3")
    assert handlers(session.client(service)) == whole
    assert any("add_retry_headers" in around for around in whole.values())
