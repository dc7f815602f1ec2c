"""Time does not tell whether an address has an account (ASVS 6.3.8): 200 requests each, over HTTP, interleaved.

Not part of ``make test``: what is measured is a whole machine, and other work on it is measured as well.
"""

import random
import time
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median

import pytest
import requests

from tests.support.people import a_registration
from tests.support.stack import Portal
from tests.timing.conftest import MEASURED

REQUESTS = 200
MOST_MILLISECONDS, MOST_SHARE = 5.0, 0.05
# Noise becomes less with every round, a difference does not.
ROUNDS = 4
# Several, because a hundred wrong passwords lock an address; the same number of both, and all of one length.
KNOWN = [f"bekannt{number}@example.org" for number in range(8)]
UNKNOWN = [f"niemand{number}@example.org" for number in range(8)]
ASKER = "neugier@example.net"
WRONG = "ganz sicher falsch 123"

Ask = Callable[[str, str], requests.Response]


@pytest.fixture(scope="session")
def peopled(portal: Portal) -> Portal:
    """The portal with clients at all known addresses, and then without the stream that wakes its mailer.

    Elsewhere the mailer runs beside the functions; here it would take their time, and more of it for a known address,
    whose mail is really sent. Its schedule goes on.
    """
    for email in (*KNOWN, ASKER):
        portal.a_client(email)
    functions = portal.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    return portal


@pytest.fixture(scope="session")
def ranges() -> Iterator[str]:
    """Client addresses, each in a range of its own, so that no limit is ever near."""
    return (f"10.{number // 250}.{number % 250}.1" for number in count())


def logging_in(portal: Portal) -> Ask:
    return lambda email, ip: portal.request("POST", "/api/login", {"email": email, "password": WRONG}, ip=ip)


def registering(portal: Portal) -> Ask:
    return lambda email, ip: portal.request("POST", "/api/registrations", a_registration(email=email), ip=ip)


def asking(path: str) -> Callable[[Portal], Ask]:
    return lambda portal: lambda email, ip: portal.request("POST", path, {"email": email}, ip=ip)


def changing_to(portal: Portal) -> Ask:
    token = portal.log_in(ASKER)["access_token"]
    path = "/api/profile/email-change"
    return lambda email, ip: portal.request("POST", path, {"new_email": email}, token=token, ip=ip)


ASKED: dict[str, tuple[Callable[[Portal], Ask], int]] = {
    "login": (logging_in, 401),
    "register": (registering, 202),
    "resend": (asking("/api/registrations/resend"), 202),
    "reset": (asking("/api/password-reset"), 202),
    "e-mail change": (changing_to, 202),
}


@pytest.mark.parametrize("asked", ASKED)
def test_known_and_unknown_take_the_same_time(peopled: Portal, ranges: Iterator[str], asked: str) -> None:
    prepare, status = ASKED[asked]
    ask, taken = prepare(peopled), dict[bool, list[float]]({True: [], False: []})
    for email in (KNOWN + UNKNOWN)[::2]:  # warm
        assert ask(email, next(ranges)).status_code == status
    chance = random.Random(asked)  # noqa: S311 - an order, no secret
    for _ in range(ROUNDS):
        # In pairs, in random order: whatever else happens on the machine meets both.
        for number in range(REQUESTS):
            for known in chance.sample([True, False], 2):
                email = (KNOWN if known else UNKNOWN)[number % len(KNOWN)]
                ip = next(ranges)
                started = time.perf_counter()
                answer = ask(email, ip)
                taken[known].append((time.perf_counter() - started) * 1000)
                assert answer.status_code == status
        if is_alike(taken):
            break
    MEASURED.append(told(asked, taken))
    assert is_alike(taken), MEASURED[-1]


def is_alike(taken: dict[bool, list[float]]) -> bool:
    known, unknown = median(taken[True]), median(taken[False])
    return abs(known - unknown) < MOST_MILLISECONDS and abs(known - unknown) < MOST_SHARE * unknown


def told(asked: str, taken: dict[bool, list[float]]) -> str:
    known, unknown = median(taken[True]), median(taken[False])
    difference = known - unknown
    return (
        f"{asked:<14}{len(taken[True])} each: known {known:.2f} ms, unknown {unknown:.2f} ms, "
        f"difference {difference:+.2f} ms ({difference / unknown:+.1%})"
    )
