"""A visitor asks for an account."""

import pytest

from portal.domain.errors import Unavailable
from portal.flows.register import register
from tests.support.fakes import DAY, IP, NOW, FakeRegistrations, an_application


def test_an_attempt_and_the_order_of_its_mail_are_stored_together() -> None:
    registrations = FakeRegistrations()
    attempt = register(an_application(), IP, NOW, 30 * DAY, registrations)
    assert registrations.attempts == {attempt.id: attempt}
    assert attempt.expires_at == NOW + 30 * DAY
    (order,) = registrations.orders
    assert (order.kind, order.ref, order.language, order.next_attempt_at) == ("opt_in", attempt.id, "de", NOW)


def test_registering_twice_makes_two_attempts_that_know_nothing_of_each_other() -> None:
    registrations = FakeRegistrations()
    first, second = (register(an_application(), IP, NOW + delay, 30 * DAY, registrations) for delay in (0, 60))
    assert first.id != second.id
    assert registrations.attempts == {first.id: first, second.id: second}
    assert first.expires_at == NOW + 30 * DAY


def test_nothing_is_claimed_when_nothing_was_stored() -> None:
    registrations = FakeRegistrations()
    registrations.faults.queue = [Unavailable()]
    with pytest.raises(Unavailable):
        register(an_application(), IP, NOW, 30 * DAY, registrations)
    assert not registrations.attempts
    assert not registrations.orders
