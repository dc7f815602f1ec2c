"""How domain records lie in items; the one place that knows attribute names."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import put_new
from portal.domain.account import Account
from portal.domain.ids import AttemptId, CanonicalEmail, random_id
from portal.domain.session import Session
from portal.domain.spans import DAY_SECONDS
from portal.observe import note_order

if TYPE_CHECKING:
    from portal.adapters.dynamodb.items import Item
    from portal.domain.consent import Consent, Facts
    from portal.domain.credential import Credential
    from portal.domain.email_change import EmailChange, FormerAddress
    from portal.domain.evidence import AnyEvidence
    from portal.domain.feedback import Erasure, SentMail
    from portal.domain.ids import CounterKey
    from portal.domain.mail_budget import Mailbox
    from portal.domain.outbox import OutboxRow
    from portal.domain.registration import Attempt
    from portal.domain.sweep import Partition, Sweep
    from portal.domain.throttle import Failures

IN_FORCE = "generation = :generation AND blocked = :no"
NEXT_GENERATION = "SET generation = :next"


def attempt_key(attempt_id: str) -> str:
    """Return the key of an attempt in Registrations."""
    return f"attempt#{attempt_id}"


def change_key(change_id: str) -> str:
    """Return the key of a pending change of address in Registrations."""
    return f"change#{change_id}"


def former_key(change_id: str) -> str:
    """Return the key of the address that a change replaced, in Registrations."""
    return f"former#{change_id}"


def address_change_keys(account: Account) -> list[str]:
    """Return the keys in Registrations under which addresses of an account may lie: a new one, and former ones."""
    pending = [change_key(account.pending_email_change_id)] if account.pending_email_change_id else []
    return [*pending, *(former_key(change_id) for change_id in account.former_change_ids)]


def account_key(account_id: str) -> str:
    """Return the key of an account item in Accounts."""
    return f"account#{account_id}"


def credential_key(canonical_email: str) -> str:
    """Return the key of a credential item in Accounts."""
    return f"credential#{canonical_email}"


def address_of(key: str) -> CanonicalEmail:
    """Return the address in the key of a credential item."""
    return CanonicalEmail(key.removeprefix(credential_key("")))


def session_key(session_id: str) -> str:
    """Return the key of a session in Sessions."""
    return f"session#{session_id}"


def counter_key(key: CounterKey) -> str:
    """Return the key of a counter in Sessions."""
    return f"counter#{key}"


def expiry_shard(item_id: str, expires_at: int) -> str:
    """Return the partition of the expiry index in which an item lies."""
    from portal.domain.sweep import EXPIRY_SHARDS, Partition

    return expiry_partition(Partition(expires_at // DAY_SECONDS, sum(item_id.encode()) % EXPIRY_SHARDS))


def expiry_partition(partition: Partition) -> str:
    """Return the key of a partition of the expiry index."""
    return f"{partition.day}#{partition.shard}"


def attempt_to_values(attempt: Attempt) -> dict[str, Any]:
    """Return the attributes of an attempt."""
    values = asdict(attempt)
    application = values.pop("application")
    # Its key holds its id: an ordinary attempt stays below 1 KiB, where a write of it is one unit and not two.
    del values["id"]
    return {
        **application,
        **values,
        "pk": attempt_key(attempt.id),
        "wording_facts": facts_to_value(attempt.application.wording_facts),
        "expiry_shard": expiry_shard(attempt.id, attempt.expires_at),
    }


def attempt_from_item(item: Item) -> Attempt:
    """Return the attempt that an item holds."""
    from portal.domain.bank import BankDetails
    from portal.domain.person import Person
    from portal.domain.registration import Application, Attempt

    return Attempt(
        id=AttemptId(item["pk"].removeprefix(attempt_key(""))),
        reference=item["reference"],
        application=Application(
            email=item["email"],
            canonical_email=item["canonical_email"],
            person=Person(**item["person"]),
            bank_details=BankDetails(**item["bank_details"]),
            consents=_consents(item),
            wording_facts=facts_from_value(item.get("wording_facts", {})),
            locale=item["locale"],
        ),
        requested_at=item["requested_at"],
        expires_at=item["expires_at"],
        ip=item["ip"],
        mail_sent_at=item.get("mail_sent_at"),
        mail_message_id=item.get("mail_message_id"),
        last_mail_sent_at=item.get("last_mail_sent_at"),
        last_mail_message_id=item.get("last_mail_message_id"),
        refused_at=item.get("refused_at"),
    )


def change_to_values(change: EmailChange) -> dict[str, Any]:
    """Return the attributes of a pending change of address."""
    return {**asdict(change), "pk": change_key(change.id), "expiry_shard": expiry_shard(change.id, change.expires_at)}


def change_from_item(item: Item) -> EmailChange:
    """Return the pending change that an item holds."""
    from portal.domain.email_change import EmailChange

    return EmailChange(**{name: item[name] for name in EmailChange.__slots__})


def former_to_values(former: FormerAddress) -> dict[str, Any]:
    """Return the attributes of a former address."""
    return {**asdict(former), "pk": former_key(former.id), "expiry_shard": expiry_shard(former.id, former.expires_at)}


def former_from_item(item: Item) -> FormerAddress:
    """Return the former address that an item holds."""
    from portal.domain.email_change import FormerAddress

    return FormerAddress(**{name: item[name] for name in FormerAddress.__slots__})


def account_to_values(account: Account) -> dict[str, Any]:
    """Return the attributes of an account item."""
    return {**asdict(account), "pk": account_key(account.id)}


def account_from_item(item: Item) -> Account:
    """Return the account that an item holds."""
    from portal.domain.bank import BankDetails
    from portal.domain.person import Person

    plain = {name: value for name, value in item.items() if name != "pk"}
    return Account(
        **{
            **plain,
            "person": Person(**item["person"]),
            "bank_details": BankDetails(**item["bank_details"]),
            "consents": _consents(item),
            "former_change_ids": tuple(item.get("former_change_ids", ())),
        }
    )


def credential_to_values(credential: Credential) -> dict[str, Any]:
    """Return the attributes of a credential item."""
    return {
        **asdict(credential),
        "pk": credential_key(credential.canonical_email),
        "review_shard": review_shard(credential.account_id),
    }


def credential_from_item(item: Item) -> Credential:
    """Return the credential that an item holds."""
    from portal.domain.credential import Credential
    from portal.domain.device import KnownDevice

    plain = {name: item[name] for name in Credential.__slots__ if name in item}
    return Credential(**{**plain, "devices": tuple(KnownDevice(**device) for device in item.get("devices", ()))})


def session_to_values(session: Session) -> dict[str, Any]:
    """Return the attributes of a session."""
    return {**asdict(session), "pk": session_key(session.id)}


def session_from_item(item: Item) -> Session:
    """Return the session that an item holds."""
    return Session(**{name: value for name, value in item.items() if name != "pk"})


def failures_place(key: CounterKey) -> tuple[str, str]:
    """Return the item in which a counter of failures lies, and how the names of its attributes end there.

    All counters of an address lie in one item, that over all ranges beside those of each: whoever counts at two of
    them, or forgets them, writes once. The address is locked at a hundred failures, so there are a hundred at the most.
    """
    kind, name, *ranges = key.split("#")
    return f"counter#{kind}#{name}", "".join(f"#{ip}" for ip in ranges)


def failures_attributes(ending: str = "") -> tuple[str, str, str]:
    """Return the attributes of a counter of failures, in the order of ``Failures``; see ``failures_place``."""
    return f"failures{ending}", f"free_at{ending}", f"expires_at{ending}"


def failures_to_values(failures: Failures, ending: str = "") -> dict[str, Any]:
    """Return the attributes of a counter of failures, its number first; see ``failures_place``."""
    values = (failures.count, failures.free_at, failures.expires_at)
    return dict(zip(failures_attributes(ending), values, strict=True))


def failures_from_item(item: Item, ending: str = "") -> Failures | None:
    """Return the failures of a counter, None where the item holds none; see ``failures_place``."""
    from portal.domain.throttle import Failures

    attributes = failures_attributes(ending)
    return Failures(*(item[name] for name in attributes)) if attributes[0] in item else None


def mailbox_to_values(mailbox: Mailbox) -> dict[str, Any]:
    """Return the attributes of the slots of a mailbox."""
    return {**asdict(mailbox), "expires_at": mailbox.expires_at}


def mailbox_from_item(item: Item) -> Mailbox:
    """Return the slots that an item holds."""
    from portal.domain.mail_budget import Mailbox, Slot

    return Mailbox(tuple(Slot(**slot) for slot in item["slots"]))


# By the names of the classes, so that nobody has to load them.
_EVIDENCE_KINDS = {
    "OptInEvidence": "opt_in",
    "OptInMailEvidence": "opt_in_mail",
    "ConsentEvidence": "consent",
    "WithdrawalEvidence": "withdrawal",
    "ClosingEvidence": "closing",
}


def evidence_to_values(evidence: AnyEvidence) -> dict[str, Any]:
    """Return the attributes of one piece of evidence; the sort key is random, so that none replaces another."""
    kind = _EVIDENCE_KINDS[type(evidence).__name__]
    values = {**asdict(evidence), "kind": kind, "sk": f"{kind}#{random_id()}"}
    if "wording_facts" in values:
        values["wording_facts"] = facts_to_value(values["wording_facts"])
    return values


def evidence_from_item(item: Item) -> Item:
    """Return the attributes of one piece of evidence, with the facts of its wordings by their names."""
    return {**item, "wording_facts": facts_from_value(item["wording_facts"])} if "wording_facts" in item else item


def facts_to_value(facts: Facts) -> list[str] | Facts:
    """Return facts of wordings by their places in ``FACTS``: their names would be a fifth of an attempt."""
    from portal.domain.consent import FACTS

    return [facts[name] for name in FACTS] if facts.keys() == set(FACTS) else facts


def facts_from_value(value: list[str] | Facts) -> Facts:
    """Return facts by their names, also where later versions know more of them."""
    from portal.domain.consent import FACTS

    return dict(zip(FACTS, value, strict=False)) if isinstance(value, list) else value


def sweep_subject(at: int) -> str:
    """Return the subject under which the sweeps of a month (UTC) lie; ``at`` is any epoch second of it."""
    return f"sweep#{datetime.fromtimestamp(at, UTC):%Y-%m}"


def sweep_to_values(sweep: Sweep, retention_years: int) -> dict[str, Any]:
    """Return the attributes of a sweep, kept as long as other evidence; they sort by the time at which it began."""
    from portal.domain.evidence import evidence_ends

    begun = sweep.window.end
    return {
        **asdict(sweep),
        "kind": "sweep",
        "subject": sweep_subject(begun),
        "sk": f"{begun:012d}#{random_id()}",
        "expires_at": evidence_ends(begun, retention_years),
    }


def sweep_from_item(item: Item) -> Sweep:
    """Return the sweep that an item holds."""
    from portal.domain.sweep import Sweep, Window

    return Sweep(
        window=Window(**item["window"]),
        found=item["found"],
        deleted=item["deleted"],
        already_gone=item["already_gone"],
        oldest_left=item.get("oldest_left"),
        complete=item["complete"],
        finished_at=item["finished_at"],
    )


def order_to_values(order: OutboxRow) -> dict[str, Any]:
    """Return the attributes of a mail to send, visible to the due index until it is handled."""
    values = {**asdict(order), "mailed_attempts": order.mailed_attempts or None}
    return {**values, "pk": order.id, "status": "pending", "due_shard": due_shard(order.id)}


def put_order(table: str, order: OutboxRow) -> dict[str, Any]:
    """Return the parameters of the put that orders a mail, and note it for the line of the request."""
    note_order(order.id)
    return put_new(table, order_to_values(order))


def order_from_item(item: Item) -> OutboxRow:
    """Return the order that an item holds."""
    from portal.domain.outbox import OutboxRow

    known = {name: item[name] for name in OutboxRow.__slots__ if name in item}
    return OutboxRow(**{**known, "mailed_attempts": tuple(known.get("mailed_attempts", ()))})


def sent_mail_from_item(item: Item) -> SentMail:
    """Return what the order of a mail says of it afterwards."""
    from portal.domain.feedback import SentMail
    from portal.domain.outbox import Told

    told = Told(tuple(item.get("attempts", ())), item.get("account_id"), item.get("address_id"))
    return SentMail(
        id=item["id"],
        kind=item["kind"],
        ref=item["ref"],
        handled=item["status"] != "pending",
        told=told,
        bounced_at=item.get("bounced_at"),
        complained_at=item.get("complained_at"),
    )


def erasure_to_values(erasure: Erasure) -> dict[str, Any]:
    """Return the attributes of an address to erase, which lies among the orders and is none of a mail."""
    return {**asdict(erasure), "pk": erasure.id, "status": "erasure", "due_shard": ERASURES}


def erasure_from_item(item: Item) -> Erasure:
    """Return the address to erase that an item holds, which may be a farewell mail's order."""
    from portal.domain.feedback import Erasure

    return Erasure(**{name: item[name] for name in Erasure.__slots__ if name in item})


def review_shard(account_id: str) -> str:
    """Return the partition of the review index; it stays the same when the address changes."""
    from portal.domain.lifecycle import REVIEW_SHARDS

    return str(sum(account_id.encode()) % REVIEW_SHARDS)


DUE_SHARDS = 4

ERASURES = "erasures"
"""Partition of the due index that the mailer does not look at."""


def due_shard(row_id: str) -> str:
    """Return the partition of the due index."""
    return str(sum(row_id.encode()) % DUE_SHARDS)


def _consents(item: Item) -> tuple[Consent, ...]:
    from portal.domain.consent import Consent

    return tuple(Consent(**consent) for consent in item["consents"])
