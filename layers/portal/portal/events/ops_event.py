"""What operators send to ``ops``: checked as bodies of requests are."""

import re
from typing import Annotated, Any, Literal

from portal.domain.email import canonical_email
from portal.domain.errors import FieldCode, FieldError, InvalidInput, Refused
from portal.domain.ids import AccountId, CanonicalEmail
from portal.domain.text import clean_line
from portal.flows.operate import Target
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body, parse_body, rule

_LONGEST_NOTE = 200


def _note(value: str) -> str:
    """Return a line for the log; it names no address, as no log does."""
    line = clean_line(value, _LONGEST_NOTE)
    if "@" in line:
        raise Refused(FieldCode.INVALID_VALUE)
    return line


def _id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value):
        raise Refused(FieldCode.INVALID_VALUE)
    return value


def _address(value: str) -> CanonicalEmail:
    canonical = canonical_email(value)
    if canonical is None:
        raise Refused(FieldCode.EMAIL_INVALID)
    return canonical


Note = Annotated[Text, rule(_note)]
Address = Annotated[Text, rule(_address)]
Id = Annotated[Text, rule(_id)]


class OpsEvent(Body):
    """Base of all events: who acts, and why.

    Args:
        operator: the person, by a name that colleagues know; not an e-mail address.
        reason: the case or ticket; no address either, as this is logged.
    """

    operator: Note
    reason: Note


class Status(OpsEvent):
    """What the portal holds about an address."""

    action: Literal["status"]
    email: Address


class OnAccount(OpsEvent):
    """Something about one account, by its id or its present address."""

    action: Literal["block", "unblock", "end_sessions", "restrict", "lift_restriction", "reachable"]
    email: Address | None = None
    account_id: Id | None = None


class Restore(OpsEvent):
    """Giving an account back; with both, ``account_id`` tells apart accounts that had the address."""

    action: Literal["restore"]
    email: Address | None = None
    account_id: Id | None = None
    to_former_address: bool = False


class GiveProof(OpsEvent):
    """The proof of a person's consents, by an address that has or had an account, or by the account's id."""

    action: Literal["proof"]
    email: Address | None = None
    account_id: Id | None = None


class EndAllSessions(OpsEvent):
    """The end of everyone's sessions; ``cursor`` is what an incomplete run answered."""

    action: Literal["end_all_sessions"]
    confirm: Literal["everyone"]
    cursor: Id | None = None


AnyEvent = Status | OnAccount | Restore | GiveProof | EndAllSessions

_MODELS: dict[str, type[AnyEvent]] = {
    "status": Status,
    "block": OnAccount,
    "unblock": OnAccount,
    "end_sessions": OnAccount,
    "restrict": OnAccount,
    "lift_restriction": OnAccount,
    "reachable": OnAccount,
    "restore": Restore,
    "proof": GiveProof,
    "end_all_sessions": EndAllSessions,
}


def parse_event(event: Any) -> AnyEvent:  # noqa: ANN401 - any JSON document
    """Return the checked event.

    Raises:
        InvalidInput: every refused member with its JSON pointer.
    """
    if not isinstance(event, dict):
        raise InvalidInput(FieldError("", FieldCode.WRONG_TYPE))
    if "action" not in event:
        raise InvalidInput(FieldError("/action", FieldCode.REQUIRED))
    action = event["action"]
    if not isinstance(action, str) or action not in _MODELS:
        raise InvalidInput(FieldError("/action", FieldCode.INVALID_VALUE))
    parsed = parse_body(_MODELS[action], event)
    _require_one_account(parsed)
    return parsed


def target_of(event: OnAccount | Restore) -> Target:
    """Return which account an event is about."""
    email = CanonicalEmail(event.email) if event.email else None
    return Target(email, AccountId(event.account_id) if event.account_id else None)


def _require_one_account(event: AnyEvent) -> None:
    if not isinstance(event, OnAccount | Restore | GiveProof):
        return
    wants_address = isinstance(event, Restore) and event.to_former_address
    if event.email is None and (wants_address or event.account_id is None):
        raise InvalidInput(FieldError("/email", FieldCode.REQUIRED))
    if isinstance(event, OnAccount | GiveProof) and event.email and event.account_id:
        raise InvalidInput(FieldError("/account_id", FieldCode.INVALID_VALUE))
