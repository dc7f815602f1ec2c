"""A client takes along what is stored about them (GDPR Art. 15, 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from portal.domain.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.domain.account import Account
    from portal.domain.personal_data import Item, PersonalItems

_OF_STORAGE = {"pk", "sk", "expiry_shard", "due_shard", "review_shard"}
# Hashes and ciphertexts say nothing about a person and must not leave the portal.
_SECRETS = {"password_hash", "refresh_hash", "previous_refresh_hash", "nonce", "recipient"}
# An attempt that is not confirmed may be a stranger's who mistyped their address: its data is not shown to others.
_OF_ATTEMPTS = (
    "reference",
    "canonical_email",
    "requested_at",
    "expires_at",
    "mail_sent_at",
    "mail_message_id",
    "last_mail_sent_at",
    "last_mail_message_id",
    "ip",
)


class PersonalData(Protocol):
    """All tables, by person."""

    def of(self, account: Account) -> PersonalItems:
        """Return the items of an account."""


def export(account: Account, now: int, data: PersonalData) -> dict[str, Any]:
    """Return everything stored about a person, under the names by which it is stored; times as RFC 3339.

    Left out are keys of the storage, secrets (hashes and ciphertexts) and what a stranger typed who registered with
    this address and never confirmed.

    Args:
        account: whose.
        now: epoch seconds.
        data: reads the tables.
    """
    found = data.of(account)
    attempts = [{name: item.get(name) for name in _OF_ATTEMPTS} for item in found.registrations]
    by_kind = {item["pk"].partition("#")[0]: item for item in found.account}
    return {
        "exported_at": rfc3339(now),
        "account": _shown(by_kind.get("account", {})),
        "credential": _shown(by_kind.get("credential", {})),
        "sessions": _all(found.sessions),
        "consents_and_evidence": _all(found.evidence),
        "pending_registrations": _all(attempts),
        "email_changes": _all(found.email_changes),
        "mails": _all(found.mails),
        "clients": _all(found.clients),
    }


def _all(items: Iterable[Item]) -> list[Item]:
    return [_shown(item) for item in items]


def _shown(item: Mapping[str, Any]) -> Item:
    return {name: _value(name, value) for name, value in item.items() if name not in _OF_STORAGE | _SECRETS}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 - walks any nesting
    if isinstance(value, dict):
        return _shown(value)
    if isinstance(value, list):
        return [_value(name, member) for member in value]
    is_time = name.endswith("_at") or name == "auth_time"
    return rfc3339(value) if is_time and isinstance(value, int) else value
