"""Tokens as an attacker makes them."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm
from jwt.utils import der_to_raw_signature

Document = dict[str, Any]
Sign = Callable[[bytes], bytes]

_OWN_KEY = ec.generate_private_key(ec.SECP256R1())
_ELSEWHERE = "https://evil.example.com/keys"


def encode(data: bytes) -> str:
    """Return base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(part: str) -> Document:
    """Return the document in a part of a token."""
    found: Document = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def parts_of(token: str) -> tuple[Document, Document]:
    """Return header and claims of a token."""
    header, claims, _ = token.split(".")
    return decode(header), decode(claims)


def forge(header: Document, claims: Any, sign: Sign) -> str:
    """Return a token with a signature that fits: only what it says can be wrong."""
    message = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
    return f"{message}.{encode(sign(message.encode()))}"


def without(document: Document, name: str) -> Document:
    """Return a document without one member."""
    return {key: value for key, value in document.items() if key != name}


def by_own_key(message: bytes) -> bytes:
    """Sign with the attacker's own P-256 key."""
    return der_to_raw_signature(_OWN_KEY.sign(message, ec.ECDSA(SHA256())), ec.SECP256R1())


def by_secret(secret: bytes) -> Sign:
    """Return an HMAC-SHA-256 by something that the attacker knows."""
    return lambda message: hmac.digest(secret, message, "sha256")


def unsigned(_: bytes) -> bytes:
    """Sign nothing."""
    return b""


def forgeries(token: str, sign: Sign, sign_other_slot: Sign, public_key: Any) -> dict[str, str]:
    """Return variants of a genuine token, each wrong in one respect, by what is wrong.

    Args:
        token: one that opens its route.
        sign: with the key that signed it: where that signature fits, what the token says is all that is wrong.
        sign_other_slot: with the key of the other slot.
        public_key: of the access tokens; everybody knows it.
    """
    header, claims = parts_of(token)
    body, _, signature = token.rpartition(".")
    issuer: str = claims["iss"]
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own_jwk = ECAlgorithm.to_jwk(_OWN_KEY.public_key(), as_dict=True)

    def saying(**changes: Any) -> str:
        return forge(header, {**claims, **changes}, sign)

    def headed(by: Sign = sign, **changes: Any) -> str:
        return forge({**header, **changes}, claims, by)

    return {
        "malformed": "kein.token",
        "not base64": f"{body}.!{signature}",
        "spelled otherwise": f"{token}=",
        "no object": forge(header, [claims], sign),
        "other environment": saying(iss=f"{issuer}-prod", aud=claims["aud"].replace(issuer, f"{issuer}-prod")),
        "other issuer": saying(iss="https://evil.example.com"),
        "other audience": saying(aud=f"{issuer}:other"),
        "several audiences": saying(aud=[claims["aud"], f"{issuer}:other"]),
        "type JWT": headed(typ="JWT"),
        "no type": forge(without(header, "typ"), claims, sign),
        **{f"no {name}": forge(header, without(claims, name), sign) for name in ("iss", "aud", "sub", "exp")},
        "algorithm none": headed(unsigned, alg="none"),
        "algorithm none, signed": headed(alg="none"),
        "algorithm None": headed(unsigned, alg="None"),
        "stripped signature": f"{body}.",
        "no third part": body,
        "cut signature": token[:-8],
        "changed signature": f"{body}.{encode(bytes(64 if header['alg'] == 'ES256' else 32))}",
        "public key as secret": headed(by_secret(pem), alg="HS256"),
        "public key (DER) as secret": headed(by_secret(der), alg="HS256"),
        "own key": headed(by_own_key, alg="ES256"),
        "own secret": headed(by_secret(b"geheim" * 8), alg="HS256"),
        "key of the other slot": headed(sign_other_slot),
        "foreign kid": headed(by_own_key, alg="ES256", kid="00000000-0000-4000-8000-000000000000"),
        "kid with a path": headed(kid=f"../../{header['kid']}"),
        "long kid": headed(kid="k" * 2000),
        "kid is a list": headed(kid=[header["kid"]]),
        "no kid": forge(without(header, "kid"), claims, sign),
        "jwk": headed(by_own_key, alg="ES256", jwk=own_jwk),
        "jku": headed(by_own_key, alg="ES256", jku=_ELSEWHERE),
        "x5u": headed(by_own_key, alg="ES256", x5u=_ELSEWHERE),
        "jku beside the right signature": headed(jku=_ELSEWHERE),
        "crit": headed(crit=["exp"]),
    }
