"""Mails by Amazon SES, and its list of addresses that refuse them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from email.utils import formataddr
from typing import TYPE_CHECKING

from portal.adapters.aws import Absent, Aws, Misconfigured
from portal.domain.feedback import Listed

if TYPE_CHECKING:
    from portal.domain.mail import Mail


class SesSender:
    """Satisfies ``flows.ports.MailSender``.

    Args:
        aws: way out.
        sender_name: what recipients see.
        sender_address: verified with SES.
        configuration_set: with TLS required; opens and clicks are not tracked.
    """

    def __init__(self, aws: Aws, sender_name: str, sender_address: str, configuration_set: str) -> None:
        self._aws = aws
        self._from = formataddr((sender_name, sender_address))
        self._configuration_set = configuration_set

    def send(self, to: str, mail: Mail, tag: str) -> str:
        """Send one mail to one recipient and return the message id of SES."""
        answer = self._aws.call(
            "sesv2",
            "send_email",
            FromEmailAddress=self._from,
            Destination={"ToAddresses": [to]},
            Content={
                "Simple": {
                    "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": mail.text, "Charset": "UTF-8"},
                        "Html": {"Data": mail.html, "Charset": "UTF-8"},
                    },
                    # RFC 3834: no automatic answer to an automatic mail.
                    "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
                }
            },
            ConfigurationSetName=self._configuration_set,
            EmailTags=[{"Name": "order", "Value": tag}],
        )
        return str(answer["MessageId"])


class SesSuppressionList:
    """Satisfies ``flows.feedback_ports.SuppressionList``: the list of the whole account and region.

    SES never deletes an entry by itself, and answers these calls about once a second.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def older_than(self, before: int, limit: int) -> Listed:
        """Return entries from before a time (epoch seconds), at most ``limit`` (up to 1000)."""
        try:
            answer = self._aws.call(
                "sesv2", "list_suppressed_destinations", EndDate=datetime.fromtimestamp(before, UTC), PageSize=limit
            )
        except Misconfigured as failure:
            if failure.code != "NotFoundException":
                raise
            # Where SES has no such list at all, as on the local stack, nobody stands on it.
            return Listed((), more=False)
        found = tuple(str(entry["EmailAddress"]) for entry in answer["SuppressedDestinationSummaries"])
        return Listed(found, more="NextToken" in answer)

    def remove(self, address: str) -> None:
        """Delete an entry, if there is one.

        Raises:
            MailRefused: SES does not take it for an address.
            Unavailable: SES does not answer.
        """
        with suppress(Absent):
            self._aws.call("sesv2", "delete_suppressed_destination", EmailAddress=address)
