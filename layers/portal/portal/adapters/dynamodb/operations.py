"""What operators do to an account: account, credential, the records of its addresses, and the mails that tell of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.items import delete_key, put_new, require_existing, update_existing
from portal.adapters.dynamodb.records import (
    IN_FORCE,
    NEXT_GENERATION,
    account_key,
    change_key,
    credential_key,
    credential_to_values,
    erasure_to_values,
    former_key,
    put_order,
)
from portal.adapters.dynamodb.registrations import NOT_EXPIRED
from portal.domain.credential import new_credential

if TYPE_CHECKING:
    from portal.adapters.aws import Aws
    from portal.domain.account import Account
    from portal.domain.email_change import FormerAddress
    from portal.domain.feedback import Erasure
    from portal.domain.outbox import OutboxRow

_BLOCKED = "generation = :generation AND blocked = :yes"
# The version covers the address: whoever changes it raises both.
_AS_READ = "version = :version AND generation = :generation AND blocked = :blocked"
_SAME_GENERATION = "generation = :generation"
_SAME_VERSION = "version = :version"
_SAME_ADDRESS = "canonical_email = :canonical"
_REACH_AGAIN = "REMOVE bounced_at, complained_at"
_RESTRICT = "SET restricted_at = :at, version = :next REMOVE restriction_ends_at, pending_email_change_id"
_RESTRICTION_ENDS = "SET restriction_ends_at = :at, version = :next"


class OperationsTable:
    """Satisfies ``flows.ports.Operations``.

    Args:
        aws: way out.
        table: name of Accounts.
        registrations: name of Registrations, where new and former addresses lie.
        outbox: name of Outbox, for ``restrict`` and ``reach_again``.
    """

    def __init__(self, aws: Aws, table: str, *, registrations: str, outbox: str) -> None:
        self._aws = aws
        self._table = table
        self._registrations = registrations
        self._outbox = outbox

    def unblock(self, account: Account) -> None:
        """Open a blocked account; what its block ended stays over."""
        values = {":generation": account.generation, ":yes": True, ":no": False}
        self._update_both(account, "SET blocked = :no", _BLOCKED, values)

    def end_sessions(self, account: Account) -> None:
        """End all sessions of an account."""
        values = {":generation": account.generation, ":next": account.generation + 1, ":no": False}
        self._update_both(account, NEXT_GENERATION, IN_FORCE, values)

    def restrict(self, before: Account, after: Account, order: OutboxRow) -> None:
        """Store a restriction, or its coming end, together with the order of the mail that says so."""
        end = after.restriction_ends_at
        update, moment = (_RESTRICT, after.restricted_at) if end is None else (_RESTRICTION_ENDS, end)
        values = {":at": moment, ":version": before.version, ":next": after.version}
        pending = [change_key(before.pending_email_change_id)] if before.pending_email_change_id else []
        self._aws.transact(
            {"Update": update_existing(self._table, {"pk": account_key(before.id)}, update, _SAME_VERSION, values)},
            {"Put": put_order(self._outbox, order)},
            *({"Delete": delete_key(self._registrations, {"pk": key})} for key in pending),
        )

    def reach_again(self, account: Account, erasure: Erasure) -> None:
        """Forget that the address took no mails or wanted none, together with its erasure from the mail service."""
        key, values = {"pk": account_key(account.id)}, {":canonical": account.canonical_email}
        self._aws.transact(
            {"Update": update_existing(self._table, key, _REACH_AGAIN, _SAME_ADDRESS, values)},
            {"Put": put_new(self._outbox, erasure_to_values(erasure))},
        )

    def restore(
        self,
        before: Account,
        after: Account,
        former: FormerAddress | None,
        now: int,
        *,
        last_login_at: int | None,
    ) -> None:
        """Give an account back without a password, all or nothing; a former address is used up by it."""
        if former is None:
            self._aws.transact(self._give_back(before, after), self._forget_password(before, after))
            return
        fresh = replace(new_credential(after), last_login_at=last_login_at, review_at=now)
        self._aws.transact(
            self._give_back_with_address(before, after),
            {"Put": put_new(self._table, credential_to_values(fresh))},
            {
                "Delete": require_existing(
                    self._table, _credential(before), _SAME_GENERATION, {":generation": before.generation}
                )
            },
            {
                "Delete": require_existing(
                    self._registrations, {"pk": former_key(former.id)}, NOT_EXPIRED, {":now": now}
                )
            },
        )

    def _give_back(self, before: Account, after: Account) -> dict[str, Any]:
        return {
            "Update": update_existing(
                self._table,
                {"pk": account_key(before.id)},
                "SET blocked = :no, bank_reviewed = :no, generation = :next, version = :next_version",
                _AS_READ,
                _given_back(before, after),
            )
        }

    def _give_back_with_address(self, before: Account, after: Account) -> dict[str, Any]:
        return {
            "Update": update_existing(
                self._table,
                {"pk": account_key(before.id)},
                "SET blocked = :no, bank_reviewed = :no, generation = :next, version = :next_version, email = :email, "
                "canonical_email = :canonical REMOVE email_change_id, bounced_at, complained_at",
                _AS_READ,
                {**_given_back(before, after), ":email": after.email, ":canonical": after.canonical_email},
            )
        }

    def _forget_password(self, before: Account, after: Account) -> dict[str, Any]:
        return {
            "Update": update_existing(
                self._table,
                _credential(before),
                "SET blocked = :no, generation = :next "
                "REMOVE password_hash, password_kind, password_expires_at, initial_password_id, closing_announced_at, "
                "devices",
                _SAME_GENERATION,
                {":no": False, ":generation": before.generation, ":next": after.generation},
            )
        }

    def _update_both(self, account: Account, update: str, condition: str, values: dict[str, Any]) -> None:
        self._aws.transact(
            *(
                {"Update": update_existing(self._table, key, update, condition, values)}
                for key in ({"pk": account_key(account.id)}, _credential(account))
            )
        )


def _credential(account: Account) -> dict[str, str]:
    return {"pk": credential_key(account.canonical_email)}


def _given_back(before: Account, after: Account) -> dict[str, Any]:
    return {
        ":no": False,
        ":blocked": before.blocked,
        ":generation": before.generation,
        ":next": after.generation,
        ":version": before.version,
        ":next_version": after.version,
    }
