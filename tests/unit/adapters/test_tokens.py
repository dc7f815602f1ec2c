"""Signed tokens (ASVS 9, RFC 8725)."""

import hmac
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from jwt import PyJWK, PyJWT

from portal.adapters.kms import Kms, KmsInitialPasswords
from portal.adapters.tokens import KmsAccessTokens, KmsLinks, json_web_key
from portal.domain import token as purposes
from portal.domain.errors import InvalidLink, LinkExpired, NotAuthenticated
from portal.domain.ids import AccountId, OutboxId, SessionId
from portal.domain.token import ACCESS, OPT_IN, REJECT, AccessClaims, Purpose
from tests.support.fakes import NOW
from tests.support.forging import Document, decode, encode, forge, parts_of, without
from tests.unit.adapters.keys import ISSUER, KEY_A, KEY_B, KEYS, FakeKms, mac

CLAIMS = AccessClaims(AccountId("account-1"), SessionId("session-1"), "portal", NOW - 60)
AWS = FakeKms()
LINKS = KmsLinks(Kms(AWS), KEYS, ISSUER, "A")
ACCESS_TOKENS = KmsAccessTokens(Kms(AWS), KEYS, ISSUER, 600, "A")
PURPOSES = [value for value in vars(purposes).values() if isinstance(value, Purpose)]


def hs256(message: bytes, arn: str = KEY_A) -> bytes:
    return mac(arn, message)


def es256(message: bytes, arn: str = KEY_A) -> bytes:
    r, s = decode_dss_signature(AWS.private_key(arn).sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def link_parts() -> tuple[Document, Document]:
    return parts_of(link())


def access_parts() -> tuple[Document, Document]:
    return parts_of(ACCESS_TOKENS.issue(CLAIMS, NOW))


def link(purpose: Purpose = OPT_IN) -> str:
    return LINKS.sign(purpose, "attempt-1", NOW, NOW + 3600)


def test_a_link_says_for_whom_for_what_and_how_long() -> None:
    header, payload = link_parts()
    assert header == {"alg": "HS256", "kid": "key-a", "typ": "opt-in+jwt"}
    assert payload == {
        "iss": ISSUER,
        "aud": f"{ISSUER}:registrations:confirm",
        "sub": "attempt-1",
        "iat": NOW,
        "exp": NOW + 3600,
    }
    assert LINKS.verify(OPT_IN, link(), NOW) == payload


def test_the_same_arguments_make_the_same_link() -> None:
    assert link() == link()
    assert link() != LINKS.sign(OPT_IN, "attempt-2", NOW, NOW + 3600)


def test_an_access_token_says_who_and_holds_no_personal_data() -> None:
    header, payload = access_parts()
    assert header == {"alg": "ES256", "kid": "key-a", "typ": "at+jwt"}
    assert without(payload, "jti") == {
        "iss": ISSUER,
        "aud": f"{ISSUER}:api",
        "sub": "account-1",
        "sid": "session-1",
        "scope": "portal",
        "auth_time": NOW - 60,
        "iat": NOW,
        "exp": NOW + 600,
    }
    assert ACCESS_TOKENS.verify(ACCESS_TOKENS.issue(CLAIMS, NOW), NOW) == CLAIMS


def test_every_access_token_has_an_id_of_its_own() -> None:
    ids = {decode(ACCESS_TOKENS.issue(CLAIMS, NOW).split(".")[1])["jti"] for _ in range(20)}
    assert len(ids) == 20


def test_times_end_at_exactly_exp() -> None:
    token = ACCESS_TOKENS.issue(CLAIMS, NOW)
    assert ACCESS_TOKENS.verify(token, NOW + 599) == CLAIMS
    assert LINKS.verify(OPT_IN, link(), NOW + 3599)
    for late in (0, 1, 10**9):
        with pytest.raises(NotAuthenticated):
            ACCESS_TOKENS.verify(token, NOW + 600 + late)
        with pytest.raises(LinkExpired):
            LINKS.verify(OPT_IN, link(), NOW + 3600 + late)


def test_both_slots_are_accepted_and_the_active_one_signs() -> None:
    links_b = KmsLinks(Kms(AWS), KEYS, ISSUER, "B")
    tokens_b = KmsAccessTokens(Kms(AWS), KEYS, ISSUER, 600, "B")
    made = links_b.sign(OPT_IN, "attempt-1", NOW, NOW + 3600)
    assert decode(made.split(".")[0])["kid"] == "key-b"
    assert LINKS.verify(OPT_IN, made, NOW)["sub"] == "attempt-1"
    assert links_b.verify(OPT_IN, link(), NOW)["sub"] == "attempt-1"
    assert ACCESS_TOKENS.verify(tokens_b.issue(CLAIMS, NOW), NOW) == CLAIMS


@pytest.mark.parametrize("made_for", PURPOSES, ids=lambda purpose: purpose.typ)
@pytest.mark.parametrize("used_for", PURPOSES, ids=lambda purpose: purpose.typ)
def test_no_kind_of_token_stands_in_for_another(made_for: Purpose, used_for: Purpose) -> None:
    token = ACCESS_TOKENS.issue(CLAIMS, NOW) if made_for is ACCESS else link(made_for)

    def use() -> object:
        return ACCESS_TOKENS.verify(token, NOW) if used_for is ACCESS else LINKS.verify(used_for, token, NOW)

    if made_for is used_for:
        assert use()
    else:
        with pytest.raises(NotAuthenticated if used_for is ACCESS else InvalidLink):
            use()


HEADERS: dict[str, Callable[[Document], Document]] = {
    "other kid": lambda header: {**header, "kid": "key-c"},
    "kid of the other environment": lambda header: {**header, "kid": KEY_A},
    "kid with a path": lambda header: {**header, "kid": "../../key-a"},
    "long kid": lambda header: {**header, "kid": "k" * 1000},
    "kid is a number": lambda header: {**header, "kid": 1},
    "kid is a list": lambda header: {**header, "kid": ["key-a"]},
    "no kid": lambda header: without(header, "kid"),
    "other typ": lambda header: {**header, "typ": "JWT"},
    "no typ": lambda header: without(header, "typ"),
    "typ in capitals": lambda header: {**header, "typ": header["typ"].upper()},
    "alg none": lambda header: {**header, "alg": "none"},
    "alg None": lambda header: {**header, "alg": "None"},
    "no alg": lambda header: without(header, "alg"),
    "other alg": lambda header: {**header, "alg": "ES256" if header["alg"] == "HS256" else "HS256"},
    "HS512": lambda header: {**header, "alg": "HS512"},
    "jku": lambda header: {**header, "jku": "https://evil.example.com/jwks.json"},
    "jwk": lambda header: {**header, "jwk": {"kty": "oct", "k": "AAAA"}},
    "x5u": lambda header: {**header, "x5u": "https://evil.example.com/x5u.pem"},
    "crit": lambda header: {**header, "crit": ["exp"]},
    "b64": lambda header: {**header, "b64": False, "crit": ["b64"]},
    "b64 alone": lambda header: {**header, "b64": False},
    "cty": lambda header: {**header, "cty": "JWT"},
    "empty": lambda _: {},
}


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("sign", [hs256, es256, lambda _: b""], ids=["hs256", "es256", "unsigned"])
def test_a_header_that_is_not_ours_is_refused_even_with_a_genuine_signature(
    kind: str, sign: Callable[[bytes], bytes]
) -> None:
    header, payload = link_parts()
    with pytest.raises(InvalidLink):
        LINKS.verify(OPT_IN, forge(HEADERS[kind](header), payload, sign), NOW)
    header, payload = access_parts()
    with pytest.raises(NotAuthenticated):
        ACCESS_TOKENS.verify(forge(HEADERS[kind](header), payload, sign), NOW)


def test_what_is_forged_for_these_tests_would_pass_with_our_header() -> None:
    assert LINKS.verify(OPT_IN, forge(*link_parts(), hs256), NOW)["sub"] == "attempt-1"
    assert ACCESS_TOKENS.verify(forge(*access_parts(), es256), NOW) == CLAIMS


def test_the_public_key_is_no_secret_to_sign_with() -> None:
    header, payload = access_parts()
    public = AWS.public_key_der(KEY_A)
    token = forge({**header, "alg": "HS256"}, payload, lambda message: hmac.digest(public, message, "sha256"))
    with pytest.raises(NotAuthenticated):
        ACCESS_TOKENS.verify(token, NOW)


def test_a_signature_of_the_other_slot_is_refused() -> None:
    with pytest.raises(InvalidLink):
        LINKS.verify(OPT_IN, forge(*link_parts(), lambda message: hs256(message, KEY_B)), NOW)
    with pytest.raises(NotAuthenticated):
        ACCESS_TOKENS.verify(forge(*access_parts(), lambda message: es256(message, KEY_B)), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "urn:mandantenportal:prod"},
        {"iss": None},
        {"aud": ISSUER},
        {"aud": f"{ISSUER}:other"},
        {"aud": [f"{ISSUER}:api", f"{ISSUER}:registrations:confirm"]},
        {"aud": None},
        {"sub": 1},
        {"sub": None},
        {"exp": str(NOW + 600)},
        {"exp": NOW + 600.5},
        {"exp": None},
    ],
)
def test_claims_of_another_environment_audience_or_type_are_refused(changes: Document) -> None:
    header, payload = link_parts()
    with pytest.raises(InvalidLink):
        LINKS.verify(OPT_IN, forge(header, {**payload, **changes}, hs256), NOW)
    header, payload = access_parts()
    with pytest.raises(NotAuthenticated):
        ACCESS_TOKENS.verify(forge(header, {**payload, **changes}, es256), NOW)


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "sid", "iat", "exp", "jti", "auth_time", "scope"])
def test_an_access_token_without_one_of_its_claims_is_refused(claim: str) -> None:
    header, payload = access_parts()
    for changed in (
        without(payload, claim),
        {**payload, claim: None},
        {**payload, claim: True},
        {**payload, claim: []},
    ):
        with pytest.raises(NotAuthenticated):
            ACCESS_TOKENS.verify(forge(header, changed, es256), NOW)


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "exp"])
def test_a_link_without_one_of_its_claims_is_refused(claim: str) -> None:
    header, payload = link_parts()
    with pytest.raises(InvalidLink):
        LINKS.verify(OPT_IN, forge(header, without(payload, claim), hs256), NOW)


@pytest.mark.parametrize("payload", [[], "text", 1, None])
def test_a_payload_that_is_no_object_is_refused(payload: Any) -> None:
    with pytest.raises(InvalidLink):
        LINKS.verify(OPT_IN, forge(link_parts()[0], payload, hs256), NOW)


SPOILT = {
    "empty": "",
    "dots": "..",
    "unsigned": "{body}",
    "empty signature": "{body}.",
    "longer": "{token}A",
    "shorter": "{body}.{signature:.41}",
    "fourth part": "{token}.x",
    "padded": "{token}=",
    "blank": "{token} ",
    "line break": "{token}\n",
    "foreign sign": "{body}.!{signature}",
    "umlaut": "{token}ü",
    "twenty times": "{token}" * 20,
    "oversized": "e" * 2049,
    "many dots": "." * 2048,
    "lone surrogate": "\ud800",
    "deep header": encode(b"[" * 900) + ".e30.e30",
    "header is no text": encode(b"\xff") + ".e30.e30",
    "signature of another": "{body}." + encode(bytes(64)),
}


@pytest.mark.parametrize("kind", SPOILT)
@pytest.mark.parametrize("purpose", [OPT_IN, ACCESS])
def test_what_is_no_token_or_was_touched_is_refused(kind: str, purpose: Purpose) -> None:
    token = ACCESS_TOKENS.issue(CLAIMS, NOW) if purpose is ACCESS else link(purpose)
    body, _, signature = token.rpartition(".")
    spoilt = SPOILT[kind].format(token=token, body=body, signature=signature)
    if purpose is ACCESS:
        with pytest.raises(NotAuthenticated):
            ACCESS_TOKENS.verify(spoilt, NOW)
    else:
        with pytest.raises(InvalidLink):
            LINKS.verify(OPT_IN, spoilt, NOW)


@given(st.text(max_size=80) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
def test_any_text_is_refused_without_failing(token: str) -> None:
    with pytest.raises(InvalidLink):
        LINKS.verify(OPT_IN, token, NOW)
    with pytest.raises(NotAuthenticated):
        ACCESS_TOKENS.verify(token, NOW)


def test_a_token_of_another_key_is_not_even_shown_to_kms() -> None:
    aws = FakeKms()
    links = KmsLinks(Kms(aws), KEYS, ISSUER, "A")
    header, payload = link_parts()
    for forged in (forge({**header, "kid": "key-c"}, payload, hs256), "x" * 5000, link(REJECT)):
        with pytest.raises(InvalidLink):
            links.verify(OPT_IN, forged, NOW)
    assert aws.calls == []


def test_a_published_key_verifies_what_the_portal_signs() -> None:
    jwk = json_web_key(Kms(AWS), KEY_A)
    assert jwk.keys() == {"kty", "crv", "x", "y", "use", "alg", "kid"}
    assert (jwk["kty"], jwk["crv"], jwk["use"], jwk["alg"], jwk["kid"]) == ("EC", "P-256", "sig", "ES256", "key-a")
    token = ACCESS_TOKENS.issue(CLAIMS, NOW)
    options = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    claims = PyJWT().decode(token, PyJWK(jwk), ["ES256"], options, audience=f"{ISSUER}:api", issuer=ISSUER)  # type: ignore[arg-type]  # a TypedDict
    assert claims["sub"] == "account-1"


def test_public_keys_are_asked_for_once_a_process() -> None:
    aws = FakeKms()
    tokens = KmsAccessTokens(Kms(aws), KEYS, ISSUER, 600, "A")
    for _ in range(3):
        tokens.verify(tokens.issue(CLAIMS, NOW), NOW)
    assert aws.operations().count("kms:get_public_key") == 1
    assert aws.operations().count("kms:sign") == 3
    assert all(asked["MessageType"] == "RAW" for name, asked in aws.calls if name == "kms:sign")


def test_an_initial_password_is_that_of_its_account_and_order() -> None:
    passwords = KmsInitialPasswords(Kms(AWS), KEY_A)
    orders = [("account-1", "order-1"), ("account-1", "order-2"), ("account-2", "order-1"), ("account-1order-1", "")]
    made = [passwords.derive(AccountId(account), OutboxId(order)) for account, order in orders]
    assert len(set(made)) == 4
    assert passwords.derive(AccountId("account-1"), OutboxId("order-1")) == made[0]
    assert {len(password) for password in made} == {20}
