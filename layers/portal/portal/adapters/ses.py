"""Mails by Amazon SES."""

from email.utils import formataddr

from portal.adapters.aws import Aws
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
