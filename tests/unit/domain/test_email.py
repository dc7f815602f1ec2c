"""E-mail addresses (P6)."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.domain.email import MAX_LENGTH, canonical_email, parse_email, sending_form
from portal.domain.errors import FieldCode, Refused

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789äöüßé", min_size=1, max_size=12)
LOCAL = st.text("abcdefghijklmnopqrstuvwxyzABCDEFG0123456789._+-'", min_size=1, max_size=20)
DOMAIN = st.builds("{}.example.{}".format, LABEL, st.sampled_from(["com", "org", "net"]))


def code_of(typed: str) -> FieldCode:
    with pytest.raises(Refused) as refused:
        parse_email(typed)
    return refused.value.code


@pytest.mark.parametrize(
    ("typed", "kept", "canonical", "sent"),
    [
        ("a@example.com", "a@example.com", "a@example.com", "a@example.com"),
        (" A.B@Example.COM ", "A.B@Example.COM", "a.b@example.com", "A.B@example.com"),
        ("a@bücher.example.com", "a@bücher.example.com", "a@xn--bcher-kva.example.com", "a@xn--bcher-kva.example.com"),
        ("a@BU\u0308CHER.example.com", "a@BÜCHER.example.com", "a@xn--bcher-kva.example.com", None),
        ("a@XN--BCHER-KVA.example.com", "a@XN--BCHER-KVA.example.com", "a@xn--bcher-kva.example.com", None),
        ("a@straße.example.com", "a@straße.example.com", "a@xn--strae-oqa.example.com", None),
        ("a+tag@example.com", "a+tag@example.com", "a+tag@example.com", None),
    ],
)
def test_an_address_is_kept_as_typed_and_found_in_one_form(
    typed: str, kept: str, canonical: str, sent: str | None
) -> None:
    assert parse_email(typed) == kept
    assert canonical_email(typed) == canonical_email(kept) == canonical
    if sent:
        assert sending_form(kept) == sent


def test_different_people_stay_different() -> None:
    same_looking = [
        "a.b@example.com",
        "ab@example.com",
        "a.b+x@example.com",
        "a.b@example.org",
        "a.b@strasse.example.com",
    ]
    assert len({canonical_email(address) for address in [*same_looking, "a.b@straße.example.com"]}) == 6


@pytest.mark.parametrize("typed", ["ü@example.com", "jürgen.m@example.com", '"a b"@example.com', '"a,b@c"@example.com'])
def test_an_address_that_cannot_be_written_to_is_named_unsupported(typed: str) -> None:
    assert code_of(typed) is FieldCode.EMAIL_UNSUPPORTED


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "erika",
        "a@",
        "@example.com",
        "a@localhost",
        "a@[192.0.2.1]",
        "a@example..com",
        "a@-a.example.com",
        "a b@example.com",
        ".a@example.com",
        "a@example.com, c@example.org",
        "a@example.com;c@example.org",
        "a@example.com c@example.org",
        "a@b@example.com",
        "Erika <a@example.com>",
        "a(c)@example.com",
        "a@☃.example.com",
        "a@\ud800.example.com",
    ],
)
def test_anything_else_than_one_plain_address_is_invalid(typed: str) -> None:
    assert code_of(typed) is FieldCode.EMAIL_INVALID


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize(
    "place", ["{}a@example.com", "a{}@example.com", "a@example.com{}", "a@example.com{}Bcc: b@example.org"]
)
def test_line_breaks_are_refused_at_the_ends_too(sign: str, place: str) -> None:
    assert code_of(place.format(sign)) in {FieldCode.EMAIL_INVALID, FieldCode.EMAIL_UNSUPPORTED}


def test_at_most_254_characters() -> None:
    domain = ".".join(["d" * 60] * 3) + ".example.com"
    local = "a" * (MAX_LENGTH - len(domain) - 1)
    assert len(parse_email(f"{local}@{domain}")) == 254
    assert code_of(f"{local}a@{domain}") is FieldCode.TOO_LONG


def test_the_form_for_sending_is_at_most_254_characters_too() -> None:
    domain = ".".join(["ü" * 30] * 5) + ".example.com"
    assert len(f"a@{domain}") < MAX_LENGTH
    assert code_of(f"{'a' * 60}@{domain}") is FieldCode.EMAIL_INVALID


@given(st.text(max_size=60) | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=30)))
@example("a@\u3002")
@example("a@xn--")
@example("\u212a@\u212a")
def test_the_canonical_form_of_anything_is_stable_or_none(typed: str) -> None:
    canonical = canonical_email(typed)
    if canonical is not None:
        assert canonical.isascii()
        assert canonical_email(canonical) == canonical


# Lone surrogates too: whatever Python can hold as text.
ANY_SIGN = st.characters()


@given(st.text(ANY_SIGN, max_size=60) | st.builds("{}@{}".format, st.text(ANY_SIGN, max_size=20), DOMAIN))
def test_whatever_is_accepted_has_one_canonical_form_and_one_for_sending(typed: str) -> None:
    try:
        kept = parse_email(typed)
    except Refused:
        return
    check_forms(kept)


@given(LOCAL, DOMAIN)
def test_all_spellings_of_an_international_domain_are_one_person(local: str, domain: str) -> None:
    accepted = outcome(f"{local}@{domain}")
    if isinstance(accepted, FieldCode):
        return
    kept = parse_email(f"{local}@{domain}")
    check_forms(kept)
    upper = "".join(sign.upper() if len(sign.upper()) == 1 else sign for sign in domain)
    spellings = [upper, unicodedata.normalize("NFD", domain), sending_form(kept).partition("@")[2]]
    assert {outcome(f"{local}@{spelling}") for spelling in spellings} == {accepted}


def check_forms(kept: str) -> None:
    """Hold the forms of an accepted address against one another."""
    canonical, sent = canonical_email(kept), sending_form(kept)
    assert canonical is not None
    assert canonical == canonical.lower() == canonical_email(canonical) == canonical_email(sent)
    assert parse_email(kept) == kept
    assert parse_email(sent) == sending_form(sent) == sent
    assert sent.isascii()
    assert len(sent) <= MAX_LENGTH


@given(LOCAL, DOMAIN, st.data())
def test_case_makes_no_difference_to_who_it_is(local: str, domain: str, data: st.DataObject) -> None:
    typed = f"{local}@{domain}"
    turned = "".join(sign.upper() if len(sign.upper()) == 1 and data.draw(st.booleans()) else sign for sign in typed)
    assert outcome(turned) == outcome(typed)


def outcome(typed: str) -> FieldCode | str | None:
    try:
        return canonical_email(parse_email(typed))
    except Refused as refused:
        return refused.code


def test_an_endless_text_has_no_canonical_form() -> None:
    assert canonical_email("a" * 100_000 + "@example.com") is None
