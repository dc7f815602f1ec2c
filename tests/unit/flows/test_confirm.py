"""The person behind an address confirms a registration, or says that it was not theirs (P4, P5)."""

from dataclasses import dataclass, field

import pytest

from portal.domain.errors import Conflict, InvalidLink, LinkExpired, Unavailable
from portal.domain.ids import AccountId
from portal.domain.registration import Attempt
from portal.domain.token import OPT_IN, REJECT, Purpose
from portal.flows.confirm import confirm, reject
from tests.support.fakes import DAY, NOW, FakeAccounts, FakeLinks, FakeRegistrations, an_attempt

CLICK_IP = "198.51.100.0"


@dataclass
class Scene:
    """One registered attempt, and who may confirm it."""

    registrations: FakeRegistrations = field(default_factory=FakeRegistrations)
    attempt: Attempt = field(default_factory=an_attempt)

    def __post_init__(self) -> None:
        self.registrations.attempts[self.attempt.id] = self.attempt
        self.accounts = FakeAccounts(self.registrations)

    def link(self, purpose: Purpose = OPT_IN, attempt: Attempt | None = None) -> str:
        named = attempt or self.attempt
        return FakeLinks().sign(purpose, named.id, named.requested_at, named.expires_at)

    def confirm(self, now: int = NOW + 60, token: str | None = None) -> str:
        return confirm(token or self.link(), CLICK_IP, now, FakeLinks(), self.registrations, self.accounts)

    def reject(self, now: int = NOW + 60, token: str | None = None) -> None:
        reject(token or self.link(REJECT), now, FakeLinks(), self.registrations)


def test_confirming_turns_the_attempt_into_account_credential_evidence_and_order() -> None:
    scene = Scene()
    assert scene.confirm() == "confirmed"
    (account,) = scene.accounts.accounts.values()
    assert account.id == AccountId(scene.attempt.id)
    credential = scene.accounts.credentials[account.canonical_email]
    assert (credential.account_id, credential.generation, credential.password_hash) == (account.id, 0, None)
    (evidence,) = scene.accounts.evidence
    assert (evidence.confirmed_at, evidence.confirm_ip) == (NOW + 60, CLICK_IP)
    (order,) = scene.accounts.orders
    assert (order.kind, order.ref, order.language) == ("credentials", account.id, "de")
    assert not scene.registrations.attempts


def test_confirming_again_says_so_and_changes_nothing() -> None:
    scene = Scene()
    scene.confirm()
    assert scene.confirm(NOW + 61) == "already_confirmed"
    assert len(scene.accounts.accounts) == len(scene.accounts.orders) == len(scene.accounts.evidence) == 1


def test_a_parallel_click_on_the_same_link_confirms_once() -> None:
    scene = Scene()

    def other_click() -> None:
        scene.accounts.meanwhile = lambda: None
        assert scene.confirm() == "confirmed"

    scene.accounts.meanwhile = other_click
    assert scene.confirm() == "already_confirmed"
    assert len(scene.accounts.orders) == 1


def test_another_confirmed_attempt_of_the_address_ends_this_one() -> None:
    scene = Scene()
    other = an_attempt(email="erika.muster@EXAMPLE.com")
    scene.registrations.attempts[other.id] = other
    assert scene.confirm(token=scene.link(attempt=other)) == "confirmed"
    with pytest.raises(LinkExpired):
        scene.confirm()
    assert list(scene.accounts.accounts) == [AccountId(other.id)]


@pytest.mark.parametrize(("after", "works"), [(30 * DAY - 1, True), (30 * DAY, False), (30 * DAY + 1, False)])
def test_an_attempt_ends_after_exactly_30_days_whoever_deletes_it_when(after: int, *, works: bool) -> None:
    scene = Scene()
    if works:
        assert scene.confirm(NOW + after) == "confirmed"
    else:
        with pytest.raises(LinkExpired):
            scene.confirm(NOW + after)
        assert not scene.accounts.accounts


def test_the_attempts_own_time_counts_even_if_the_link_says_longer() -> None:
    scene = Scene()
    forever = FakeLinks().sign(OPT_IN, scene.attempt.id, NOW, NOW + 365 * DAY)
    with pytest.raises(LinkExpired):
        scene.confirm(scene.attempt.expires_at, forever)


def test_conflicts_are_tried_again(pauses: list[float]) -> None:
    scene = Scene()
    scene.accounts.faults.queue = [Conflict(), Conflict()]
    assert scene.confirm() == "confirmed"
    assert len(pauses) == 2
    assert len(scene.accounts.orders) == 1


def test_three_conflicts_change_nothing_and_ask_for_another_try() -> None:
    scene = Scene()
    scene.accounts.faults.queue = [Conflict()] * 3
    with pytest.raises(Unavailable):
        scene.confirm()
    assert not scene.accounts.accounts
    assert scene.confirm() == "confirmed"


def test_the_two_links_of_a_mail_are_not_interchangeable() -> None:
    scene = Scene()
    with pytest.raises(InvalidLink):
        scene.confirm(token=scene.link(REJECT))
    with pytest.raises(InvalidLink):
        scene.reject(token=scene.link(OPT_IN))
    assert scene.registrations.attempts


def test_not_me_deletes_the_attempt_now_and_its_confirm_link_is_dead() -> None:
    scene = Scene()
    scene.reject()
    assert not scene.registrations.attempts
    with pytest.raises(LinkExpired):
        scene.reject()
    with pytest.raises(LinkExpired):
        scene.confirm()


def test_not_me_deletes_no_other_attempt() -> None:
    scene = Scene()
    other = an_attempt()
    scene.registrations.attempts[other.id] = other
    scene.reject()
    assert list(scene.registrations.attempts) == [other.id]


def test_not_me_comes_too_late_after_confirming_or_expiry() -> None:
    scene = Scene()
    with pytest.raises(LinkExpired):
        scene.reject(scene.attempt.expires_at)
    scene.confirm()
    with pytest.raises(LinkExpired):
        scene.reject()
    assert scene.accounts.accounts
