"""Proofs in the table Evidence: added, and looked at by operators."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import Item, from_item, put_new, require_existing, to_item
from portal.adapters.dynamodb.records import account_key, evidence_from_item, evidence_to_values
from portal.domain.errors import ConditionFailed
from portal.domain.ids import AccountId

if TYPE_CHECKING:
    from portal.adapters.aws import Aws
    from portal.domain.evidence import OptInMailEvidence

_BY_PSEUDONYM = "by-pseudonym"


class EvidenceTable:
    """Satisfies ``flows.ports.Evidence``, ``flows.ports.OptIns`` and ``flows.prove.Proofs``.

    Args:
        aws: way out.
        table: name of Evidence.
        accounts_table: name of Accounts.
    """

    def __init__(self, aws: Aws, table: str, accounts_table: str) -> None:
        self._aws = aws
        self._table = table
        self._accounts_table = accounts_table

    def add_mail(self, evidence: OptInMailEvidence) -> None:
        """Keep when an opt-in mail left, beside the evidence of its account; of a closed one nothing more is kept.

        Raises:
            Conflict: account or evidence were written in the same moment.
        """
        account = require_existing(self._accounts_table, {"pk": account_key(evidence.subject)}, "attribute_exists(pk)")
        # There is no account (any more), or the row is there: its sort key is ours, so a first try was stored.
        with suppress(ConditionFailed):
            self._aws.transact(
                {"Put": put_new(self._table, evidence_to_values(evidence), key="subject")}, {"ConditionCheck": account}
            )

    def mail_sent_at(self, account_id: AccountId) -> int | None:
        """Return when the opt-in mail of an account left; it is noted with the attempt or, after the click, beside."""
        noted = [row.get("mail_sent_at") for row in self.of(account_id)]
        return min((at for at in noted if at is not None), default=None)

    def of(self, subject: AccountId) -> list[Item]:
        """Return all evidence of an account."""
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues=to_item({":subject": subject}),
            ConsistentRead=True,
        )
        return [evidence_from_item(from_item(item)) for item in answer["Items"]]

    def closed_under(self, pseudonym: str) -> list[AccountId]:
        """Return the accounts that were closed under a pseudonym, newest first; one of this second may lack."""
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            IndexName=_BY_PSEUDONYM,
            KeyConditionExpression="pseudonym = :pseudonym",
            ExpressionAttributeValues=to_item({":pseudonym": pseudonym}),
            ScanIndexForward=False,
        )
        return [AccountId(from_item(item)["subject"]) for item in answer["Items"]]
