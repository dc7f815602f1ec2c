"""Sample mails, and a parser that sees in them what a mail program would."""

from html.parser import HTMLParser

from portal.domain.mail import Language, Mail
from portal.mails.already_registered import already_registered_mail
from portal.mails.credentials import credentials_mail
from portal.mails.opt_in import AttemptLinks, opt_in_mail
from portal.mails.render import Sender

REQUESTED_AT = 1_795_439_100  # 23 November 2026, 14:05 in Berlin
DAY = 86_400
PORTAL = "https://portal.example.com"
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


MAILS = (opt_in, credentials, already_registered)
