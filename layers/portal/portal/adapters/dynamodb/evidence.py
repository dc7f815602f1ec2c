"""Proofs in the table Evidence: added, and looked at by operators."""

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.items import from_item, put_new, to_item
from portal.adapters.dynamodb.records import evidence_to_values
from portal.domain.errors import ConditionFailed
from portal.domain.evidence import OptInMailEvidence
from portal.domain.ids import AccountId


class EvidenceTable:
    """Satisfies ``flows.ports.Evidence`` and ``flows.ports.OptIns``.

    Args:
        aws: way out.
        table: name of Evidence.
    """

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def add_mail(self, evidence: OptInMailEvidence) -> None:
        """Keep when an opt-in mail left, beside the evidence of its account."""
        try:
            self._aws.call("dynamodb", "put_item", **put_new(self._table, evidence_to_values(evidence), key="subject"))
        except ConditionFailed:
            # The sort key is random and ours: a first try was stored and only its answer was lost.
            return

    def mail_sent_at(self, account_id: AccountId) -> int | None:
        """Return when the opt-in mail of an account left; it is noted with the attempt or, after the click, beside."""
        answer = self._aws.call(
            "dynamodb",
            "query",
            TableName=self._table,
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues=to_item({":subject": account_id}),
            ProjectionExpression="mail_sent_at",
            ConsistentRead=True,
        )
        noted = [from_item(item).get("mail_sent_at") for item in answer["Items"]]
        return min((at for at in noted if at is not None), default=None)
