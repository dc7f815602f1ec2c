"""Wrong passwords are counted before they are looked at, and lock nobody's owner out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.device import DEVICE_SECONDS, MOST_DEVICES, Device
from portal.domain.errors import Conflict, InvalidCredentials, LoginDelayed, LoginLocked, TooManyRequests, Unavailable
from portal.domain.throttle import FAILURES_KEPT_SECONDS, LoginRules, RequestWindow
from portal.domain.token import AccessClaims
from portal.flows.throttle import LoginThrottle, admit_request
from tests.support.fakes import DAY, IP, NOW, FakeCounters
from tests.unit.flows.people import EMAIL, RULES, Client

WRONG = "another phrase of mine"
ELSEWHERE = Device("198.51.100.0", "Browser")


def attempt(client: Client, device: Device = ELSEWHERE, email: str = EMAIL) -> str:
    """Return how a wrong password is answered."""
    try:
        client.log_in(WRONG, email, device)
    except InvalidCredentials:
        return "wrong"
    except TooManyRequests as refused:
        return f"{type(refused).__name__} {refused.retry_after}"
    return "in"


def ranges(number: int) -> list[Device]:
    return [Device(f"198.{18 + index // 256}.{index % 256}.0", "Browser") for index in range(number)]


def fail_everywhere(client: Client) -> None:
    """Count a hundred failures, each of another range; without the hashes that attempts cost."""
    for device in ranges(100):
        client.throttle.admit(EMAIL, client.credential, device, client.clock())


def test_five_wrong_passwords_are_free_then_the_delay_doubles_to_fifteen_minutes() -> None:
    client = Client()
    assert [attempt(client) for _ in range(6)] == ["wrong"] * 5 + ["LoginDelayed 15"]
    delays = []
    for _ in range(9):
        wait = int(attempt(client).split()[1])
        client.clock.now += wait - 1
        assert attempt(client) == "LoginDelayed 1"
        client.clock.now += 1
        assert attempt(client) == "wrong"
        delays.append(wait)
    assert delays == [15, 30, 60, 120, 240, 480, 900, 900, 900]


def test_what_is_refused_does_not_count() -> None:
    client = Client()
    for _ in range(50):
        attempt(client)
    client.clock.now += 15
    assert attempt(client) == "wrong"
    assert attempt(client) == "LoginDelayed 30"


def test_an_unknown_address_is_answered_alike() -> None:
    known, unknown = Client(), Client()
    answers = [[attempt(known) for _ in range(8)], [attempt(unknown, email="nobody@example.com") for _ in range(8)]]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("spelling", ["ERIKA.MUSTER@example.com", " erika.muster@example.com "])
def test_another_spelling_of_the_address_has_no_attempts_of_its_own(spelling: str) -> None:
    client = Client()
    for _ in range(5):
        attempt(client)
    assert attempt(client, email=spelling) == "LoginDelayed 15"


def test_the_right_password_is_not_looked_at_while_the_delay_lasts() -> None:
    client = Client()
    for _ in range(5):
        attempt(client)
    with pytest.raises(LoginDelayed):
        client.log_in(device=ELSEWHERE)
    client.clock.now += 15
    assert client.log_in(device=ELSEWHERE).session.scope == "portal"


def test_a_success_sets_the_count_back() -> None:
    client = Client()
    for _ in range(4):
        attempt(client)
    client.log_in(device=ELSEWHERE)
    assert client.accounts.counters.failures == {}
    assert [attempt(client) for _ in range(6)] == ["wrong"] * 5 + ["LoginDelayed 15"]


def test_one_range_delays_no_other() -> None:
    client = Client()
    for _ in range(6):
        attempt(client)
    assert attempt(client, Device(IP, "Browser")) == "wrong"


def test_a_hundred_failures_from_everywhere_leave_the_door_open_for_known_devices_only() -> None:
    client = Client()
    client.log_in()
    fail_everywhere(client)
    assert attempt(client, ELSEWHERE) == f"LoginLocked {FAILURES_KEPT_SECONDS}"
    with pytest.raises(LoginLocked):
        client.log_in(device=ELSEWHERE)
    assert client.log_in().session.scope == "portal"
    # The owner was there: what others tried before counts no more.
    assert attempt(client, ELSEWHERE) == "wrong"


def test_a_known_device_has_a_count_of_its_own() -> None:
    client = Client()
    client.log_in()
    here = Device(IP, "Browser", token="d" * 43)
    for _ in range(5):
        attempt(client, Device(IP, "Other browser"))
    assert attempt(client, Device(IP, "Other browser")) == "LoginDelayed 15"
    assert [attempt(client, here) for _ in range(6)] == ["wrong"] * 5 + ["LoginDelayed 15"]


def test_a_device_is_known_to_its_account_alone_and_for_180_days() -> None:
    client = Client()
    client.log_in()
    fail_everywhere(client)
    with pytest.raises(LoginLocked):
        client.log_in(device=Device(IP, "Browser", token="e" * 43))
    client.clock.now += DEVICE_SECONDS
    client.accounts.counters.failures.clear()
    fail_everywhere(client)
    with pytest.raises(LoginLocked):
        client.log_in()


def test_a_device_keeps_its_token_and_is_written_anew_once_a_month() -> None:
    client = Client()
    assert client.log_in().device_token == "d" * 43
    before = client.credential.devices
    assert client.log_in().device_token is None
    client.clock.now += 29 * DAY
    assert (client.log_in().device_token, client.credential.devices) == (None, before)
    client.clock.now += DAY
    assert client.log_in().device_token == "d" * 43
    assert [device.expires_at for device in client.credential.devices] == [client.clock() + DEVICE_SECONDS]


def test_an_account_knows_ten_devices_at_the_most() -> None:
    client = Client()
    for index in range(MOST_DEVICES + 3):
        client.clock.now += 1
        client.log_in(device=Device(IP, "Browser", token=f"{index:043d}"))
    assert [device.expires_at - DEVICE_SECONDS - NOW for device in client.credential.devices] == list(range(4, 14))


def test_a_client_of_the_api_is_told_apart_without_a_cookie_and_never_counts_as_known() -> None:
    client = Client()
    api = Device(IP, "curl", keeps_cookies=False)
    assert client.log_in(device=api).device_token is None
    devices = client.credential.devices
    client.log_in(device=api)
    assert client.credential.devices == devices
    fail_everywhere(client)
    with pytest.raises(LoginLocked):
        client.log_in(device=api)


def test_a_range_has_300_logins_in_15_minutes() -> None:
    client, counters = Client(), FakeCounters()
    throttle = LoginThrottle(counters, RULES, logins_per_range=300)
    for number in range(300):
        throttle.admit(f"a{number}@example.com", None, ELSEWHERE, NOW)
    with pytest.raises(TooManyRequests) as refused:
        throttle.admit("one-more@example.com", None, ELSEWHERE, NOW)
    assert refused.value.retry_after == 900 - NOW % 900
    throttle.admit("one-more@example.com", None, ELSEWHERE, NOW + refused.value.retry_after)
    throttle.admit("elsewhere@example.com", None, Device(IP, ""), NOW)
    del client


def test_strangers_who_use_up_a_range_keep_no_known_device_out() -> None:
    client = Client()
    client.log_in()
    for number in range(299):
        client.throttle.admit(f"a{number}@example.com", None, Device(IP, ""), client.clock())
    with pytest.raises(TooManyRequests):
        client.log_in(device=Device(IP, "Browser"))
    assert client.log_in().session.scope == "portal"


def test_strangers_who_guess_all_the_time_keep_no_known_device_out(pauses: list[float]) -> None:
    client = Client()
    client.log_in()
    client.throttle.admit(EMAIL, client.credential, ELSEWHERE, client.clock())
    before = set(client.accounts.counters.failures)
    client.accounts.counters.faults_of_forgetting.queue = [Conflict()] * 3
    assert client.log_in().session.scope == "portal"
    assert set(client.accounts.counters.failures) == before
    assert len(pauses) == 2
    client.accounts.counters.faults_of_forgetting.queue = [Conflict()] * 3
    with pytest.raises(Unavailable):
        client.log_in(device=Device(IP, "Browser"))


@pytest.mark.parametrize("change", [{"generation": 1, "devices": ()}, {"blocked": True, "devices": ()}])
def test_a_login_that_meets_a_new_password_or_a_block_makes_no_device_known(change: dict[str, Any]) -> None:
    client = Client()
    client.throttle.admit(EMAIL, client.credential, ELSEWHERE, client.clock())
    issue = client.tokens.issue

    def meanwhile(claims: AccessClaims, now: int) -> str:
        client.set(**change)
        return issue(claims, now)

    client.tokens.issue = meanwhile  # type: ignore[method-assign]  # what another request did in that moment
    session = client.log_in().session
    assert client.credential.devices == ()
    assert session.generation == 0
    assert client.accounts.orders == []
    # The failures before it were perhaps those of the thief that the owner has just shut out.
    assert client.accounts.counters.failures


def test_counters_that_do_not_answer_let_nobody_in() -> None:
    client = Client()
    client.accounts.counters.faults.queue = [Unavailable()]
    with pytest.raises(Unavailable):
        client.log_in()
    assert not client.accounts.sessions


def test_failures_are_forgotten_after_three_quiet_days() -> None:
    client = Client()
    fail_everywhere(client)
    client.clock.now += FAILURES_KEPT_SECONDS - 1
    assert attempt(client) == "LoginLocked 1"
    client.clock.now += 1
    assert attempt(client) == "wrong"


@given(failures=st.integers(0, 10_000), free=st.integers(1, 10), longest=st.integers(15, 86_400))
def test_a_delay_never_shrinks_and_never_exceeds_the_longest(failures: int, free: int, longest: int) -> None:
    rules = LoginRules(free, longest, 100)
    assert rules.delay_after(failures) <= rules.delay_after(failures + 1) <= longest
    assert (rules.delay_after(failures) == 0) == (failures < free)


def test_requests_of_a_range_are_counted_by_kind_and_window() -> None:
    counters = Counted()
    for _ in range(2):
        admit_request("registrations", 2, IP, NOW, counters)
    with pytest.raises(TooManyRequests) as refused:
        admit_request("registrations", 2, IP, NOW, counters)
    assert refused.value.retry_after == 3600 - NOW % 3600
    admit_request("mail_requests", 2, IP, NOW, counters)
    admit_request("registrations", 2, "198.51.100.0", NOW, counters)
    admit_request("registrations", 2, IP, NOW + refused.value.retry_after, counters)


class Counted:
    """Counters of ranges."""

    def __init__(self) -> None:
        self.requests: dict[str, int] = {}

    def count(self, in_range: RequestWindow) -> bool:
        self.requests[in_range.key] = self.requests.get(in_range.key, 0) + 1
        return self.requests[in_range.key] <= in_range.most
