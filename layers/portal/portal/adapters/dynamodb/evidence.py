"""Proofs in the table Evidence: only ever added."""

from portal.adapters.aws import Aws
from portal.adapters.dynamodb.items import put_new
from portal.adapters.dynamodb.records import evidence_to_values
from portal.domain.errors import ConditionFailed
from portal.domain.evidence import OptInMailEvidence


class EvidenceTable:
    """Satisfies ``flows.ports.Evidence``.

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
