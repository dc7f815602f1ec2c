"""What must hold whatever failed: each function yields what it found broken, in words."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields
from typing import Any

from portal.adapters.dynamodb import records
from portal.domain.evidence import (
    ClosingEvidence,
    ConsentEvidence,
    OptInEvidence,
    OptInMailEvidence,
    WithdrawalEvidence,
    evidence_ends,
)
from portal.domain.sweep import Sweep
from tests.support.world import PARAMETERS

Row = dict[str, Any]
Rows = Callable[[str], list[Row]]
"""Returns the items of a table."""

LONGEST_LIFE = int(PARAMETERS["UnconfirmedLifetimeSeconds"])
MOST_SENT = 2
FINISHED = {"sent", "dropped"}

_EVIDENCE: dict[str, type[Any]] = {
    "opt_in": OptInEvidence,
    "opt_in_mail": OptInMailEvidence,
    "consent": ConsentEvidence,
    "withdrawal": WithdrawalEvidence,
    "closing": ClosingEvidence,
    "sweep": Sweep,
}
_READERS: dict[str, Callable[[Row], object]] = {
    "account#": records.account_from_item,
    "credential#": records.credential_from_item,
    "attempt#": records.attempt_from_item,
    "change#": records.change_from_item,
    "former#": records.former_from_item,
    "session#": records.session_from_item,
}


def of_kind(rows: Iterable[Row], prefix: str) -> list[Row]:
    """Return the items whose key begins so."""
    return [row for row in rows if row["pk"].startswith(prefix)]


def state_is_whole(rows: Rows, now: int) -> Iterator[str]:
    """Hold all tables against the design, section 3."""
    yield from _no_stubs(rows)
    yield from _accounts(rows)
    yield from _evidence(rows)
    yield from _registrations(rows, now)
    yield from _ends(rows)


def _no_stubs(rows: Rows) -> Iterator[str]:
    for table in ("AccountsTable", "RegistrationsTable", "SessionsTable"):
        for row in rows(table):
            reader = next((read for prefix, read in _READERS.items() if row["pk"].startswith(prefix)), None)
            if reader is None:
                continue
            try:
                reader(row)
            except (KeyError, TypeError) as lacking:
                yield f"stub: {row['pk'].partition('#')[0]} without {lacking}"
    for row in rows("EvidenceTable"):
        lacking_members = [name for name in _mandatory(_EVIDENCE[row["kind"]]) if name not in row]
        if lacking_members:
            yield f"stub: evidence {row['kind']} without {lacking_members}"


def _mandatory(record: type[Any]) -> Iterator[str]:
    for field in fields(record):
        if field.default is MISSING and "None" not in str(field.type):
            yield field.name


def _accounts(rows: Rows) -> Iterator[str]:
    stored = rows("AccountsTable")
    accounts = {row["id"]: row for row in of_kind(stored, "account#")}
    credentials = of_kind(stored, "credential#")
    by_account = Counter(row["account_id"] for row in credentials)
    for account in accounts.values():
        if by_account[account["id"]] != 1:
            yield f"half account: {by_account[account['id']]} credentials"
    for row in credentials:
        account_row = accounts.get(row["account_id"])
        if account_row is None:
            yield "half account: a credential without an account"
            continue
        yield from (
            f"half account: another {name} than its credential"
            for name in ("canonical_email", "generation", "blocked")
            if account_row[name] != row[name]
        )
    taken = Counter(account["canonical_email"] for account in accounts.values())
    yield from ("two accounts of one address" for number in taken.values() if number > 1)
    yield from (f"{row['pk'].partition('#')[0]} with an expiry" for row in stored if "expires_at" in row)


def _evidence(rows: Rows) -> Iterator[str]:
    accounts = {row["id"] for row in of_kind(rows("AccountsTable"), "account#")}
    by_subject: dict[str, list[Row]] = {subject: [] for subject in accounts}
    for row in rows("EvidenceTable"):
        if row["kind"] != "sweep":
            by_subject.setdefault(row["subject"], []).append(row)
    for subject, found in by_subject.items():
        kinds = Counter(row["kind"] for row in found)
        if kinds["opt_in"] != 1:
            yield f"{kinds['opt_in']} opt-ins of one account"
        if not any(row.get("mail_sent_at") for row in found):
            yield "an opt-in without the time of its mail"
        if subject in accounts:
            yield from (f"evidence {row['kind']} of an open account has an expiry" for row in found if row_ends(row))
        else:
            yield from _closed(found, kinds)


def row_ends(row: Row) -> bool:
    """Tell whether evidence has an end."""
    return "expires_at" in row


def _closed(found: list[Row], kinds: Counter[str]) -> Iterator[str]:
    if kinds["closing"] != 1:
        yield f"an account gone with {kinds['closing']} closings"
        return
    (closing,) = [row for row in found if row["kind"] == "closing"]
    ends = evidence_ends(closing["closed_at"], int(PARAMETERS["EvidenceRetentionYears"]))
    yield from (f"evidence {row['kind']} stays for ever" for row in found if row.get("expires_at") != ends)


def _registrations(rows: Rows, now: int) -> Iterator[str]:
    accounts = {row["id"]: row for row in of_kind(rows("AccountsTable"), "account#")}
    for row in rows("RegistrationsTable"):
        kind, _, item_id = row["pk"].partition("#")
        if not row.get("expires_at", now + LONGEST_LIFE + 1) <= row.get("requested_at", now) + LONGEST_LIFE:
            yield f"{kind} outlives its time"
        elif row.get("expiry_shard") != records.expiry_shard(item_id, row["expires_at"]):
            yield f"{kind} that no sweep finds"
        if kind == "attempt" and item_id in accounts:
            yield "an attempt beside its account"
        if kind != "attempt" and row.get("account_id") not in accounts:
            yield f"{kind} without its account"


def _ends(rows: Rows) -> Iterator[str]:
    yield from (f"{row['pk'].partition('#')[0]} stays for ever" for row in rows("SessionsTable") if not row_ends(row))
    yield from ("an order stays for ever" for row in rows("OutboxTable") if not row_ends(row))


# ------------------------------------------------------------ mails


def mails_are_sent(rows: Rows, ordered: Iterable[str], sent: Counter[str]) -> Iterator[str]:
    """Hold every ordered mail against what left: once at least, twice at most, or not at all where all was said.

    Args:
        rows: of the tables, when all is quiet.
        ordered: ids of all orders that took effect.
        sent: mails that SES took, by order.
    """
    orders = {row["pk"]: row for row in rows("OutboxTable")}
    yield from ("an order is gone" for order in ordered if order not in orders)
    for pk, row in orders.items():
        if row["status"] == "erasure":
            continue  # an address that SES is to forget, and no mail
        kind, status, number = row["kind"], row["status"], sent[pk]
        if number > MOST_SENT:
            yield f"{kind} sent {number} times"
        if status not in FINISHED:
            yield f"{kind} is {status}"
        elif status == "sent" and number == 0:
            yield f"{kind} counts as sent and was not"
        elif status == "dropped" and number == 0 and not has_nothing_to_say(row, rows):
            yield f"{kind} is lost: dropped without a reason"
        # The order of a farewell becomes that of forgetting its address.
        forgets = kind == "farewell" and row.get("due_shard") == records.ERASURES
        if status in FINISHED and not forgets and {"due_shard", "next_attempt_at", "recipient"} & row.keys():
            yield f"{kind} is finished and still due, or keeps its recipient"


def has_nothing_to_say(order: Row, rows: Rows) -> bool:
    """Tell whether an order that was never sent has been overtaken, judged by what is stored and not by the mailer."""
    overtaken = _OVERTAKEN.get(order["kind"])
    return overtaken is not None and overtaken(order, rows)


def _account_of(order: Row, rows: Rows) -> Row | None:
    return next((row for row in of_kind(rows("AccountsTable"), "account#") if row["id"] == order["ref"]), None)


def _credential_of(order: Row, rows: Rows) -> Row:
    found = of_kind(rows("AccountsTable"), "credential#")
    return next((row for row in found if row["account_id"] == order["ref"]), {})


def _was_named(order: Row, rows: Rows) -> bool:
    found = [row for row in rows("RegistrationsTable") if row["pk"] == f"attempt#{order['ref']}"]
    return not found or "mail_sent_at" in found[0]


def _needs_no_credentials(order: Row, rows: Rows) -> bool:
    account = _account_of(order, rows)
    chosen = _credential_of(order, rows).get("password_kind") == "chosen"
    return chosen or account is None or account["generation"] > 0


def _change_is_over(order: Row, rows: Rows) -> bool:
    return not any(row.get("pending_email_change_id") == order["ref"] for row in rows("AccountsTable"))


def _another_was_sent(order: Row, rows: Rows) -> bool:
    # Whose a finished order was is forgotten.
    others = [row for row in rows("OutboxTable") if row["kind"] == order["kind"] and row["pk"] != order["pk"]]
    return any(row["status"] == "sent" for row in others)


def _restriction_moved_on(order: Row, rows: Rows) -> bool:
    account = _account_of(order, rows)
    return account is None or "restriction_ends_at" in account


_OVERTAKEN: dict[str, Callable[[Row, Rows], bool]] = {
    "opt_in": _was_named,
    "credentials": _needs_no_credentials,
    "email_change": _change_is_over,
    "email_change_requested": lambda order, rows: _account_of(order, rows) is None,
    "closing_announced": lambda order, rows: "closing_announced_at" not in _credential_of(order, rows),
    "password_reset": _another_was_sent,
    "resend": _another_was_sent,
    "restriction_started": _restriction_moved_on,
}
"""When a mail has no sense any more; those of other kinds always have."""
