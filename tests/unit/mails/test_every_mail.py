"""What holds for each mail in each language."""

import re
from collections.abc import Callable

import pytest
from jinja2 import UndefinedError

from portal.domain.mail import Language, Mail
from portal.mails.render import Sender, render
from tests.unit.mails.reading import LANGUAGES, MAILS, PORTAL, SENDER, Document

MakeMail = Callable[..., Mail]

each_mail = pytest.mark.parametrize("make", MAILS, ids=lambda make: make.__name__)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def link_lines(mail: Mail) -> list[str]:
    return [line for line in mail.text.splitlines() if line.startswith("http")]


@each_mail
@each_language
def test_subject_is_one_line_that_names_the_portal(make: MakeMail, language: Language) -> None:
    subject = make(language).subject
    assert subject.startswith("Mandantenportal: ")
    assert len(subject.splitlines()) == 1
    assert len(subject) <= 78


@each_mail
@each_language
def test_lines_fit_a_terminal_except_links(make: MakeMail, language: Language) -> None:
    mail = make(language)
    assert all(len(line) <= 78 for line in mail.text.splitlines() if line not in link_lines(mail))


@each_mail
@each_language
def test_no_line_has_trailing_blanks_and_gaps_are_small(make: MakeMail, language: Language) -> None:
    text = make(language).text
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "\n\n\n\n" not in text


@each_mail
@each_language
def test_a_link_stands_alone_on_its_line(make: MakeMail, language: Language) -> None:
    mail = make(language)
    assert mail.text.count("://") == len(link_lines(mail)) > 0
    assert all(re.fullmatch(r"\S+", line) for line in link_lines(mail))


@each_mail
@each_language
def test_both_bodies_lead_to_the_same_places_in_the_same_order(make: MakeMail, language: Language) -> None:
    mail = make(language)
    assert Document(mail.html).links == link_lines(mail)
    assert all(link.startswith(f"{PORTAL}/") for link in link_lines(mail))


@each_mail
@each_language
def test_both_bodies_say_the_same(make: MakeMail, language: Language) -> None:
    mail = make(language)
    html, text = " ".join(Document(mail.html).words), mail.text
    text_paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    sentences = [p for p in text_paragraphs if p.endswith(".") and "://" not in p]
    assert len(sentences) >= 3
    assert [s for s in sentences if s not in html] == []


@each_mail
@each_language
def test_html_loads_nothing_and_shows_no_picture(make: MakeMail, language: Language) -> None:
    mail = make(language)
    document = Document(mail.html)
    assert not {"img", "link", "script", "iframe", "object", "form", "table", "base"} & set(document.tags)
    assert not {"src", "srcset", "background", "style"} & {name for name, _ in document.attributes}
    assert "url(" not in mail.html
    assert "@import" not in mail.html
    assert mail.html.count("://") == len(document.links)


@each_mail
@each_language
def test_html_names_its_language_and_suits_both_colour_schemes(make: MakeMail, language: Language) -> None:
    document = Document(make(language).html)
    assert ("lang", language) in document.attributes
    assert ("content", "light dark") in document.attributes


@each_mail
@each_language
def test_both_bodies_end_with_who_sent_it(make: MakeMail, language: Language) -> None:
    mail = make(language)
    assert mail.text.endswith("\nMusterforderung GmbH\nBeispielstraße 1, 10115 Berlin\n")
    assert " ".join(Document(mail.html).words).endswith("Musterforderung GmbH Beispielstraße 1, 10115 Berlin")


@each_mail
@each_language
def test_hostile_sender_neither_adds_elements_nor_headers(make: MakeMail, language: Language) -> None:
    hostile = Sender("P\r\nBcc: x@example.com\n\n", "<b>A</b> & Co {{7*7}}", "<script>%(x)s</script> {0.__class__}")
    mail = make(language, hostile)
    document = Document(mail.html)
    assert mail.subject.startswith("P Bcc: x@example.com: ")
    assert not {"b", "script"} & set(document.tags)
    for part in (mail.text, " ".join(document.words)):
        joined = " ".join(part.split())
        assert "<b>A</b> & Co {{7*7}}" in joined
        assert "<script>%(x)s</script> {0.__class__}" in joined


def test_a_forgotten_fact_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="portal_url"):
        render("already_registered", "de", SENDER)
