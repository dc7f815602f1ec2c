"""Each route loads what it needs and no more: whoever meets a function that starts waits for every import."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from portal.on_use import NAMES
from tests.support.journeys import JOURNEYS, Journey
from tests.support.starts import SITE, Asked, Start, measured, recorded
from tests.support.starts.replay import aws
from tests.support.template import ROOT

ALL = {"aws_lambda_powertools", "boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
"""Every function calls AWS, writes log lines and metrics."""

TOKENS = {"cryptography", "jwt"}
BODIES = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}
EMAIL = BODIES | {"email_validator", "idna"}
BANK = BODIES | {"pycountry", "rstr", "schwifty"}
PASSWORD = {"argon2"}
NEW_PASSWORD = PASSWORD | {"spellchecker", "zxcvbn"}

LOADED: dict[str, set[str]] = {
    "GET /api/health": set(),
    "GET /api/legal": set(),
    "GET /api/openapi.json": set(),
    "POST /api/bank-details/resolve": BANK,
    "POST /api/registrations": BANK | EMAIL,
    "POST /api/registrations/resend": EMAIL,
    "POST /api/registrations/confirm": TOKENS,
    "POST /api/registrations/reject": TOKENS,
    "POST /api/login": TOKENS | PASSWORD,
    "POST /api/session/refresh": TOKENS,
    "POST /api/logout": TOKENS,
    "GET /api/sessions": TOKENS,
    "DELETE /api/sessions": TOKENS,
    "DELETE /api/sessions/{id}": TOKENS,
    "POST /api/reauthentication": TOKENS | PASSWORD,
    "POST /api/password-reset": TOKENS | EMAIL,
    "POST /api/password-reset/confirm": TOKENS | NEW_PASSWORD,
    "PUT /api/password": TOKENS | NEW_PASSWORD,
    "GET /api/profile": TOKENS,
    "PATCH /api/profile": TOKENS | BODIES | {"phonenumbers"},
    "DELETE /api/profile": TOKENS,
    "GET /api/profile/consents": TOKENS,
    "POST /api/profile/consents": TOKENS | BODIES,
    "DELETE /api/profile/consents/{kind}": TOKENS,
    "GET /api/profile/export": TOKENS,
    "GET /api/profile/bank-details": TOKENS,
    "PUT /api/profile/bank-details": TOKENS | BANK,
    "POST /api/profile/bank-details/accept": TOKENS,
    "POST /api/profile/email-change": TOKENS | EMAIL,
    "GET /api/clients": TOKENS,
    "GET /api/clients/{client_id}": TOKENS,
    "POST /api/clients/{client_id}/cases/search": TOKENS | BODIES,
    "POST /api/clients/{client_id}/cases/export": TOKENS | BODIES,
    "GET /api/clients/{client_id}/cases/{case_id}": TOKENS,
    "POST /api/clients/{client_id}/cases/{case_id}/interest": TOKENS | BODIES,
    "POST /api/email-changes/confirm": TOKENS,
    "POST /api/accounts/freeze": TOKENS,
    "GET /.well-known/jwks.json": TOKENS,
}

# Parts of packages that are named, and what is loaded here but is not in the layer.
PARTS = {"_argon2_cffi_bindings", "_cffi_backend", "_openssl", "certifi", "typing_extensions"}


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with aws() as running:
        yield running


def packages(found: Mapping[str, Any]) -> set[str]:
    return {name for name in found["modules"] if not name.startswith("_")} - PARTS - ALL


def answered(asked: Asked, server: Any, eager: tuple[str, ...] = (), *, restored: bool = False) -> dict[str, Any]:
    """Answer a request in a process that knows nothing yet, or in a copy of a snapshot."""
    paths = (ROOT / "functions" / asked.function, ROOT / "layers/portal", SITE)
    # Certifi, which is not in the layer, would read its file.
    environment = {**asked.environment, "AWS_CA_BUNDLE": os.devnull}
    if restored:
        environment["AWS_LAMBDA_INITIALIZATION_TYPE"] = "snap-start"
    start = Start("function", paths, asked.event, environment, asked.answers, first=eager, restored=restored)
    return measured(start, server)


def complaint(new: set[str], server: Any) -> str:
    """Return what a route that loads more costs everybody who meets it first."""
    costs = {
        name: measured(Start("import", (SITE,), more={"packages": [name]}), server)["first"] * 1000 for name in new
    }
    return ", ".join(f"{name} is new and costs {cost:.0f} ms" for name, cost in sorted(costs.items()))


def test_every_route_is_pinned() -> None:
    assert LOADED.keys() == {journey.route for journey in JOURNEYS}


@pytest.mark.real_hashes
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_a_route_loads_what_it_needs_and_no_more(journey: Journey, server: Any) -> None:
    found = answered(recorded(journey), server)
    assert found["status"] == journey.status
    assert found["collected"] == {"at the beginning": False, "in the end": True}
    new, pinned = packages(found) - LOADED[journey.route], LOADED[journey.route]
    assert not new, complaint(new, server)
    assert packages(found) == pinned, f"no longer loaded, take it from the list: {pinned - packages(found)}"
    reads_files = journey.route in {"GET /api/legal", "GET /api/openapi.json"} or "zxcvbn" in pinned
    used = {"ast", "zipfile"} if "pydantic" in pinned else {"zipfile"} if reads_files else set()
    assert set(found["used"]) == used, "see portal.on_use"
    imported = NAMES if "jwt" in pinned else NAMES - {"cryptography.x509"}
    assert set(found["used"]) | set(found["unused"]) == imported


def test_a_profile_that_loads_the_library_of_phone_numbers_is_noticed(server: Any) -> None:
    (profile,) = (journey for journey in JOURNEYS if journey.name == "GET /api/profile")
    new = packages(answered(recorded(profile), server, ("phonenumbers",))) - LOADED[profile.route]
    assert new == {"phonenumbers"}
    assert re.fullmatch(r"phonenumbers is new and costs [1-9]\d* ms", complaint(new, server))


@pytest.mark.real_hashes
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_a_copy_of_a_snapshot_has_all_code_that_a_request_needs(journey: Journey, server: Any) -> None:
    found = answered(recorded(journey), server, restored=True)
    assert found["status"] == journey.status
    # Clients of AWS are made in each copy, and libraries load parts of themselves on use. The last one is a file of
    # words, that is found by its package.
    assert found["unused"] == []
    whole = {name for name in found["late"] if "." not in name} - sys.stdlib_module_names - {"spellchecker"}
    assert whole | {name for name in found["late"] if name.startswith("portal.")} == set()
