"""What flows promise, whatever failed: looked at in the tables, or by the person who goes on."""

import re
from typing import Any

from tests.support.journeys import EMAIL, NEW_EMAIL, OTHER_PASSWORD
from tests.support.people import OTHER_IBAN, PASSWORD
from tests.support.sweep.flow import End, Promise
from tests.support.sweep.invariants import Row, of_kind
from tests.support.world import Answer

NEW = NEW_EMAIL.lower()
_PASSWORD = re.compile(r"^(?:Passwort|Password): (\S+)$", re.MULTILINE)


def link(end: End, page: str, to: str = EMAIL) -> str:
    """Return the token of the newest mailed link to a page."""
    pattern = re.compile(rf"^\S+/{page}#token=(\S+)$", re.MULTILINE)
    found = [token for mail in end.world.mails() if mail.to[0].lower() == to for token in pattern.findall(mail.text)]
    assert found, f"no link to {page} was mailed"
    return str(found[-1])


def initial_password(end: End) -> str:
    """Return the mailed initial password: all mails of one order bring the same."""
    found: set[str] = {word for mail in end.world.mails(EMAIL) for word in _PASSWORD.findall(mail.text)}
    assert len(found) == 1, f"{len(found)} initial passwords were mailed"
    return found.pop()


def account(end: End) -> Row:
    """Return the one account."""
    (found,) = of_kind(end.rows("AccountsTable"), "account#")
    return found


def lets_in(end: End, password: str, email: str = EMAIL) -> bool:
    """Tell whether somebody gets in, and then as far as the password leads."""
    answer = end.world.log_in(password, email)
    assert answer.status in {200, 401}, answer.text
    if answer.status == 200:
        assert opens(end, answer.json["access_token"]), "a session that was just begun opens nothing"
    return answer.status == 200


def opens(end: End, token: str) -> bool:
    """Tell whether an access token opens what its scope leads to."""
    return end.world.request("GET", "/api/profile", token=token).status in {200, 403}


def newest_token(end: End) -> str:
    """Return the access token of the last success."""
    found = [
        answer.json["access_token"] for answer in end.answers if isinstance(answer, Answer) and answer.status == 200
    ]
    return str(found[-1])


def exactly_one_opens(end: End, old: str, new: str) -> None:
    """Hold the password that counts: the new one where its owner heard so, one of both where the answer was lost."""
    let_in = [password for password in (new, old) if lets_in(end, password)]
    assert let_in == [new] if end.is_done else len(let_in) == 1, f"{len(let_in)} passwords open, done: {end.is_done}"


# ------------------------------------------------------------ registration


def leads_to_an_account(end: End) -> None:
    answer = end.world.request("POST", "/api/registrations/confirm", {"token": link(end, "confirm")})
    assert answer.status == 200, answer.text
    end.settle()
    is_open(end)


def is_open(end: End) -> None:
    assert account(end)["canonical_email"] == EMAIL
    assert lets_in(end, initial_password(end)), "the mailed initial password does not open the account"


def is_rejected(end: End) -> None:
    assert not end.rows("RegistrationsTable")
    assert not end.rows("AccountsTable")


def has_its_own_password(end: End) -> None:
    assert lets_in(end, PASSWORD), "the owner's password does not open the account"


# ------------------------------------------------------------ sessions and passwords


def token_opens(end: End) -> None:
    assert opens(end, newest_token(end)), "the token that was handed out opens nothing"


def session_goes_on(end: End) -> None:
    token_opens(end)
    newest = [
        answer.json["refresh_token"] for answer in end.answers if isinstance(answer, Answer) and answer.status == 200
    ]
    answer = end.world.request("POST", "/api/session/refresh", {"refresh_token": newest[-1]})
    assert answer.status == 200, answer.text


def one_session_less(end: End) -> None:
    before, after = (
        of_kind(rows, "session#") for rows in (end.rows_before("SessionsTable"), end.rows("SessionsTable"))
    )
    assert len(after) == len(before) - 1


def one_session_left(end: End) -> None:
    generation = account(end)["generation"]
    in_force = [row for row in of_kind(end.rows("SessionsTable"), "session#") if row["generation"] == generation]
    assert len(in_force) == 1


def is_known_again(end: End) -> None:
    if end.is_done:
        token_opens(end)
    has_its_own_password(end)


def password_is_changed(end: End) -> None:
    if end.is_done and 200 in {answer.status for answer in end.answers if isinstance(answer, Answer)}:
        token_opens(end)
    exactly_one_opens(end, initial_password(end), PASSWORD)


def password_is_reset(end: End) -> None:
    exactly_one_opens(end, initial_password(end), PASSWORD)


def reset_leads_in(end: End) -> None:
    body = {"token": link(end, "reset"), "new_password": OTHER_PASSWORD}
    assert end.world.request("POST", "/api/password-reset/confirm", body).status == 204
    assert lets_in(end, OTHER_PASSWORD)


# ------------------------------------------------------------ profile


def profile_is_edited(end: End) -> None:
    assert account(end)["person"]["last_name"] == "Müller"


def bank_details_are_changed(end: End) -> None:
    assert account(end)["bank_details"]["iban"] == OTHER_IBAN


def bank_details_are_accepted(end: End) -> None:
    assert account(end)["bank_reviewed"] is True


def new_address_can_be_confirmed(end: End) -> None:
    answer = end.world.request("POST", "/api/email-changes/confirm", {"token": link(end, "email-change", NEW)})
    assert answer.status == 200, answer.text
    end.settle()
    address_is_changed(end)


def address_is_changed(end: End) -> None:
    assert account(end)["canonical_email"] == NEW
    assert lets_in(end, PASSWORD, NEW)


def account_is_blocked(end: End) -> None:
    assert account(end)["blocked"] is True
    assert not lets_in(end, PASSWORD)


def consent_is_given(end: End) -> None:
    (given,) = [row for row in end.rows("EvidenceTable") if row["kind"] == "consent"]
    assert given["consent"] in account(end)["consents"]


def account_is_closed(end: End) -> None:
    assert not end.rows("AccountsTable")
    assert not end.rows("RegistrationsTable")
    assert not lets_in(end, PASSWORD)


def notice_blocks(end: End) -> None:
    answer = end.world.request("POST", "/api/accounts/freeze", {"token": link(end, "freeze")})
    assert answer.status == 204, answer.text


def nothing_is_changed(end: End) -> None:
    """Compare all but counters and the sweep's own evidence."""
    for table in ("AccountsTable", "RegistrationsTable", "SessionsTable", "EvidenceTable", "OutboxTable"):
        before, after = (_lasting(rows(table)) for rows in (end.rows_before, end.rows))
        assert before == after, table


def _lasting(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(
        str(sorted(row.items())) for row in rows if not row["pk" if "pk" in row else "subject"].startswith("counter#")
    )


def nothing_more(_: End) -> None:
    """The invariants say all there is to say."""


BY_JOURNEY: dict[str, Promise] = {
    "POST /api/registrations": leads_to_an_account,
    "POST /api/registrations/resend": leads_to_an_account,
    "POST /api/registrations/confirm": is_open,
    "POST /api/registrations/confirm (again)": is_open,
    "POST /api/registrations/reject": is_rejected,
    "POST /api/login": token_opens,
    "POST /api/login (first of a day)": token_opens,
    "POST /api/login (new device)": token_opens,
    "POST /api/session/refresh": session_goes_on,
    "POST /api/logout": one_session_less,
    "DELETE /api/sessions": one_session_left,
    "DELETE /api/sessions/{id}": one_session_less,
    "POST /api/reauthentication": is_known_again,
    "POST /api/password-reset": reset_leads_in,
    "POST /api/password-reset/confirm": password_is_reset,
    "PUT /api/password": password_is_changed,
    "PATCH /api/profile": profile_is_edited,
    "PUT /api/profile/bank-details": bank_details_are_changed,
    "POST /api/profile/bank-details/accept": bank_details_are_accepted,
    "POST /api/profile/email-change": new_address_can_be_confirmed,
    "POST /api/email-changes/confirm": address_is_changed,
    "POST /api/accounts/freeze": account_is_blocked,
    "POST /api/profile/consents": consent_is_given,
    "DELETE /api/profile": account_is_closed,
    "DELETE /api/profile/consents/{kind}": account_is_closed,
}
"""Of all that writes; the other journeys read, and must change nothing."""
