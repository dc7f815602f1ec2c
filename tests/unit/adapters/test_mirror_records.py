"""Cases lie in the table as they come back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.adapters.dynamodb.items import from_item, to_item
from portal.adapters.dynamodb.mirror_records import (
    case_from_item,
    case_key,
    case_to_values,
    client_from_item,
    client_key,
    client_to_values,
    row_from_item,
    terms_to_values,
)
from portal.domain.case import Case, CaseStatus, Debtor, Event, Payment, Position, Posting, StatutoryInterest
from portal.domain.ids import CaseId, ClientId
from tests.support.mirror import CLIENT, a_case, a_client

CENTS = st.integers(-(10**11), 10**11)
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
MAYBE = st.none() | WORDS
DEBTORS = st.builds(Debtor, st.sampled_from(["person", "company"]), WORDS, MAYBE, MAYBE, MAYBE, MAYBE)
CASES = st.builds(
    Case,
    client_id=st.just(CLIENT),
    id=st.from_regex(r"[A-Z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True).map(CaseId),
    version=st.integers(1, 10**12),
    reference=WORDS,
    status=st.sampled_from(CaseStatus),
    opened_on=DAYS,
    closed_on=st.none() | DAYS,
    debtors=st.lists(DEBTORS, min_size=1, max_size=3).map(tuple),
    positions=st.lists(
        st.builds(
            Position,
            st.sampled_from(["principal", "interest", "costs"]),
            WORDS,
            CENTS,
            st.none() | DAYS,
            st.none() | st.builds(StatutoryInterest, st.sampled_from([5, 8, 9]), DAYS),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    postings=st.lists(st.builds(Posting, DAYS, WORDS, CENTS), max_size=3).map(tuple),
    payments=st.lists(st.builds(Payment, DAYS, CENTS, CENTS, CENTS), max_size=3).map(tuple),
    history=st.lists(st.builds(Event, DAYS, WORDS), max_size=3).map(tuple),
)


@given(CASES)
def test_a_case_comes_back_as_it_was_stored(case: Case) -> None:
    stored = from_item(to_item(case_to_values(case, "digest")))
    assert case_from_item(stored) == case
    assert row_from_item(stored) == case.row
    assert {row_from_item(from_item(to_item(values))) for values in terms_to_values(case).values()} <= {case.row}


def test_a_client_comes_back_as_it_was_stored() -> None:
    client = a_client("erika.muster@example.com", "otto@example.org")
    assert client_from_item(from_item(to_item(client_to_values(client)))) == client


def test_what_only_remembers_a_removal_is_none() -> None:
    assert client_from_item({**client_key(CLIENT), "version": 3, "removed": True}) is None
    assert case_from_item({**case_key(CLIENT, CaseId("A-1")), "version": 3, "removed": True}) is None


@given(CASES)
def test_every_key_begins_with_the_client(case: Case) -> None:
    values = case_to_values(case, "digest")
    assert all(values[name].startswith(f"client#{CLIENT}") for name in ("pk", "listed", "listed_status"))
    assert all(term["pk"].startswith(f"client#{CLIENT}#") for term in terms_to_values(case).values())


@pytest.mark.parametrize(("paid", "cents"), [(0, 129_050), (129_050, 0), (200_000, 0)])
def test_lists_by_amount_are_in_the_order_of_numbers(paid: int, cents: int) -> None:
    case = a_case(payments=(Payment(date(2026, 3, 1), on_principal=paid),))
    assert case_to_values(case, "digest")["outstanding_key"] == f"{cents:014d}#2026-0001"


def test_no_partition_of_one_client_is_part_of_another_ones() -> None:
    """Ids hold no ``#``, and partitions are compared as a whole."""
    cases = (a_case(), a_case(client_id=ClientId("K-10010")), a_case(client_id=ClientId("K-100")))
    partitions = [case_to_values(case, "d")["pk"] for case in cases]
    partitions += [next(iter(terms_to_values(case).values()))["pk"] for case in cases]
    assert len(set(partitions)) == len(partitions)


@given(CASES, st.data())
def test_of_the_terms_that_begin_alike_exactly_one_is_the_first_of_its_case(case: Case, data: st.DataObject) -> None:
    """So a search shows a case once, on whichever page."""
    terms = terms_to_values(case)
    if terms:
        term = data.draw(st.sampled_from(sorted(terms)))
        sought = term[: data.draw(st.integers(1, len(term)))]
        hits = [values["previous"] for found, values in terms.items() if found.startswith(sought)]
        assert sum(not (previous or "").startswith(sought) for previous in hits) == 1
