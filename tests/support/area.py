"""The way into the client area as a person goes it."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import Visitor
from tests.support.people import PASSWORD
from tests.support.stack import Portal

COOKIES = {"__Host-refresh", "__Host-device"}
LABELS = {
    "de": {"email": "E-Mail-Adresse", "password": "Passwort", "send": "Anmelden", "log_out": "Abmelden"},
    "en": {"email": "E-mail address", "password": "Password", "send": "Log in", "log_out": "Log out"},
}


def fill_login(page: Page, email: str, password: str = PASSWORD, language: str = "de") -> None:
    """Fill in the login and press its button."""
    labels, main = LABELS[language], page.get_by_role("main")
    main.get_by_label(labels["email"], exact=True).fill(email)
    main.get_by_label(labels["password"], exact=True).fill(password)
    main.get_by_role("button", name=labels["send"]).click()


def enter(visitor: Visitor, email: str, path: str = "/account", password: str = PASSWORD, language: str = "de") -> Page:
    """Open a page behind the login, log in and come back to it."""
    visitor.cookies = COOKIES
    page = visitor.open(path)
    fill_login(page, email, password, language)
    page.wait_for_url(re.compile(re.escape(path) + "$"))
    loaded(page)
    return page


def loaded(page: Page) -> None:
    """Wait until a page behind the login shows what it has."""
    expect(page.locator("main.area:not([aria-busy])")).to_be_visible()


def account_of(portal: Portal, email: str) -> dict[str, Any]:
    """Return what is stored of an account."""
    rows = portal.items("AccountsTable")
    (found,) = [row for row in rows if row["pk"].startswith("account#") and row["email"] == email]
    return found


def sessions_of(portal: Portal, email: str) -> list[dict[str, Any]]:
    """Return the stored sessions of an account but those that a newer generation ended."""
    account = account_of(portal, email)
    lasting = {"account_id": account["id"], "generation": account["generation"]}
    return [row for row in portal.items("SessionsTable") if lasting.items() <= row.items()]


def end_sessions(portal: Portal, email: str) -> None:
    """Let the sessions of an account end as by time: they are no longer there."""
    for row in sessions_of(portal, email):
        portal.dynamodb.delete_item(TableName=portal.outputs["SessionsTable"], Key={"pk": {"S": row["pk"]}})
