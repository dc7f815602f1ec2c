"""Accounts and credentials in the table Accounts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.counters import forget
from portal.adapters.dynamodb.items import from_item, put_new, require_existing, to_item, update_existing
from portal.adapters.dynamodb.records import (
    IN_FORCE,
    NEXT_GENERATION,
    account_from_item,
    account_key,
    account_to_values,
    attempt_key,
    credential_from_item,
    credential_key,
    credential_to_values,
    evidence_to_values,
    put_order,
    session_to_values,
)
from portal.adapters.dynamodb.registrations import NOT_EXPIRED
from portal.domain.errors import ConditionFailed, Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.adapters.aws import Aws
    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.evidence import OptInEvidence
    from portal.domain.ids import AccountId, CanonicalEmail, CounterKey, OutboxId
    from portal.domain.outbox import OutboxRow
    from portal.domain.session import Session

SAME_PASSWORD = "password_hash = :old_hash AND generation = :generation AND blocked = :no"  # noqa: S105 - an expression
# Whoever is locked out can't log in to keep the account: an announced closing is void.
_BLOCK = "SET blocked = :yes, generation = :next REMOVE closing_announced_at, devices"


class AccountsTable:
    """Satisfies ``flows.ports.Accounts``.

    Args:
        aws: way out.
        table: name of Accounts.
        registrations: name of Registrations, for ``open``.
        evidence: name of Evidence, for ``open``.
        outbox: name of Outbox, for ``open`` and changes of the password.
        sessions: name of Sessions, for changes of the password.
    """

    def __init__(
        self, aws: Aws, table: str, *, registrations: str = "", evidence: str = "", outbox: str = "", sessions: str = ""
    ) -> None:
        self._aws = aws
        self._table = table
        self._registrations = registrations
        self._evidence = evidence
        self._outbox = outbox
        self._sessions = sessions

    def open(
        self, account: Account, credential: Credential, evidence: OptInEvidence, order: OutboxRow, now: int
    ) -> None:
        """Turn an attempt into an account, all or nothing."""
        attempt = {"pk": attempt_key(account.id)}
        self._aws.transact(
            {"Put": put_new(self._table, account_to_values(account))},
            {"Put": put_new(self._table, credential_to_values(credential))},
            {"Delete": require_existing(self._registrations, attempt, NOT_EXPIRED, {":now": now})},
            {"Put": put_new(self._evidence, evidence_to_values(evidence), key="subject")},
            {"Put": put_order(self._outbox, order)},
        )

    def find(self, account_id: AccountId) -> Account | None:
        """Return an account, read consistently."""
        item = self._get(account_key(account_id))
        return account_from_item(item) if item else None

    def find_credential(self, email: CanonicalEmail) -> Credential | None:
        """Return the credential of an address, read consistently."""
        item = self._get(credential_key(email))
        return credential_from_item(item) if item else None

    def set_initial_password(
        self, email: CanonicalEmail, initial_id: OutboxId, password_hash: str, expires_at: int
    ) -> bool:
        """Set the initial password if there is none, or the same one; tell whether it is in force."""
        update = update_existing(
            self._table,
            {"pk": credential_key(email)},
            "SET password_hash = :hash, password_kind = :initial, password_expires_at = :expires_at, "
            "initial_password_id = :initial_id",
            "attribute_not_exists(password_hash) OR initial_password_id = :initial_id",
            {":hash": password_hash, ":initial": "initial", ":expires_at": expires_at, ":initial_id": initial_id},
        )
        try:
            self._aws.call("dynamodb", "update_item", **update)
        except ConditionFailed:
            return False
        return True

    def upgrade_hash(self, credential: Credential, password_hash: str) -> None:
        """Replace a hash by a stronger one of the same password, unless the password changed meanwhile."""
        update = update_existing(
            self._table,
            {"pk": credential_key(credential.canonical_email)},
            "SET password_hash = :hash",
            "password_hash = :old_hash",
            {":hash": password_hash, ":old_hash": credential.password_hash},
        )
        try:
            self._aws.call("dynamodb", "update_item", **update)
        except (ConditionFailed, Conflict):
            # The next login tries again.
            return

    def change_password(
        self,
        before: Credential,
        after: Credential,
        session: Session,
        order: OutboxRow,
        counted: Sequence[CounterKey] = (),
    ) -> None:
        """Set a chosen password, end all sessions by a new generation and start ``session``, all or nothing."""
        # The items of those that ended open nothing any more, and go by their expiry.
        generation = {":generation": before.generation, ":next": session.generation, ":no": False}
        self._aws.transact(
            {
                "Update": update_existing(
                    self._table,
                    {"pk": credential_key(before.canonical_email)},
                    "SET password_hash = :hash, password_kind = :chosen, generation = :next, last_login_at = :now, "
                    "devices = :devices REMOVE password_expires_at, initial_password_id, closing_announced_at",
                    SAME_PASSWORD,
                    {
                        ":hash": after.password_hash,
                        ":chosen": "chosen",
                        ":old_hash": before.password_hash,
                        ":now": session.created_at,
                        ":devices": [asdict(device) for device in after.devices],
                        **generation,
                    },
                )
            },
            self._next_generation(account_key(before.account_id), generation),
            {"Put": put_new(self._sessions, session_to_values(session))},
            {"Put": put_order(self._outbox, order)},
            *forget(self._sessions, counted),
        )

    def reset_password(
        self, account: Account, password_hash: str, order: OutboxRow, counted: Sequence[CounterKey] = ()
    ) -> None:
        """Set a chosen password, whatever was there, and end all sessions by a new generation, all or nothing."""
        generation = {":generation": account.generation, ":next": account.generation + 1, ":no": False}
        self._aws.transact(
            {
                "Update": update_existing(
                    self._table,
                    {"pk": credential_key(account.canonical_email)},
                    "SET password_hash = :hash, password_kind = :chosen, generation = :next "
                    "REMOVE password_expires_at, initial_password_id, devices",
                    IN_FORCE,
                    {":hash": password_hash, ":chosen": "chosen", **generation},
                )
            },
            self._next_generation(account_key(account.id), generation),
            {"Put": put_order(self._outbox, order)},
            *forget(self._sessions, counted),
        )

    def block(self, account: Account) -> None:
        """Block an account and end all its sessions by a new generation, all or nothing."""
        values = {":generation": account.generation, ":next": account.generation + 1, ":no": False, ":yes": True}
        self._aws.transact(
            *(
                {"Update": update_existing(self._table, {"pk": key}, _BLOCK, IN_FORCE, values)}
                for key in (account_key(account.id), credential_key(account.canonical_email))
            )
        )

    def _next_generation(self, key: str, values: dict[str, Any]) -> dict[str, Any]:
        return {"Update": update_existing(self._table, {"pk": key}, NEXT_GENERATION, IN_FORCE, values)}

    def _get(self, key: str) -> dict[str, Any] | None:
        answer = self._aws.call(
            "dynamodb", "get_item", TableName=self._table, Key=to_item({"pk": key}), ConsistentRead=True
        )
        return from_item(answer["Item"]) if "Item" in answer else None
