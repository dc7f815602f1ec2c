"""What clients change about their account: account, credential, and what goes with the change."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from portal.adapters.dynamodb.accounts import SAME_PASSWORD
from portal.adapters.dynamodb.items import delete_key, from_item, put_new, require_existing, to_item, update_existing
from portal.adapters.dynamodb.records import (
    IN_FORCE,
    account_key,
    address_change_keys,
    attempt_key,
    change_key,
    change_to_values,
    credential_key,
    credential_to_values,
    evidence_to_values,
    former_to_values,
    put_order,
)
from portal.adapters.dynamodb.registrations import BY_ADDRESS, NOT_EXPIRED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.adapters.aws import Aws
    from portal.domain.account import Account
    from portal.domain.credential import Credential
    from portal.domain.email_change import EmailChange, FormerAddress
    from portal.domain.evidence import AnyEvidence, ConsentEvidence
    from portal.domain.outbox import OutboxRow

_AS_ANNOUNCED = IN_FORCE + " AND closing_announced_at = :announced"
_AS_READ = IN_FORCE + " AND version = :version"
_PENDING = _AS_READ + " AND pending_email_change_id = :change"
# The end of evidence is set once.
_ENDLESS = "attribute_not_exists(expires_at)"
# Of a flood of registrations the rest ends by itself within 30 days; a transaction holds 100 writes.
_ATTEMPTS_TAKEN_ALONG = 50


class ProfilesTable:
    """Satisfies ``flows.ports.Profiles``.

    Args:
        aws: way out.
        table: name of Accounts.
        registrations: name of Registrations.
        evidence: name of Evidence.
        outbox: name of Outbox.
    """

    def __init__(self, aws: Aws, table: str, *, registrations: str = "", evidence: str = "", outbox: str = "") -> None:
        self._aws = aws
        self._table = table
        self._registrations = registrations
        self._evidence = evidence
        self._outbox = outbox

    def save(
        self,
        before: Account,
        after: Account,
        *,
        order: OutboxRow | None = None,
        evidence: ConsentEvidence | None = None,
    ) -> None:
        """Store a changed profile, together with the order of the mail that tells of it, or the proof of a consent."""
        orders = [{"Put": put_order(self._outbox, order)}] if order else []
        proofs = [{"Put": put_new(self._evidence, evidence_to_values(evidence), key="subject")}] if evidence else []
        # A transaction even where it is one write: its token lets boto3 send it again after a lost answer, where a
        # single conditional write would find its own change and call it somebody else's.
        self._aws.transact(self._profile_change(before, after), *orders, *proofs)

    def request_email_change(self, account: Account, change: EmailChange, orders: Sequence[OutboxRow]) -> None:
        """Store a new address that waits for its confirmation, together with the orders of its mails."""
        values = {":change": change.id, ":generation": account.generation, ":no": False}
        unrestricted = "attribute_not_exists(restricted_at)"
        if account.restricted_at is not None:
            # One of before, which is over; a new one would have another time.
            unrestricted, values[":restricted_at"] = "restricted_at = :restricted_at", account.restricted_at
        condition, set_pending = f"{IN_FORCE} AND {unrestricted}", "SET pending_email_change_id = :change"
        self._aws.transact(
            {"Update": update_existing(self._table, {"pk": account_key(account.id)}, set_pending, condition, values)},
            {"Put": put_new(self._registrations, change_to_values(change))},
            *({"Put": put_order(self._outbox, order)} for order in orders),
        )

    def change_email(
        self, before: Account, after: Account, credential: Credential, former: FormerAddress, order: OutboxRow, now: int
    ) -> None:
        """Move an account and its credential to the new address; the pending change is used up."""
        # Who confirms a new address is there: a closing that was announced meanwhile is announced again, or not at all.
        moved = replace(
            credential,
            canonical_email=after.canonical_email,
            generation=after.generation,
            closing_announced_at=None,
        )
        generation = {":generation": before.generation, ":no": False}
        same = {**generation, ":old_hash": credential.password_hash}
        self._aws.transact(
            {
                "Update": update_existing(
                    self._table,
                    {"pk": account_key(before.id)},
                    "SET email = :email, canonical_email = :canonical, generation = :next, version = :next_version, "
                    "email_change_id = :change, former_change_ids = :former "
                    "REMOVE pending_email_change_id, bounced_at, complained_at",
                    _PENDING,
                    {
                        ":email": after.email,
                        ":canonical": after.canonical_email,
                        ":next": after.generation,
                        ":next_version": after.version,
                        ":change": after.email_change_id,
                        ":former": list(after.former_change_ids),
                        ":version": before.version,
                        **generation,
                    },
                )
            },
            {"Put": put_new(self._table, credential_to_values(moved))},
            {"Delete": require_existing(self._table, self._credential(before), SAME_PASSWORD, same)},
            {
                "Delete": require_existing(
                    self._registrations, {"pk": change_key(former.id)}, NOT_EXPIRED, {":now": now}
                )
            },
            {"Put": put_new(self._registrations, former_to_values(former))},
            {"Put": put_order(self._outbox, order)},
        )

    def close(
        self,
        account: Account,
        evidence: Sequence[AnyEvidence],
        ends: int,
        order: OutboxRow,
        *,
        announced_at: int | None = None,
    ) -> None:
        """Delete account, credential and what else has its addresses; what stays is evidence, until ``ends``."""
        in_force = {":generation": account.generation, ":no": False}
        as_read = {**in_force, ":version": account.version}
        required: tuple[str, dict[str, Any]] = (IN_FORCE, in_force)
        if announced_at is not None:
            required = (_AS_ANNOUNCED, {**in_force, ":announced": announced_at})
        end = {":ends": ends}
        self._aws.transact(
            {"Delete": require_existing(self._table, {"pk": account_key(account.id)}, _AS_READ, as_read)},
            {"Delete": require_existing(self._table, self._credential(account), *required)},
            {"Put": put_order(self._outbox, order)},
            *({"Put": put_new(self._evidence, evidence_to_values(one), key="subject")} for one in evidence),
            *(
                {"Update": update_existing(self._evidence, key, "SET expires_at = :ends", _ENDLESS, end)}
                for key in self._evidence_keys(account)
            ),
            *(
                {"Delete": delete_key(self._registrations, {"pk": key})}
                for key in (*address_change_keys(account), *self._attempt_keys(account))
            ),
        )

    def _profile_change(self, before: Account, after: Account) -> dict[str, Any]:
        return {
            "Update": update_existing(
                self._table,
                {"pk": account_key(before.id)},
                "SET person = :person, bank_details = :bank_details, bank_reviewed = :reviewed, locale = :locale, "
                "consents = :consents, "
                "version = :next",
                _AS_READ,
                {
                    ":person": asdict(after.person),
                    ":bank_details": asdict(after.bank_details),
                    ":reviewed": after.bank_reviewed,
                    ":locale": after.locale,
                    ":consents": [asdict(consent) for consent in after.consents],
                    ":next": after.version,
                    ":version": before.version,
                    ":generation": before.generation,
                    ":no": False,
                },
            )
        }

    def _evidence_keys(self, account: Account) -> list[dict[str, str]]:
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._evidence,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues=to_item({":subject": account.id}),
            ProjectionExpression="subject, sk",
            ConsistentRead=True,
        )
        return [from_item(item) for item in answer["Items"]]

    def _attempt_keys(self, account: Account) -> list[str]:
        """Return the keys of registrations of the same address, oldest first: their mailed links would work again."""
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._registrations,
            IndexName=BY_ADDRESS,
            KeyConditionExpression="canonical_email = :email",
            ExpressionAttributeValues=to_item({":email": account.canonical_email}),
            Limit=_ATTEMPTS_TAKEN_ALONG,
        )
        keys = [from_item(item)["pk"] for item in answer["Items"]]
        return [key for key in keys if key.startswith(attempt_key(""))]

    def _credential(self, account: Account) -> dict[str, str]:
        return {"pk": credential_key(account.canonical_email)}
