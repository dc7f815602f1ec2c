"""The operators' function: no route leads to it, and every use of it is a line in the log."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.accounts import AccountsTable
from portal.adapters.dynamodb.evidence import EvidenceTable
from portal.adapters.dynamodb.former_addresses import FormerAddressesTable
from portal.adapters.dynamodb.operations import OperationsTable
from portal.adapters.dynamodb.registrations import RegistrationsTable
from portal.adapters.dynamodb.sessions import SessionsTable
from portal.adapters.kms import Kms, KmsPseudonyms, KmsRecipients
from portal.domain.errors import InvalidInput, NotFound, Unavailable
from portal.domain.ids import AccountId, CanonicalEmail, SessionId
from portal.domain.times import rfc3339
from portal.events.ops_event import (
    AnyEvent,
    EndAllSessions,
    GiveProof,
    OnAccount,
    Restore,
    Status,
    parse_event,
    target_of,
)
from portal.flows.operate import AccountStatus, AddressStatus, Ended, Operate, Result
from portal.flows.prove import Prove
from portal.observe import count, flush_metrics, log_failure, log_security, note_run
from portal.proofs import proof_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from portal.domain.registration import Attempt
    from portal.events import Handler
    from portal.flows.ports import Clock
    from portal.settings.ops import OpsSettings

# The end of all sessions stops while enough of its time is left for the deletion in hand, retries included.
_RESERVE_MILLISECONDS = 10_000

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Office:
    """What answers are made with."""

    operate: Operate
    prove: Prove
    company: str
    clock: Clock


def serve_ops(settings: OpsSettings, aws: Aws | None = None, clock: Clock = lambda: int(time.time())) -> Handler:
    """Return the Lambda handler for operators.

    It answers every event with ``ok``; what fails is a ``code``, never an exception, as Lambda would log its text.

    Args:
        settings: of the function.
        aws: way out.
        clock: epoch seconds.
    """
    aws = aws or Aws()
    company = f"{settings.company_name}, {settings.company_address}"
    office = _Office(_operate(settings, aws, clock), _prove(settings, aws, clock), company, clock)

    def handler(event: Mapping[str, Any], context: Any) -> Answer:  # noqa: ANN401 - Lambda's object
        note_run(context)
        count("OperatorActions")
        try:
            return _serve(event, office, lambda: context.get_remaining_time_in_millis() >= _RESERVE_MILLISECONDS)
        finally:
            flush_metrics()

    return handler


def _serve(event: Mapping[str, Any], office: _Office, has_time: Callable[[], bool]) -> Answer:
    try:
        asked = parse_event(event)
    except InvalidInput as refused:
        # Whatever was sent stays out of the log, names of members included.
        log_security("operator_action", failed=True, code="invalid_input")
        errors = [{"pointer": error.pointer, "code": error.code.value} for error in refused.errors]
        return {"ok": False, "code": "invalid_input", "errors": errors}
    answer, account_id = _answer(asked, office, has_time)
    log_security(
        "operator_action",
        failed=not answer["ok"],
        code=answer.get("code"),
        action=asked.action,
        operator=asked.operator,
        reason=asked.reason,
        account_id=account_id,
        detail=answer.get("outcome"),
        **_details(asked, answer),
    )
    return answer


def _details(asked: AnyEvent, answer: Answer) -> dict[str, Any]:
    """Return what else somebody who reads the log later has to know."""
    match asked:
        case Restore():
            return {"to_former_address": asked.to_former_address}
        case EndAllSessions():
            return {"ended": answer.get("ended")}
        case _:
            return {}


def _answer(asked: AnyEvent, office: _Office, has_time: Callable[[], bool]) -> tuple[Answer, AccountId | None]:
    """Return the answer, and the account that it is about: as it was found, never as somebody typed it."""
    try:
        return _act(asked, office, has_time)
    except NotFound:
        return _refusal("not_found"), None
    except Unavailable:
        return _refusal("unavailable"), None
    except Exception as failure:  # noqa: BLE001 - whatever it is, Lambda must not log its text
        log_failure(failure)
        return _refusal("internal_error"), None


def _act(asked: AnyEvent, office: _Office, has_time: Callable[[], bool]) -> tuple[Answer, AccountId | None]:
    operate = office.operate
    match asked:
        case GiveProof():
            return _proof_answer(asked, office)
        case Status():
            status = operate.status(CanonicalEmail(asked.email))
            return _status_answer(status), status.account.id if status.account else None
        case EndAllSessions():
            return _ended_answer(operate.end_all_sessions(_session(asked.cursor), has_time)), None
        case Restore():
            return _result_answer(operate.restore(target_of(asked), to_former_address=asked.to_former_address))
        case OnAccount():
            actions = {
                "block": operate.block,
                "unblock": operate.unblock,
                "end_sessions": operate.end_sessions,
                "restrict": operate.restrict,
                "lift_restriction": operate.lift_restriction,
                "reachable": operate.reachable,
            }
            return _result_answer(actions[asked.action](target_of(asked)))


def _proof_answer(asked: GiveProof, office: _Office) -> tuple[Answer, AccountId | None]:
    if asked.email:
        proofs, asked_for = office.prove.by_address(CanonicalEmail(asked.email)), asked.email
    else:
        account_id = AccountId(asked.account_id or "")
        proofs, asked_for = office.prove.by_account(account_id), account_id
    now = office.clock()
    given = [
        {
            "complete": proof.is_complete,
            "integrity": proof.integrity,
            **_in_rfc3339(asdict(proof)),
            "html": proof_document(proof, office.company, asked_for, now),
        }
        for proof in proofs
    ]
    return {"ok": True, "outcome": "done", "proofs": given}, proofs[0].subject


def _in_rfc3339(value: Any, name: str = "") -> Any:  # noqa: ANN401 - walks any nesting
    if isinstance(value, dict):
        return {key: _in_rfc3339(member, key) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_in_rfc3339(member, name) for member in value]
    is_time = name in {"at", "kept_until"} or name.endswith("_at")
    return rfc3339(value) if is_time and isinstance(value, int) else value


def _refusal(code: str) -> Answer:
    return {"ok": False, "code": code}


def _result_answer(result: Result) -> tuple[Answer, AccountId | None]:
    if result.outcome not in {"done", "already"}:
        return _refusal(result.outcome), result.account_id
    return {"ok": True, "outcome": result.outcome, "account_id": result.account_id}, result.account_id


def _ended_answer(ended: Ended) -> Answer:
    outcome = "done" if ended.complete else "incomplete"
    return {"ok": True, "outcome": outcome, "ended": ended.ended, "complete": ended.complete, "cursor": ended.cursor}


def _status_answer(status: AddressStatus) -> Answer:
    return {
        "ok": True,
        "outcome": "done",
        "attempts": [_attempt(attempt) for attempt in status.attempts],
        "account": _account(status.account) if status.account else None,
        "former_address_of": [
            {**_account(account), "changed_at": rfc3339(former.requested_at), "until": rfc3339(former.expires_at)}
            for account, former in status.formerly
        ],
    }


def _attempt(attempt: Attempt) -> Answer:
    return {
        "reference": attempt.reference,
        "requested_at": rfc3339(attempt.requested_at),
        "expires_at": rfc3339(attempt.expires_at),
        "mail_sent_at": _time(attempt.mail_sent_at),
        "refused_at": _time(attempt.refused_at),
    }


def _account(account: AccountStatus) -> Answer:
    return {
        "id": account.id,
        "state": account.state,
        "created_at": rfc3339(account.created_at),
        "opt_in_mail_sent_at": _time(account.opt_in_mail_sent_at),
        "processing_restricted": {"since": _time(account.restricted_at), "until": _time(account.restriction_ends_at)}
        if account.restricted_at
        else None,
        "unreachable": {"bounced_at": _time(account.bounced_at), "complained_at": _time(account.complained_at)}
        if account.bounced_at or account.complained_at
        else None,
    }


def _time(epoch: int | None) -> str | None:
    return None if epoch is None else rfc3339(epoch)


def _session(cursor: str | None) -> SessionId | None:
    return SessionId(cursor) if cursor else None


def _operate(settings: OpsSettings, aws: Aws, clock: Clock) -> Operate:
    return Operate(
        registrations=RegistrationsTable(aws, settings.registrations_table),
        accounts=AccountsTable(aws, settings.accounts_table),
        former=FormerAddressesTable(aws, settings.registrations_table),
        opt_ins=EvidenceTable(aws, settings.evidence_table, settings.accounts_table),
        operations=OperationsTable(
            aws,
            settings.accounts_table,
            registrations=settings.registrations_table,
            outbox=settings.outbox_table,
        ),
        sessions=SessionsTable(aws, settings.sessions_table, settings.accounts_table),
        recipients=KmsRecipients(Kms(aws), settings.recipient_key_arn),
        clock=clock,
    )


def _prove(settings: OpsSettings, aws: Aws, clock: Clock) -> Prove:
    return Prove(
        AccountsTable(aws, settings.accounts_table),
        EvidenceTable(aws, settings.evidence_table, settings.accounts_table),
        KmsPseudonyms(Kms(aws), settings.pseudonym_key_arn),
        clock,
    )
