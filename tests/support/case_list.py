"""The list of cases as tests read it."""

import re
from typing import Any

from playwright.sync_api import Page

from tests.support.portfolio import COURT_CASES

LIST = re.compile(r"/cases/search$")
"""Address of the route that gives rows."""
WORDS: dict[str, dict[str, str]] = {
    "de": {
        "nav": "Forderungen",
        "sum": "77.387,34 €",
        "search": "Aktenzeichen oder Name",
        "show": "Anzeigen",
        "more": "Weitere anzeigen",
        "first": "Die ersten 25 Forderungen; es gibt weitere.",
        "fifty": "Die ersten 50 Forderungen; es gibt weitere.",
        "court": f"Gerichtliches Mahnverfahren {COURT_CASES}",
        "of_court": f"{COURT_CASES} Forderungen",
        "one": "1 Forderung",
        "by_words": "Reihenfolge der gefundenen Wörter",
        "debtor": "Çelik & Söhne OHG",
        "abroad": "Frankreich",
        "calculate": "Berechnen",
        "interest": "Zinsen angefallen",
        "back": "Zur Liste der Forderungen",
        "table": "Zahlungseingänge als Tabelle",
    },
    "en": {
        "nav": "Cases",
        "sum": "€77,387.34",
        "search": "Reference or name",
        "show": "Show",
        "more": "Show more",
        "first": "The first 25 cases; there are more.",
        "fifty": "The first 50 cases; there are more.",
        "court": f"Court payment order {COURT_CASES}",
        "of_court": f"{COURT_CASES} cases",
        "one": "1 case",
        "by_words": "order of the words found",
        "debtor": "Çelik & Söhne OHG",
        "abroad": "France",
        "calculate": "Calculate",
        "interest": "has accrued",
        "back": "To the list of cases",
        "table": "Recoveries as a table",
    },
}


def found(page: Page) -> Any:
    """What is said of how many cases there are."""
    return page.locator("#found")


def references(page: Page) -> list[str]:
    """What the list shows, in its order."""
    return page.locator("#rows a").all_inner_texts()


def look_for(page: Page, words: str, language: str = "de") -> None:
    page.get_by_label(WORDS[language]["search"], exact=True).fill(words)
    page.get_by_role("button", name=WORDS[language]["show"], exact=True).click()
