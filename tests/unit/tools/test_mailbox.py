"""The mails that the emulator caught, as tests and people get them."""

from pathlib import Path
from typing import Any

import pytest

from tools.local.mailbox import Message, load, save, to_messages
from tools.local.mailbox_pages import local_time, opens_elsewhere, render

RECORD: dict[str, Any] = {
    "MessageId": "1@mail",
    "Source": "noreply@example.com",
    "To": ["Anna Muster <Anna@Example.com>"],
    "CC": [],
    "BCC": [],
    "Subject": "Grüße",
    "BodyText": "Hallo",
    "BodyHtml": "<p>Hallo</p>",
    "Timestamp": 1795427099.76149,
    "Type": "v2.SendEmail",
}
MESSAGE = Message("1@mail", "Anna@Example.com", "Grüße", "Hallo", "<p>Hallo</p>", "2026-11-23T09:44:59.761Z")
EVIL = Message("<i>@mail", "<i>@x", "<script>1</script>", "<script>2</script>", "<b>", "2026-11-23T09:44:59.761Z")


def test_a_mail_has_the_shape_of_the_api() -> None:
    assert to_messages({"messages": {"000000000000": [RECORD]}}) == [MESSAGE]


def test_missing_parts_are_empty() -> None:
    (mail,) = to_messages({"messages": {"0": [RECORD | {"BodyHtml": None, "BodyText": "", "Subject": ""}]}})
    assert (mail.subject, mail.text, mail.html) == ("", "", "")


def test_recipients_are_compared_without_case() -> None:
    (mail,) = to_messages({"messages": {"0": [RECORD | {"To": ["a@x.de", "B@x.de"]}]}})
    assert mail.to == "a@x.de, B@x.de"
    assert [mail.is_to(address) for address in ("A@X.DE", " b@x.de ", "c@x.de", "")] == [True, True, False, False]


@pytest.mark.parametrize("sent_to", ["Anna@xn--mller-kva.example.com", "Anna@MÜLLER.example.com"])
@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("anna@müller.example.com", True),
        ("anna@Mu\u0308ller.Example.COM", True),
        ("ANNA@XN--MLLER-KVA.example.com", True),
        ("anna@muller.example.com", False),
        ("anna@mueller.example.com", False),
        ("müller.example.com", False),
        ("anna@", False),
        ("anna@-..müller", False),
    ],
)
def test_an_international_domain_is_found_in_each_of_its_spellings(sent_to: str, address: str, *, found: bool) -> None:
    (mail,) = to_messages({"messages": {"0": [RECORD | {"To": [sent_to]}]}})
    assert mail.is_to(address) is found


def test_mails_outlive_a_run(tmp_path: Path) -> None:
    file = tmp_path / "mails.json"
    save(file, [MESSAGE, EVIL])
    assert load(file) == [MESSAGE, EVIL]


@pytest.mark.parametrize("content", ["", "{", '[{"id": 1}]', "[1]"])
def test_an_unreadable_archive_is_an_empty_one(tmp_path: Path, content: str) -> None:
    file = tmp_path / "mails.json"
    file.write_text(content)
    assert load(file) == []


def test_nothing_of_a_mail_becomes_part_of_a_page() -> None:
    pages = render("list.html", mails=[EVIL], address="<i>") + render("message.html", mail=EVIL)
    assert "<script" not in pages
    assert "<i>" not in pages
    assert "&lt;script&gt;1" in pages


def test_the_frame_of_a_mail_allows_no_scripts() -> None:
    page = render("message.html", mail=MESSAGE)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" src="/_mail/messages/1%40mail/html"' in page


def test_pages_load_nothing_from_elsewhere() -> None:
    pages = render("list.html", mails=[MESSAGE], address="") + render("message.html", mail=MESSAGE)
    assert "://" not in pages


def test_links_of_a_text_can_be_followed() -> None:
    link = "http://localhost:8080/confirm#token=eyJ.a-b_c.d"
    page = render("message.html", mail=Message("1", "a@x.de", "", f"Hier:\n{link}\n", "", MESSAGE.sent_at))
    assert f'href="{link}"' in page
    assert "<iframe" not in page


def test_links_of_a_mail_open_a_new_tab() -> None:
    assert opens_elsewhere("<p>").startswith('<!doctype html><base target="_blank">')


def test_times_are_written_for_people() -> None:
    assert local_time("2026-07-01T22:30:00.000Z") in {"02.07.2026, 00:30:00 Uhr", "01.07.2026, 22:30:00 Uhr (UTC)"}
