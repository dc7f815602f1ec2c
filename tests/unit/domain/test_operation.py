"""What operators see and do."""

from dataclasses import replace

import pytest

from portal.domain.account import Account, open_account
from portal.domain.credential import Credential
from portal.domain.email_change import FormerAddress
from portal.domain.ids import CanonicalEmail, ChangeId
from portal.domain.operation import AccountState, account_state, is_restored, restored
from tests.support.fakes import NOW, an_attempt

ACCOUNT = open_account(an_attempt(), NOW)
BARE = Credential(ACCOUNT.canonical_email, ACCOUNT.id, 0, blocked=False)
INITIAL = replace(BARE, password_hash="h", password_kind="initial", password_expires_at=NOW + 1)
CHOSEN = replace(BARE, password_hash="h", password_kind="chosen")
FORMER = FormerAddress(ChangeId("c"), ACCOUNT.id, "Old@Example.org", CanonicalEmail("old@example.org"), NOW, NOW + 1)


@pytest.mark.parametrize(
    ("account", "credential", "now", "state"),
    [
        (ACCOUNT, None, NOW, "no_password_yet"),
        (ACCOUNT, BARE, NOW, "no_password_yet"),
        (ACCOUNT, INITIAL, NOW, "initial_password"),
        (ACCOUNT, INITIAL, NOW + 1, "initial_password_expired"),
        (ACCOUNT, CHOSEN, NOW, "active"),
        (replace(ACCOUNT, blocked=True), CHOSEN, NOW, "blocked"),
        (ACCOUNT, replace(CHOSEN, blocked=True), NOW, "blocked"),
    ],
)
def test_the_state_of_an_account(
    account: Account, credential: Credential | None, now: int, state: AccountState
) -> None:
    assert account_state(account, credential, now) == state


def test_what_comes_back_is_open_and_new_to_sessions_links_tags_and_payments() -> None:
    taken = replace(ACCOUNT, blocked=True, bank_reviewed=True, generation=7, version=3, email_change_id="c")
    assert restored(taken, None) == replace(taken, blocked=False, bank_reviewed=False, generation=8, version=4)
    back = restored(taken, FORMER)
    assert (back.email, back.canonical_email, back.email_change_id) == ("Old@Example.org", "old@example.org", None)
    assert (back.blocked, back.bank_reviewed, back.generation, back.version) == (False, False, 8, 4)


@pytest.mark.parametrize(
    ("account", "credential", "expected"),
    [
        (ACCOUNT, BARE, True),
        (ACCOUNT, CHOSEN, False),
        (ACCOUNT, None, False),
        (replace(ACCOUNT, blocked=True), BARE, False),
    ],
)
def test_an_open_account_without_a_password_waits_for_its_owner(
    account: Account, credential: Credential | None, *, expected: bool
) -> None:
    assert is_restored(account, credential) is expected
