"""No whole client address goes anywhere, whatever the peer is and whatever it writes into its headers (P1)."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

from portal.http.routes import Route
from tests.integration.conftest import Written
from tests.support.canaries import Place, called, search, stored
from tests.support.clients import appear
from tests.support.people import PASSWORD, a_registration
from tests.support.world import HTTP_FUNCTIONS, World, some_path

ROUTES: list[Route] = [route for name in HTTP_FUNCTIONS for route in import_module(f"functions.{name}.app").ROUTES]
FORGED = {
    "X-Forwarded-For": "198.51.100.23, 192.0.2.199",
    "Forwarded": 'for="[2001:db8:cafe::17]:4711";proto=https, for=192.0.2.199',
    "X-Real-IP": "198.51.100.23",
    "True-Client-IP": "198.51.100.23",
    "CF-Connecting-IP": "2001:db8:cafe::17",
    "CloudFront-Viewer-Address": "198.51.100.23:4711",
}
FORGED_ADDRESSES = ("198.51.100.23", "192.0.2.199", "2001:db8:cafe::17")


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer as API Gateway could name it, and what may be kept of it."""

    name: str
    identity: dict[str, Any]
    kept: str

    def whole(self) -> Iterator[str]:
        """Yield the spellings of the whole address."""
        source = self.identity.get("sourceIp") or ""
        bare = source.partition("%")[0]
        yield source
        try:
            address = ipaddress.ip_address(bare)
        except ValueError:
            return
        yield from (str(address), address.exploded, address.packed.hex())
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        if mapped:
            yield str(mapped)


def peer(name: str, source: str | None, kept: str) -> Peer:
    return Peer(name, {"sourceIp": source, "userAgent": "pytest"}, kept)


PEERS = [
    peer("IPv4", "203.0.113.77", "203.0.113.0"),
    peer("IPv6", "2001:db8:1234:5678::9", "2001:db8:1234::"),
    peer("IPv6, long", "2001:0DB8:1234:5678:0000:0000:0000:0009", "2001:db8:1234::"),
    peer("IPv4 mapped into IPv6", "::ffff:203.0.113.77", "203.0.113.0"),
    peer("IPv4 mapped, in hexadecimal", "::ffff:cb00:714d", "203.0.113.0"),
    peer("IPv6 with a zone", "fe80:0:9:1:2:3:4:5%ens5", "fe80:0:9::"),
    peer("with a port", "203.0.113.77:4711", ""),
    peer("with blanks", " 203.0.113.77 ", ""),
    peer("two at once", "203.0.113.77, 198.51.100.23", ""),
    peer("leading zeros", "203.000.113.077", ""),
    peer("no address", "erika.muster@example.com", ""),
    peer("empty", "", ""),
    peer("null", None, ""),
    Peer("missing", {}, ""),
]


ENDS_THE_SESSION = ["/api/profile", "/api/logout"]


def ends(route: Route) -> bool:
    return route.path in ENDS_THE_SESSION and route.method in {"DELETE", "POST"}


def walk(world: World) -> None:
    """Call every route once, those that store an address in earnest."""
    token = world.a_client(email="client@example.net")
    world.log_in(PASSWORD, "client@example.net", delivery="body")
    world.request("POST", "/api/registrations", a_registration())
    world.run_mailer()
    for route in sorted(ROUTES, key=lambda route: ENDS_THE_SESSION.index(route.path) if ends(route) else -1):
        path = some_path(route.path, kind="x", page="confirm")
        body: Any = {} if route.method in {"POST", "PUT", "PATCH"} else None
        answer = world.request(route.method, path, body, token=token)
        assert answer.status < 500
        assert answer.status != 401 or route.needs == "nothing"
    world.run_mailer()


def kept_of(world: World) -> set[str]:
    """Return every address that any item keeps."""
    items = [item for table in ("RegistrationsTable", "SessionsTable", "EvidenceTable") for item in world.items(table)]
    return {item[name] for item in items for name in ("ip", "request_ip", "confirm_ip") if name in item}


@pytest.mark.parametrize("seen", PEERS, ids=lambda seen: seen.name)
def test_only_the_cut_address_is_kept_and_none_is_passed_on(world: World, written: Written, seen: Peer) -> None:
    appear(world, seen.identity, FORGED)
    walk(world)
    assert kept_of(world) == {seen.kept}
    lines: list[Place] = [("log", line) for line in written.getvalue().splitlines()]
    assert len(lines) > len(ROUTES)
    whole = {text: text for text in (*seen.whole(), *FORGED_ADDRESSES) if len(text.strip()) > 6 and text != seen.kept}
    if seen.name == "no address":
        whole.pop("erika.muster@example.com")  # also the address of a registration
    assert search(whole, [*stored(world), *called(world, 0), *lines]) == []


PUBLIC = [route for route in ROUTES if route.needs == "nothing"]
# The one route that takes a cookie away; it sets none.
CLEARS = {"/api/logout"}


@pytest.mark.parametrize("route", PUBLIC, ids=lambda route: f"{route.method} {route.path}")
def test_who_is_not_logged_in_gets_no_cookie(world: World, route: Route) -> None:
    body: Any = {
        "/api/registrations": a_registration(),
        "/api/login": {"email": "erika.muster@example.com", "password": "falsch"},
        "/api/session/refresh": {"refresh_token": "x.y"},
        "/api/bank-details/resolve": {"account_number": "0532013000", "bank_code": "37040044"},
        "/api/registrations/resend": {"email": "erika.muster@example.com"},
        "/api/password-reset": {"email": "erika.muster@example.com"},
    }.get(route.path, {} if route.path == "/api/logout" else {"token": "x"})
    page = route.path.format(page="confirm")
    answer = world.request(route.method, page, None if route.method in {"GET", "HEAD"} else body)
    if route.path in CLEARS:
        assert [cookie.partition(";")[0] for cookie in answer.cookies] == ["__Host-refresh="]
        assert "Max-Age=0" in answer.cookies[0]
    else:
        assert answer.cookies == []
        assert not [name for name in answer.headers if name.lower() == "set-cookie"]
