"""Two hundred wrong logins at once, on the deployed functions and tables."""

import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.support.people import PASSWORD
from tests.support.stack import Portal, shared_stack

EMAIL, STRANGER, OWNER = "guessed@example.com", "198.51.100.7", "203.0.113.7"
GUESSES = 200
# Each process of a function is a cold start; what is tested is the table, which all of them share.
AT_ONCE = 8
FREE, FIRST_DELAY = 5, 15


def test_of_two_hundred_guesses_at_once_five_are_looked_at_and_the_owner_gets_in(portal: Portal) -> None:
    portal.a_client(EMAIL)
    right = {"email": EMAIL, "password": PASSWORD}
    device = portal.request("POST", "/api/login", right, ip=OWNER).cookies["__Host-device"]

    def guess(first: int) -> list[tuple[int, str]]:
        stranger = Portal(shared_stack())
        bodies = [{"email": EMAIL, "password": f"falsch, Nummer {number}"} for number in range(first, GUESSES, AT_ONCE)]
        answers = [stranger.request("POST", "/api/login", body, ip=STRANGER) for body in bodies]
        return [(answer.status_code, answer.json()["code"]) for answer in answers]

    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as strangers:
        found = Counter(answer for answers in strangers.map(guess, range(AT_ONCE)) for answer in answers)
    # On a slow machine delays end in the meantime: after 15 seconds the next guess is heard, after 30 more the next …
    delays_over = int(math.log2((time.monotonic() - started) / FIRST_DELAY + 1))
    # An answer that the password was wrong is one run of the hash; every other one was given without.
    assert found.total() == GUESSES
    assert found[401, "invalid_credentials"] <= FREE + delays_over
    assert found.keys() <= {(401, "invalid_credentials"), (429, "login_delayed"), (503, "unavailable")}
    cookie = {"Cookie": f"__Host-device={device}"}
    assert portal.request("POST", "/api/login", right, ip=STRANGER, headers=cookie).status_code == 200
