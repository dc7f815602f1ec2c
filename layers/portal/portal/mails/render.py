"""Turn a mail's templates into its subject and its two bodies.

A folder holds `<language>.txt`, whose first line is `Subject: …`, and `<language>.html`.
Templates come from these folders only and values are never rendered a second time, so a
value that looks like a template stays what it is.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import fill

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal.domain.mail import Language, Mail

# RFC 5322 asks for 78 characters; links and credentials stay outside of wrapped paragraphs.
_TEXT_WIDTH = 76
_SUBJECT = "Subject: "


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name a mail speaks; it stands in the text and in the footer."""

    portal_name: str
    company_name: str
    company_address: str


def render(
    folder: str,
    language: Language,
    sender: Sender,
    **facts: object,
) -> Mail:
    """Render the mail of a folder; a fact that a template misses is an error."""
    values = {
        "language": language,
        "portal_name": _one_line(sender.portal_name),
        "company_name": _one_line(sender.company_name),
        "company_address": _one_line(sender.company_address),
        **facts,
    }
    environment = _environment()
    text = environment.get_template(f"{folder}/{language}.txt").render(values)
    head, _, body = text.partition("\n\n")
    subject = head.removeprefix(_SUBJECT)
    html = environment.get_template(f"{folder}/{language}.html")
    return Mail(subject, body, html.render(values, subject=subject))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["wrap"] = _wrap
    return environment


def _wrap(paragraph: str) -> str:
    return fill(paragraph, _TEXT_WIDTH, break_long_words=False, break_on_hyphens=False) + "\n"


def _one_line(value: str) -> str:
    # The names come from settings; a line break in one must not become a mail header.
    return " ".join(value.split())
