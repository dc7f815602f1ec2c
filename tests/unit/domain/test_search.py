"""Under which words cases are found, and in which order they come."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.case import Debtor
from portal.domain.search import MOST_TERMS, CaseQuery, fold, terms_of
from tests.support.mirror import a_case

NAMES = st.text(min_size=1, max_size=80).filter(lambda text: bool(fold(text)))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Müller", "muller"),
        ("MUELLER", "muller"),
        ("Straße", "strasse"),
        ("RE-4711/26", "re 4711 26"),
        ("  Autohaus   Schmidt & Co. KG ", "autohaus schmidt co kg"),
        ("Şükrü Ünal", "sukru unal"),
        ("Иван Петров", "иван петров"),
        ("ﬁrma №7", "firma no7"),
        ("Łukasz Đặng", "lukasz dang"),
        ("Søren", "soren"),
        ("Iğdır", "igdir"),
        ("***", ""),
        ("#_#", ""),
    ],
)
def test_a_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(NAMES)
def test_folding_twice_is_folding_once_but_for_what_umlauts_leave(text: str) -> None:
    assert set(fold(text)) <= {" "} | {sign for sign in fold(text) if sign.isalnum()}
    assert "#" not in fold(text)
    assert fold(text) == fold(text).strip()


@given(st.text(alphabet="abdefiouäöüß AEU.-9", max_size=40), st.integers(0, 40))
def test_the_beginning_of_a_text_gives_the_beginning_of_its_fold(text: str, length: int) -> None:
    """So whoever types a name sign by sign never loses the hit in between."""
    assert fold(text).startswith(fold(text[:length]))


@given(NAMES)
def test_capitals_and_accents_as_one_sign_or_two_make_no_difference(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def beginnings(text: str) -> list[Callable[[str], bool]]:
    return [lambda term, word=word: term.startswith(word) for word in text.split()[:8]]  # type: ignore[misc]  # bound


@given(NAMES, NAMES)
def test_every_word_of_a_name_begins_a_term(name: str, reference: str) -> None:
    terms = terms_of(a_case(reference=reference, debtors=(Debtor("person", name),)))
    for text in (fold(name), fold(reference)):
        assert all(any(found(term) for term in terms) for found in beginnings(text))
    assert all(terms)


def test_a_term_that_begins_another_one_is_left_out() -> None:
    terms = terms_of(a_case("A-1", reference="A-1/7", debtors=(Debtor("person", "Otto Otto"),)))
    assert terms == {"a 1 7", "1 7", "7", "otto otto"}


def test_the_terms_of_a_case_fit_into_one_transaction_twice() -> None:
    debtors = tuple(Debtor("company", " ".join(f"w{number}x{word}" for word in range(12))) for number in range(10))
    terms = terms_of(a_case(debtors=debtors))
    assert len(terms) == MOST_TERMS
    # Those of before and of after, the case itself and the figures: at most 100 entries.
    assert 2 * MOST_TERMS + 2 <= 100


def test_an_order_is_named_by_words_where_there_are_some() -> None:
    assert (CaseQuery(term="x").order, CaseQuery(sort="debtor").order) == ("words", "debtor")


def test_every_debtor_is_found_by_the_first_word_however_long_the_names_are() -> None:
    debtors = tuple(Debtor("company", " ".join(f"w{number}x{word}" for word in range(6))) for number in range(10))
    terms = terms_of(a_case(debtors=debtors))
    assert all(any(term.startswith(f"w{number}x0") for term in terms) for number in range(10))
