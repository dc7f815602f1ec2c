"""When one key may follow another."""

import pytest

from portal.domain.key import LONGEST_VALID_SECONDS, SWITCH_SECONDS, KeyPair, KeyUse

DAY = 86_400
THEN = 1_795_000_000


def test_a_pair_says_by_the_age_of_its_keys_where_a_rotation_stands() -> None:
    assert KeyPair("link", THEN).phase == "settled"
    assert KeyPair("link", THEN, THEN + 300).phase == "prepared"
    assert KeyPair("link", THEN, THEN - 300).phase == "rotated"


@pytest.mark.parametrize("use", ["link", "access-token"])
def test_a_key_of_before_goes_when_nothing_that_it_signed_can_be_valid(use: KeyUse) -> None:
    pair = KeyPair(use, THEN, THEN - 400 * DAY)
    last_signature = THEN + SWITCH_SECONDS
    assert not pair.to_retire(last_signature + LONGEST_VALID_SECONDS[use] - 1)
    assert pair.to_retire(last_signature + LONGEST_VALID_SECONDS[use])


def test_only_a_key_of_before_is_retired() -> None:
    long_after = THEN + 1000 * DAY
    assert not KeyPair("link", THEN).to_retire(long_after)
    assert not KeyPair("link", THEN, THEN + 1).to_retire(long_after)


def test_a_new_key_signs_within_a_day_or_not_at_all() -> None:
    pair = KeyPair("access-token", THEN - 400 * DAY, THEN)
    assert pair.is_fresh(THEN + SWITCH_SECONDS - 1)
    assert not pair.is_fresh(THEN + SWITCH_SECONDS)
    assert not KeyPair("access-token", THEN).is_fresh(THEN)


def test_the_age_is_that_of_the_key_that_signs_in_whole_days() -> None:
    pair = KeyPair("link", THEN, THEN - 1000 * DAY)
    assert [pair.age_days(THEN + seconds) for seconds in (-5, 0, DAY - 1, DAY, 366 * DAY)] == [0, 0, 0, 1, 366]
