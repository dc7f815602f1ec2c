"""Lines of the feed: every rule, and whatever else may stand in a file."""

import json
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from portal.domain.case import Case, CaseStatus, StatutoryInterest
from portal.domain.client import MOST_PEOPLE, Client
from portal.domain.feed import Change, FeedCode, LineType, Refusal
from portal.domain.lines import LONGEST_LINE
from portal.events.feed_lines import MODELS, parse_line
from tests.support.feed import a_case_line, a_client_line, a_removal_line
from tools.feed.schema import FILE, document, text

SCHEMA = Draft202012Validator(document(), format_checker=Draft202012Validator.FORMAT_CHECKER)
POSITION: dict[str, Any] = a_case_line()["positions"][0]
WHOLE = a_case_line(
    status="settled",
    closed_on="2026-11-20",
    debtors=[
        {
            "kind": "company",
            "name": "Muster AG",
            "street": "Ring 1",
            "postal_code": "1010",
            "city": "Wien",
            "country": "AT",
        }
    ],
    positions=[
        {**POSITION, "interest": {"points": 9, "since": "2026-09-02"}},
        {"kind": "costs", "label": "Mahnkosten", "amount": 500},
    ],
    postings=[{"booked_on": "2026-10-05", "label": "Gutschrift", "amount": -1_000}],
    payments=[{"received_on": "2026-11-02", "on_costs": 500, "on_interest": 20, "on_principal": 3_000}],
    history=[{"on": "2026-10-01", "text": "Akte angelegt"}],
)


def parsed(line: Any) -> Change | Refusal:
    return parse_line(7, line if isinstance(line, bytes) else json.dumps(line).encode())


def change(line: Any) -> Change:
    found = parsed(line)
    assert isinstance(found, Change), found
    return found


def errors(line: Any) -> dict[str, str]:
    found = parsed(line)
    assert isinstance(found, Refusal), found
    return {error.pointer: error.code.value for error in found.errors}


def test_a_case_is_read_whole() -> None:
    found = change(WHOLE)
    case = found.content
    assert isinstance(case, Case)
    assert (found.line, found.type, found.place, found.version) == (7, "case", ("10", "A-1"), 1)
    assert (case.status, case.closed_on) == (CaseStatus.SETTLED, date(2026, 11, 20))
    assert case.positions[0].interest == StatutoryInterest(9, date(2026, 9, 2))
    assert (case.claimed, case.paid) == (9_500, 3_520)
    assert case.debtors[0].country == "AT"


def test_people_are_known_by_the_form_of_their_address_under_which_accounts_are() -> None:
    client = change(
        a_client_line(people=["Erika.Muster@EXAMPLE.com", "erika.muster@example.com", "a@bücher.example"])
    ).content
    assert isinstance(client, Client)
    assert client.people == {"erika.muster@example.com", "a@xn--bcher-kva.example"}


@pytest.mark.parametrize("case_id", [None, "A-1"])
def test_a_removal_says_which_version_it_is(case_id: str | None) -> None:
    found = change(a_removal_line(case_id, version=5))
    assert (found.removes, found.version, found.case_id) == (True, 5, case_id)


def test_the_order_of_members_and_what_is_left_out_make_no_other_content() -> None:
    turned = dict(reversed(WHOLE.items()))
    assert change(turned).digest == change(WHOLE).digest
    without = {name: value for name, value in a_case_line().items() if name != "closed_on"}
    assert change({**without, "postings": [], "closed_on": None}).digest == change(without).digest
    assert change({**WHOLE, "reference": "other"}).digest != change(WHOLE).digest
    people = ["b@example.com", "a@example.com"]
    assert change(a_client_line(people=people)).digest == change(a_client_line(people=people[::-1])).digest


INTEREST = {"points": 5, "since": "2026-09-01"}
WRONG = "invalid_value"
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"version": 0}, "/version", "invalid_value"),
    ({"version": 10**15 + 1}, "/version", "invalid_value"),
    ({"version": True}, "/version", "wrong_type"),
    ({"version": "1"}, "/version", "wrong_type"),
    ({"version": 1.5}, "/version", "wrong_type"),
    ({"client_id": ""}, "/client_id", "invalid_value"),
    ({"client_id": "a" * 41}, "/client_id", "invalid_value"),
    ({"client_id": "10#case"}, "/client_id", "invalid_value"),
    ({"client_id": "10\n"}, "/client_id", "invalid_value"),
    ({"client_id": "-10"}, "/client_id", "invalid_value"),
    ({"client_id": 10}, "/client_id", "wrong_type"),
    ({"case_id": "search"}, "/case_id", "invalid_value"),
    ({"case_id": "export"}, "/case_id", "invalid_value"),
    ({"case_id": "a/b"}, "/case_id", "invalid_value"),
    ({"status": "open"}, "/status", "invalid_value"),
    ({"status": None}, "/status", "invalid_value"),
    ({"reference": " "}, "/reference", "required"),
    ({"reference": "a\u202eb"}, "/reference", "control_character"),
    ({"reference": "a\nb"}, "/reference", "control_character"),
    ({"reference": "x" * 101}, "/reference", "too_long"),
    ({"opened_on": "2026-02-30"}, "/opened_on", "invalid_value"),
    ({"opened_on": "20261001"}, "/opened_on", "invalid_value"),
    ({"opened_on": "2026-10-01T00:00:00"}, "/opened_on", "invalid_value"),
    ({"opened_on": "1969-12-31"}, "/opened_on", "invalid_value"),
    ({"opened_on": "2200-01-01"}, "/opened_on", "invalid_value"),
    ({"opened_on": "２０２６-10-01"}, "/opened_on", "invalid_value"),
    ({"opened_on": 20261001}, "/opened_on", "wrong_type"),
    ({"closed_on": "2026-11-01"}, "/closed_on", "invalid_value"),
    ({"status": "closed"}, "/closed_on", "required"),
    ({"status": "settled", "closed_on": "2026-09-30"}, "/closed_on", "invalid_value"),
    ({"debtors": []}, "/debtors", "required"),
    ({"debtors": WHOLE["debtors"] * 11}, "/debtors", "too_long"),
    ({"debtors": [{"kind": "person"}]}, "/debtors/0/name", "required"),
    ({"debtors": [{"kind": "robot", "name": "x"}]}, "/debtors/0/kind", "invalid_value"),
    ({"debtors": [{"kind": "person", "name": "x", "country": "XX"}]}, "/debtors/0/country", "invalid_value"),
    ({"debtors": [{"kind": "person", "name": "x", "country": "de"}]}, "/debtors/0/country", "invalid_value"),
    ({"debtors": [{"kind": "person", "name": "x", "postal_code": "1" * 21}]}, "/debtors/0/postal_code", "too_long"),
    ({"debtors": [{"kind": "person", "name": "x", "iban": "y"}]}, "/debtors/0/iban", "unknown_member"),
    ({"positions": []}, "/positions", "required"),
    ({"positions": [POSITION] * 201}, "/positions", "too_long"),
    ({"positions": [{**POSITION, "amount": 10**11 + 1}]}, "/positions/0/amount", "invalid_value"),
    ({"positions": [{**POSITION, "amount": -(10**11) - 1}]}, "/positions/0/amount", "invalid_value"),
    ({"positions": [{**POSITION, "amount": 1.5}]}, "/positions/0/amount", "wrong_type"),
    ({"positions": [{**POSITION, "amount": "1"}]}, "/positions/0/amount", "wrong_type"),
    ({"positions": [{**POSITION, "amount": 10**11}] * 101}, "/positions", "invalid_value"),
    ({"positions": [{**POSITION, "interest": {**INTEREST, "points": 7}}]}, "/positions/0/interest/points", WRONG),
    ({"positions": [{**POSITION, "kind": "costs", "interest": INTEREST}]}, "/positions/0/interest", WRONG),
    ({"payments": [{"received_on": "2026-11-01", "on_principal": 10**11}] * 101}, "/payments", "invalid_value"),
    ({"payments": WHOLE["payments"] * 501}, "/payments", "too_long"),
    ({"postings": WHOLE["postings"] * 501}, "/postings", "too_long"),
    ({"history": WHOLE["history"] * 501}, "/history", "too_long"),
    ({"history": [{"on": "2026-10-01", "text": "x" * 501}]}, "/history/0/text", "too_long"),
    ({"type": "note"}, "/type", "unknown_type"),
    ({"type": None}, "/type", "unknown_type"),
    ({"type": ["case"]}, "/type", "unknown_type"),
    ({"people": []}, "/people", "unknown_member"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "pointer", "code"), REFUSED, ids=lambda value: str(value)[:60])
def test_a_rule_that_is_broken_is_named(changed: dict[str, Any], pointer: str, code: str) -> None:
    assert errors({**a_case_line(), **changed}).get(pointer) == code


@pytest.mark.parametrize("member", sorted(a_case_line().keys() - {"payments"}))
def test_a_case_needs_these_members(member: str) -> None:
    line = {name: value for name, value in a_case_line().items() if name != member}
    assert errors(line) == {f"/{member}": "required"}


@pytest.mark.parametrize(
    ("people", "pointer", "code"),
    [
        (["erika"], "/people/0", "email_invalid"),
        (["ä@example.com"], "/people/0", "email_unsupported"),
        ([f"a{number}@example.com" for number in range(MOST_PEOPLE + 1)], "/people", "too_long"),
        ("a@example.com", "/people", "wrong_type"),
    ],
)
def test_people_are_addresses_and_not_too_many(people: Any, pointer: str, code: str) -> None:
    assert errors(a_client_line(people=people)) == {pointer: code}


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff\xfe", b'{"a":1,"a":2}', b"NaN", b'{"a":NaN}', b"[" * 100_000, b'"\\ud800"', b"1" * 5_000, b"nul"],
)
def test_what_is_no_json_is_refused_as_a_whole(content: bytes) -> None:
    assert errors(content) == {"": "not_json"}


@pytest.mark.parametrize("document", [[], 1, "case", None, True])
def test_what_is_no_object_is_refused_as_a_whole(document: Any) -> None:
    assert errors(document) == {"": "wrong_type"}


def test_a_line_that_is_too_long_is_refused_before_and_after_it_is_read() -> None:
    found = parse_line(1, None)
    assert isinstance(found, Refusal)
    assert found.errors[0].code is FeedCode.LINE_TOO_LONG
    # Three bytes of each of these signs become six in their normal form.
    growing = a_case_line(history=[{"on": "2026-10-01", "text": "\ufb2c" * 166}] * 450)
    content = json.dumps(growing, ensure_ascii=False).encode()
    assert len(content) < LONGEST_LINE
    assert errors(content) == {"": "line_too_long"}


def test_a_refusal_holds_no_word_of_the_line() -> None:
    secret = "Max Geheim"
    hostile = [
        {**a_case_line(), secret: 1},
        {**a_case_line(), "debtors": [{"kind": "person", "name": "x", secret: 1}]},
        {**a_case_line(), "client_id": secret, "case_id": secret, "status": secret},
        {**a_case_line(), "type": secret},
        a_client_line(people=[secret]),
    ]
    for line in hostile:
        found = parsed(line)
        assert isinstance(found, Refusal)
        assert secret not in json.dumps(found.document)
        assert "Geheim" not in json.dumps(found.document)
    assert errors({**a_case_line(), secret: 1}) == {"": "unknown_member"}


def test_a_refusal_names_ids_that_are_well_formed() -> None:
    found = parsed({**a_case_line(), "version": 0})
    assert isinstance(found, Refusal)
    assert (found.line, found.type, found.client_id, found.case_id) == (7, "case", "10", "A-1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=200) | JSON.map(lambda found: json.dumps(found).encode()))
def test_whatever_stands_in_a_line_is_a_change_or_a_refusal(content: bytes) -> None:
    found = parse_line(1, content)
    assert isinstance(found, Refusal)
    json.dumps(found.document)


@given(st.sampled_from(sorted(WHOLE)), JSON)
def test_whatever_stands_in_a_member_is_a_change_or_a_refusal(member: str, value: Any) -> None:
    found = parsed({**WHOLE, member: value})
    if isinstance(found, Refusal):
        assert all(error.pointer == "" or error.pointer.startswith("/") for error in found.errors)


def test_every_type_of_line_has_its_model() -> None:
    assert set(MODELS) == set(get_args(LineType))


def test_the_schema_is_the_one_of_this_code() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "make feed-schema"
    Draft202012Validator.check_schema(document())


@pytest.mark.parametrize("line", [WHOLE, a_case_line(), a_client_line(), a_removal_line(), a_removal_line("A-1")])
def test_the_schema_takes_what_the_code_takes(line: dict[str, Any]) -> None:
    change(line)
    SCHEMA.validate(line)


# What only the code can know is left out: which days, countries and addresses there are, sums, blanks around a text.
@pytest.mark.parametrize(("changed", "pointer", "code"), REFUSED, ids=lambda value: str(value)[:60])
def test_the_schema_refuses_what_it_can(changed: dict[str, Any], pointer: str, code: str) -> None:
    beyond = (
        pointer in {"/opened_on", "/debtors/0/country"}
        or code in {"control_character", "required"}
        or changed.get("client_id") == "10\n"  # the end of a text is before its last line break in Python's patterns
        or (pointer == "/closed_on" and "2026-09-30" in changed.values())
        or (pointer in {"/positions", "/payments"} and code == "invalid_value")
    )
    if not beyond:
        assert not SCHEMA.is_valid({**a_case_line(), **changed})
