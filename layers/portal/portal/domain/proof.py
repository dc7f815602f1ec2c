"""The proof of one person's consents (P8): what a supervisory authority or a court gets to see.

It is made of the evidence alone and is complete without IP addresses; those are cut and named as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from portal.domain.consent import Consent, Facts
from portal.domain.wording import Wording, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.domain.ids import AccountId

Row = dict[str, Any]

# In this order where they happened in the same second.
_STEPS = ("requested", "mail_sent", "mail_sent_again", "confirmed", "consent_given", "consent_withdrawn", "closed")


@dataclass(frozen=True, slots=True)
class ProvedConsent:
    """One consent, with the text that it was given to.

    Args:
        consent: as stored.
        given_with: what it was given with: the registration, or a later consent in the portal.
        facts: what the wording said of the operator then, as stored.
        text: the wording of that version and language with these facts; None where it can't be made any more.
        unchanged: whether that text has the stored hash, so that it is the one that the person saw.
        withdrawn_at: epoch seconds; None while in force.
    """

    consent: Consent
    given_with: str
    facts: Facts
    text: Wording | None
    unchanged: bool
    withdrawn_at: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One step, in the order of time: epoch seconds, what happened (one of ``_STEPS``), and what is known of it."""

    at: int
    step: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Proof:
    """All that proves the consents of one account.

    Args:
        subject: the account's id.
        events: the course of things.
        consents: each with its text.
        closed_at: epoch seconds; None while the account is open.
        kept_until: epoch seconds at which the evidence is deleted; None while the account is open.
        address_changed: whether the account ever had another address, to which the opt-in mail may have gone; None
            where that was never noted.
    """

    subject: AccountId
    events: tuple[Event, ...]
    consents: tuple[ProvedConsent, ...]
    closed_at: int | None
    kept_until: int | None
    address_changed: bool | None

    @property
    def integrity(self) -> Literal["verified", "deviating"]:
        """Tell whether each text that is shown has the hash that was stored with its consent."""
        return "verified" if all(one.unchanged for one in self.consents) else "deviating"

    @property
    def is_complete(self) -> bool:
        """Tell whether each element is there: request, mail, click, and a consent of each kind with its exact text."""
        steps = {event.step for event in self.events}
        return {"requested", "mail_sent", "confirmed"} <= steps and self.integrity == "verified"


def prove(subject: AccountId, rows: Sequence[Row], *, address_changed: bool | None = None) -> Proof:
    """Return the proof that the evidence of one account makes.

    Args:
        subject: the account's id.
        rows: all evidence that lies under it, in any order.
        address_changed: of an open account; a closed one has it in its evidence.
    """
    withdrawn = {row["consent"]["kind"]: int(row["withdrawn_at"]) for row in rows if row["kind"] == "withdrawal"}
    closed = [row for row in rows if row["kind"] == "closing"]
    return Proof(
        subject=subject,
        events=tuple(sorted(_events(rows), key=lambda event: (event.at, _STEPS.index(event.step)))),
        consents=tuple(_consents(rows, withdrawn)),
        closed_at=closed[0]["closed_at"] if closed else None,
        kept_until=closed[0]["expires_at"] if closed else None,
        address_changed=closed[0].get("address_changed") if closed else address_changed,
    )


def _events(rows: Sequence[Row]) -> Iterable[Event]:
    yield from _mails(rows)
    for row in rows:
        match row["kind"]:
            case "opt_in":
                yield Event(row["requested_at"], "requested", _facts(row, "reference", ip="request_ip"))
                yield Event(row["confirmed_at"], "confirmed", _facts(row, ip="confirm_ip"))
            case "consent":
                yield Event(row["consent"]["accepted_at"], "consent_given", _facts(row["consent"], "kind", "version"))
            case "withdrawal":
                yield Event(row["withdrawn_at"], "consent_withdrawn", _facts(row["consent"], "kind", "version"))
            case "closing":
                yield Event(row["closed_at"], "closed", {})


def _mails(rows: Sequence[Row]) -> Iterable[Event]:
    """Yield each opt-in mail once, whether it was noted with the attempt or beside the evidence, and tell the first."""
    noted = [
        (row[f"{which}mail_sent_at"], row[f"{which}mail_message_id"])
        for row in rows
        for which in ("", "last_")
        if row.get(f"{which}mail_sent_at") is not None
    ]
    for place, (at, message_id) in enumerate(sorted(set(noted))):
        yield Event(at, "mail_sent_again" if place else "mail_sent", {"mail_message_id": message_id})


def _facts(row: Row, *names: str, ip: str | None = None) -> dict[str, str]:
    facts = {name: str(row[name]) for name in names if row.get(name) is not None}
    return {**facts, "cut_ip": str(row[ip])} if ip and row.get(ip) else facts


def _consents(rows: Iterable[Row], withdrawn: dict[str, int]) -> Iterable[ProvedConsent]:
    for row in rows:
        given = row["consents"] if row["kind"] == "opt_in" else [row["consent"]] if row["kind"] == "consent" else []
        for stored in given:
            consent, facts = Consent(**stored), row.get("wording_facts", {})
            text = _text(consent, facts)
            unchanged = text is not None and text.sha256 == consent.sha256
            yield ProvedConsent(consent, row["kind"], facts, text, unchanged, withdrawn.get(consent.kind))


def _text(consent: Consent, facts: Facts) -> Wording | None:
    """Return the text that a person saw; a proof is shown without it rather than not at all."""
    try:
        return wording(consent.kind, consent.version, consent.language, facts)
    except (KeyError, FileNotFoundError):
        return None
