"""Sample mails, and a parser that sees in them what a mail program would."""

from html.parser import HTMLParser

from portal.domain.mail import Language, Mail
from portal.mails.already_registered import already_registered_mail
from portal.mails.closing_announced import closing_announced_mail
from portal.mails.credentials import credentials_mail
from portal.mails.email_change import email_change_mail
from portal.mails.farewell import farewell_mail
from portal.mails.notice import notice_mail
from portal.mails.opt_in import AttemptLinks, opt_in_mail
from portal.mails.password_reset import password_reset_mail
from portal.mails.render import Sender
from portal.mails.restriction import restriction_ending_mail, restriction_started_mail

REQUESTED_AT = 1_795_439_100  # 23 November 2026, 14:05 in Berlin
YEAR_2030 = 1_893_452_400  # its first moment in Berlin
HOUR, DAY = 3_600, 86_400
PORTAL = "https://portal.example.com"
FREEZE_URL = f"{PORTAL}/freeze#token={'f' * 90}"
FREEZE_UNTIL = REQUESTED_AT + 3 * DAY
SENDER = Sender("Mandantenportal", "Musterforderung GmbH", "Beispielstraße 1, 10115 Berlin")
INITIAL_PASSWORD = "aB3-example-password"
LANGUAGES: tuple[Language, ...] = ("de", "en")


class Document(HTMLParser):
    """Elements, attributes and visible text of a mail's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._words: list[str] = []
        self._in_style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self._words += data.split()

    @property
    def links(self) -> list[str | None]:
        return [value for name, value in self.attributes if name == "href"]

    @property
    def words(self) -> list[str]:
        return self._words


def bodies(mail: Mail) -> tuple[str, str]:
    """Return the words of the text and of the HTML, each on one line."""
    return " ".join(mail.text.split()), " ".join(Document(mail.html).words)


def links_of(reference: str, requested_at: int = REQUESTED_AT, lifetime: int = 30 * DAY) -> AttemptLinks:
    return AttemptLinks(
        reference,
        requested_at,
        requested_at + lifetime,
        f"{PORTAL}/confirm#token={reference}-{'c' * 90}",
        f"{PORTAL}/reject#token={reference}-{'r' * 90}",
    )


def opt_in(language: Language, sender: Sender = SENDER) -> Mail:
    return opt_in_mail(language, sender, [links_of("K7M2QX"), links_of("P3WZ9D", REQUESTED_AT - 5_000)])


def credentials(
    language: Language,
    sender: Sender = SENDER,
    user_name: str = "erika@example.com",
    password: str = INITIAL_PASSWORD,
) -> Mail:
    return credentials_mail(language, sender, user_name, password, f"{PORTAL}/", REQUESTED_AT + 7 * DAY)


def already_registered(language: Language, sender: Sender = SENDER) -> Mail:
    return already_registered_mail(language, sender, f"{PORTAL}/")


def password_reset(language: Language, sender: Sender = SENDER) -> Mail:
    return password_reset_mail(language, sender, f"{PORTAL}/reset#token={'p' * 90}", REQUESTED_AT + HOUR)


def bank_details_changed(language: Language, sender: Sender = SENDER) -> Mail:
    return notice_mail("bank_details_changed", language, sender, REQUESTED_AT, FREEZE_URL, FREEZE_UNTIL)


def email_change(language: Language, sender: Sender = SENDER) -> Mail:
    return email_change_mail(language, sender, "K7M4PX", f"{PORTAL}/email-change#token={'n' * 90}", REQUESTED_AT + DAY)


def email_change_requested(language: Language, sender: Sender = SENDER) -> Mail:
    return notice_mail("email_change_requested", language, sender, REQUESTED_AT, FREEZE_URL, FREEZE_UNTIL)


def email_changed(language: Language, sender: Sender = SENDER) -> Mail:
    return notice_mail("email_changed", language, sender, REQUESTED_AT, FREEZE_URL, FREEZE_UNTIL)


def password_changed(language: Language, sender: Sender = SENDER) -> Mail:
    return notice_mail("password_changed", language, sender, REQUESTED_AT, FREEZE_URL, FREEZE_UNTIL)


def password_set_by_link(language: Language, sender: Sender = SENDER) -> Mail:
    return notice_mail("password_set_by_link", language, sender, REQUESTED_AT, FREEZE_URL, FREEZE_UNTIL)


def new_device_login(language: Language, sender: Sender = SENDER, device: str = "Firefox, Windows") -> Mail:
    return notice_mail("new_device_login", language, sender, REQUESTED_AT, FREEZE_URL, FREEZE_UNTIL, device=device)


def closing_announced(language: Language, sender: Sender = SENDER, *, activated: bool = True) -> Mail:
    return closing_announced_mail(language, sender, REQUESTED_AT + 14 * DAY, f"{PORTAL}/", activated=activated)


def never_activated(language: Language, sender: Sender = SENDER) -> Mail:
    return closing_announced(language, sender, activated=False)


def restriction_started(language: Language, sender: Sender = SENDER) -> Mail:
    return restriction_started_mail(language, sender, REQUESTED_AT, f"{PORTAL}/")


def restriction_ending(language: Language, sender: Sender = SENDER) -> Mail:
    return restriction_ending_mail(language, sender, REQUESTED_AT + 8 * DAY, f"{PORTAL}/")


def farewell(language: Language, sender: Sender = SENDER) -> Mail:
    return farewell_mail(language, sender, REQUESTED_AT, YEAR_2030, f"{PORTAL}/")


NOTICES = (
    bank_details_changed,
    email_change_requested,
    email_changed,
    password_changed,
    password_set_by_link,
    new_device_login,
)
MAILS = (
    opt_in,
    credentials,
    already_registered,
    password_reset,
    email_change,
    *NOTICES,
    closing_announced,
    never_activated,
    restriction_started,
    restriction_ending,
    farewell,
)
