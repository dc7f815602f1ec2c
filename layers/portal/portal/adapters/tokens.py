"""Signed tokens: PyJWT does the format, KMS the keys, the portal's clock the times.

The algorithms are registered on instances of their own, never globally, and each instance knows one algorithm only:
what a token's header says can't choose another (RFC 8725 section 3.1).
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, override

from jwt import PyJWS
from jwt.algorithms import Algorithm, ECAlgorithm
from jwt.exceptions import DecodeError, PyJWTError
from jwt.utils import base64url_decode, der_to_raw_signature

from portal.adapters.kms import KeySlots, Kms, Slot, key_id_of
from portal.domain.errors import InvalidLink, LinkExpired, NotAuthenticated
from portal.domain.ids import AccountId, SessionId, random_id
from portal.domain.token import ACCESS, AccessClaims, Claims, Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping

# The longest genuine token has about 700 characters.
_MAX_TOKEN_LENGTH = 2048
# Python's decoder overlooks padding and foreign signs; one token has one spelling here (RFC 7515 section 2).
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# Anything else in a header (jku, jwk, x5u, crit, b64) is for other software than this.
_HEADER = {"alg", "kid", "typ"}
_REQUIRED_ACCESS_CLAIMS = {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "auth_time", "scope"}


class _KmsAlgorithm(Algorithm):
    """What both have in common: the key is an ARN, and no key material is at hand."""

    def __init__(self, kms: Kms) -> None:
        self._kms = kms

    @override
    def prepare_key(self, key: str) -> str:
        return key

    @staticmethod
    @override
    def to_jwk(key_obj: Any, as_dict: bool = False) -> NoReturn:
        raise TypeError("a key in KMS has no JWK with a secret")

    @staticmethod
    @override
    def from_jwk(jwk: Any) -> NoReturn:
        raise TypeError("a key in KMS has no JWK with a secret")


class _KmsHs256(_KmsAlgorithm):
    """HS256 (RFC 7518 section 3.2) by GenerateMac and VerifyMac."""

    @override
    def sign(self, msg: bytes, key: str) -> bytes:
        return self._kms.make_mac(key, msg)

    @override
    def verify(self, msg: bytes, key: str, sig: bytes) -> bool:
        return self._kms.mac_is_valid(key, msg, sig)


_ES256 = ECAlgorithm(ECAlgorithm.SHA256)


class _KmsEs256(_KmsAlgorithm):
    """ES256 (RFC 7518 section 3.4): signed by KMS, verified here with the public key."""

    @override
    def sign(self, msg: bytes, key: str) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1

        return der_to_raw_signature(self._kms.sign(key, msg), SECP256R1())

    @override
    def verify(self, msg: bytes, key: str, sig: bytes) -> bool:
        return _ES256.verify(msg, public_key_from_der(self._kms.public_key(key)), sig)


@lru_cache(maxsize=4)
def public_key_from_der(der: bytes) -> Any:  # noqa: ANN401 - cryptography is imported on use
    """Return the public key object of a SubjectPublicKeyInfo."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(der)


@lru_cache(maxsize=8)
def _header(segment: str) -> dict[str, str]:
    """Return the header of a token, read once for each spelling: all tokens of a key and a purpose have the same.

    Raises:
        PyJWTError, ValueError: it is none.
    """
    header = json.loads(base64url_decode(segment))
    if not isinstance(header, dict):
        raise DecodeError("the header is no object")
    return header


class _Tokens:
    """One algorithm, one pair of keys, one issuer."""

    def __init__(
        self,
        name: Literal["HS256", "ES256"],
        algorithm: Algorithm,
        keys: KeySlots,
        issuer: str,
        active: Slot | None,
    ) -> None:
        self._name = name
        self._keys = keys
        self._active = active
        self._issuer = issuer
        self._jws = PyJWS(algorithms=[])
        self._jws.register_algorithm(name, algorithm)

    def sign(self, purpose: Purpose, claims: Claims) -> str:
        if self._active is None:
            raise ValueError("made to verify only")
        key_arn = self._keys.active(self._active)
        payload = {"iss": self._issuer, "aud": f"{self._issuer}:{purpose.audience}", **claims}
        headers = {"typ": purpose.typ, "kid": key_id_of(key_arn)}
        body = json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()
        return self._jws.encode(body, key_arn, algorithm=self._name, headers=headers)

    def verified(self, purpose: Purpose, token: str) -> Claims | None:
        """Return the claims of a genuine token of this purpose, whatever its times; None for anything else."""
        if len(token) > _MAX_TOKEN_LENGTH or not _COMPACT.fullmatch(token):
            return None
        try:
            header = _header(token.partition(".")[0])
            key_arn = self._keys.arn_of(header.get("kid"))
            if header.keys() != _HEADER or header["typ"] != purpose.typ or key_arn is None:
                return None
            claims = json.loads(self._jws.decode(token, key_arn, algorithms=[self._name]))
        except (PyJWTError, ValueError, RecursionError):
            return None
        expected = {"iss": self._issuer, "aud": f"{self._issuer}:{purpose.audience}"}
        if not isinstance(claims, dict) or any(claims.get(name) != value for name, value in expected.items()):
            return None
        return claims


class KmsLinks:
    """Satisfies ``flows.ports.LinkSigner`` and ``LinkVerifier``.

    Args:
        kms: keys.
        keys: the two link keys.
        issuer: fixed URN of the environment.
        active: slot that signs; verifiers need none.
    """

    def __init__(self, kms: Kms, keys: KeySlots, issuer: str, active: Slot | None = None) -> None:
        self._tokens = _Tokens("HS256", _KmsHs256(kms), keys, issuer, active)

    def sign(
        self,
        purpose: Purpose,
        subject: str,
        issued_at: int,
        expires_at: int,
        details: Mapping[str, str | int] = MappingProxyType({}),
    ) -> str:
        """Return the token of a link; the same arguments give the same token."""
        claims = {**details, "sub": subject, "iat": issued_at, "exp": expires_at}
        return self._tokens.sign(purpose, claims)

    def verify(self, purpose: Purpose, token: str, now: int) -> Claims:
        """Return the claims of a genuine token; raise InvalidLink or LinkExpired."""
        claims = self._tokens.verified(purpose, token)
        if claims is None or not isinstance(claims.get("sub"), str) or not isinstance(claims.get("exp"), int):
            raise InvalidLink
        if claims["exp"] <= now:
            raise LinkExpired
        return claims


class KmsAccessTokens:
    """Satisfies ``flows.ports.AccessTokenSigner`` and ``AccessTokenVerifier``.

    Args:
        kms: keys.
        keys: the two access token keys.
        issuer: fixed URN of the environment.
        lifetime: seconds; verifiers need none, the token says when it ends.
        active: slot that signs; verifiers need none.
    """

    def __init__(self, kms: Kms, keys: KeySlots, issuer: str, lifetime: int = 0, active: Slot | None = None) -> None:
        self._tokens = _Tokens("ES256", _KmsEs256(kms), keys, issuer, active)
        self._lifetime = lifetime

    def issue(self, claims: AccessClaims, now: int) -> str:
        """Return a signed access token."""
        return self._tokens.sign(
            ACCESS,
            {
                "sub": claims.account_id,
                "sid": claims.session_id,
                "scope": claims.scope,
                "auth_time": claims.auth_time,
                "iat": now,
                "exp": now + self._lifetime,
                "jti": random_id(),
            },
        )

    def verify(self, token: str, now: int) -> AccessClaims:
        """Return the claims of a valid token; raise NotAuthenticated for every reason alike."""
        claims = self._tokens.verified(ACCESS, token)
        if claims is None or not claims.keys() >= _REQUIRED_ACCESS_CLAIMS:
            raise NotAuthenticated
        numbers = [claims[name] for name in ("iat", "exp", "auth_time")]
        texts = [claims[name] for name in ("sub", "sid", "scope", "jti")]
        if not all(type(number) is int for number in numbers) or not all(isinstance(text, str) for text in texts):
            raise NotAuthenticated
        if claims["exp"] <= now:
            raise NotAuthenticated
        return AccessClaims(AccountId(claims["sub"]), SessionId(claims["sid"]), claims["scope"], claims["auth_time"])


def json_web_key(kms: Kms, key_arn: str) -> dict[str, str]:
    """Return the public key of an access token key as a JWK (RFC 7517)."""
    jwk = ECAlgorithm.to_jwk(public_key_from_der(kms.public_key(key_arn)), as_dict=True)
    return {**jwk, "use": "sig", "alg": "ES256", "kid": key_id_of(key_arn)}
