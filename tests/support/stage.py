"""A portal with two clients: one whose genuine request is at hand, and one who knows everything about it."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from jwt.utils import der_to_raw_signature

from portal.adapters.kms import Kms
from portal.adapters.tokens import KmsAccessTokens, KmsLinks, public_key_from_der
from portal.domain.ids import AccountId, SessionId
from portal.domain.token import ACCESS, AccessClaims, Purpose
from portal.settings import load
from portal.settings.login import LoginSettings
from tests.support.forging import Sign, forgeries, parts_of
from tests.support.journeys import EMAIL, Journey
from tests.support.tables import WRITES, Items, Tables
from tests.support.world import Answer, World

OTHER_EMAIL, OTHER_PASSWORD = "max.fremdling@example.net", "sieben Dachse graben Torf 4"
OTHER = {
    "email": OTHER_EMAIL,
    "salutation": "herr",
    "first_name": "Maximilian",
    "last_name": "Fremdling",
    "street": "Nordallee",
    "house_number": "99",
    "postal_code": "20095",
    "city": "Hamburg",
    "bank_details": {"iban": "DE75512108001245126199"},
}
# Shorter texts are languages and house numbers; words in small letters are the portal's own, such as kinds of items.
_SHORTEST_CANARY = 6
_OWN_WORD = re.compile(r"[a-z_:-]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it left the client."""

    method: str
    path: str
    body: Any = None
    token: str | None = None
    headers: dict[str, str] | None = None
    query: dict[str, str] | None = None

    def with_member(self, name: str, value: Any) -> "Sent":
        """Return the request with another member of its body."""
        return replace(self, body={**self.body, name: value})

    def with_headers(self, **headers: str) -> "Sent":
        """Return the request with more headers; underscores stand for hyphens."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**(self.headers or {}), **more})


@dataclass(frozen=True, slots=True)
class Client:
    """What a client holds, and what nobody else may get to see."""

    account_id: str
    session_id: str
    access_token: str
    refresh_token: str


class Stage:
    """The portal, put back before each scene.

    Args:
        world: without any data.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.tables = Tables(world.dynamodb)
        self._kms = Kms(world.aws)
        # In the midst of a rotation, so that there is a second key to sign with.
        world.deploy(LinkKeySlots="both", AccessTokenKeySlots="both")
        login = load(LoginSettings, world.environment("login"))
        self._access, self._link, self._issuer = login.access_token_keys, login.link_keys, login.issuer
        self.other = self._other_client()
        self._empty, self._start = self.tables.read(), world.clock.now

    def _other_client(self) -> Client:
        world = self.world
        initial = world.a_client_with_initial_password(**OTHER)
        limited = world.log_in(initial, OTHER_EMAIL).json["access_token"]
        body = {"current_password": initial, "new_password": OTHER_PASSWORD, "delivery": "body"}
        tokens = world.request("PUT", "/api/password", body, token=limited).json
        claims = parts_of(tokens["access_token"])[1]
        return Client(claims["sub"], claims["sid"], tokens["access_token"], tokens["refresh_token"])

    # ------------------------------------------------------------ scenes

    def scene(self, journey: Journey) -> "Scene":
        """Return a scene that begins right before the request of a journey."""
        self.tables.restore(self._empty, self.tables.read())
        self.world.clock.now = self._start
        return Scene(self, _captured(self.world, journey))

    # ------------------------------------------------------------ tokens

    def forgeries(self, token: str) -> dict[str, str]:
        """Return variants of a genuine token, each wrong in one respect."""
        is_link = parts_of(token)[0]["alg"] == "HS256"
        keys, signer = (self._link, self._mac) if is_link else (self._access, self._signature)
        public = public_key_from_der(self._kms.public_key(self._access.active("A")))
        return forgeries(token, signer(keys.active("A")), signer(keys.active("B")), public)

    def signer_of(self, token: str) -> Sign:
        """Return what signs with the key of a token."""
        is_link = parts_of(token)[0]["alg"] == "HS256"
        return self._mac(self._link.active("A")) if is_link else self._signature(self._access.active("A"))

    def link(self, purpose: Purpose, subject: str, **details: str | int) -> str:
        """Return a genuine link of an hour, as only the mailer can make it."""
        now = self.world.clock()
        return KmsLinks(self._kms, self._link, self._issuer, "A").sign(purpose, subject, now, now + 3600, details)

    def access_token(self, account_id: str, session_id: str, scope: Any = "portal") -> str:
        """Return a genuine access token, as only the login can make it."""
        now = self.world.clock()
        claims = AccessClaims(AccountId(account_id), SessionId(session_id), scope, now)
        return KmsAccessTokens(self._kms, self._access, self._issuer, 600, "A").issue(claims, now)

    def _mac(self, arn: str) -> Sign:
        return lambda message: self._kms.make_mac(arn, message)

    def _signature(self, arn: str) -> Sign:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1

        return lambda message: der_to_raw_signature(self._kms.sign(arn, message), SECP256R1())


class Scene:
    """A moment before a genuine request, to which everything is put back after each attack.

    Args:
        stage: the portal.
        genuine: the request, which would succeed.
    """

    def __init__(self, stage: Stage, genuine: Sent) -> None:
        self.stage = stage
        self.world = stage.world
        self.genuine = genuine
        self.start = stage.tables.read()
        self._time = stage.world.clock.now
        self._present, self._acted = self.start, False
        stage.world.hooks.calls.clear()
        both = _texts(self.start)
        theirs = _texts({place: item for place, item in self.start.items() if _is_of_other(item, stage.other)})
        self.secrets_of_owner = {text for text in both - theirs if _tells(text)} | {EMAIL}
        self.secrets_of_other = {text for text in theirs - (both - theirs) if _tells(text)} | {OTHER_EMAIL}

    def send(self, sent: Sent) -> Answer:
        """Send a request."""
        return self.world.request(
            sent.method, sent.path, sent.body, token=sent.token, headers=sent.headers, query=sent.query
        )

    def look(self) -> Items:
        """Return what the tables hold now; they are read again only where something was written."""
        calls, self.world.hooks.calls = self.world.hooks.calls, []
        if self._acted or any(operation.startswith(WRITES) for _, operation, _ in calls):
            self._present, self._acted = self.stage.tables.read(), False
        return self._present

    def act(self, event: Callable[["Scene"], object]) -> None:
        """Let something happen, to the tables themselves or to the clock if need be."""
        event(self)
        self._acted = True

    def put_back(self) -> None:
        """Forget what happened since the scene began."""
        if self.look() is not self.start:
            self.stage.tables.restore(self.start, self._present)
        self.world.clock.now = self._time
        self._present = self.start

    def of_owner(self, items: Items) -> Items:
        """Return the items that are not the other client's."""
        return {place: item for place, item in items.items() if not _is_of_other(item, self.stage.other)}

    def owner(self) -> tuple[str, str]:
        """Return account id and session id of who sends the genuine request."""
        claims = parts_of(self.genuine.token or "")[1]
        return claims["sub"], claims["sid"]

    def kinds(self, subject: str, claims: dict[str, Any], purposes: set[Purpose]) -> Iterator[tuple[str, str]]:
        """Return tokens of other kinds about the same subject, that say all that any link says."""
        details = {name: claims[name] for name in ("gen", "chg", "notice") if name in claims}
        for purpose in sorted(purposes, key=lambda purpose: purpose.typ):
            if purpose is ACCESS:
                yield "kind at+jwt", self.stage.access_token(subject, self.stage.other.session_id)
            else:
                yield f"kind {purpose.typ}", self.stage.link(purpose, subject, **details)


def _captured(world: World, journey: Journey) -> Sent:
    """Prepare a journey and return its request without sending it."""
    request, found = journey.prepare(world), list[Sent]()

    def note(method: str, path: str, body: Any = None, **more: Any) -> Answer:
        found.append(Sent(method, path, body, **more))
        return Answer(0, {}, [], "{}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world, "request", note)
        request()
    (sent,) = found
    return sent


def _texts(value: Any) -> set[str]:
    """Return every text in items, also those that keys are made of."""
    if isinstance(value, dict):
        return {text for member in value.values() for text in _texts(member)}
    if isinstance(value, list):
        return {text for member in value for text in _texts(member)}
    return {value, *value.split("#")} if isinstance(value, str) else set()


def _tells(text: str) -> bool:
    return len(text) >= _SHORTEST_CANARY and not _OWN_WORD.fullmatch(text)


def _is_of_other(item: dict[str, Any], other: Client) -> bool:
    text = json.dumps(item, default=str)
    return other.account_id in text or OTHER_EMAIL in text
