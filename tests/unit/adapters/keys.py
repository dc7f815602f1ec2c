"""A KMS in memory, with real keys."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from portal.adapters.aws import InvalidMac
from portal.adapters.kms import KeySlots
from tests.support.fakes import FakeAws

ARN = "arn:aws:kms:eu-central-1:123456789012:key/"
KEY_A, KEY_B = f"{ARN}key-a", f"{ARN}key-b"
KEYS = KeySlots(KEY_A, KEY_B)
ISSUER = "urn:mandantenportal:test"


class FakeKms(FakeAws):
    """Answers as KMS does; every key id is an HMAC key and a P-256 key at once."""

    def __init__(self) -> None:
        super().__init__(
            {
                "kms:generate_mac": lambda asked: {"Mac": mac(asked["KeyId"], asked["Message"])},
                "kms:verify_mac": self._verify,
                "kms:sign": lambda asked: {
                    "Signature": self.private_key(asked["KeyId"]).sign(asked["Message"], ec.ECDSA(SHA256()))
                },
                "kms:get_public_key": lambda asked: {"PublicKey": self.public_key_der(asked["KeyId"])},
            }
        )
        self._private: dict[str, ec.EllipticCurvePrivateKey] = {}

    def private_key(self, arn: str) -> ec.EllipticCurvePrivateKey:
        return self._private.setdefault(arn, ec.generate_private_key(ec.SECP256R1()))

    def public_key_der(self, arn: str) -> bytes:
        return self.private_key(arn).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @staticmethod
    def _verify(asked: dict[str, Any]) -> dict[str, Any]:
        if asked["Mac"] != mac(asked["KeyId"], asked["Message"]):
            raise InvalidMac
        return {"MacValid": True}


def mac(arn: str, message: bytes) -> bytes:
    """Return the HMAC of a key that everybody knows."""
    made = HMAC(arn.encode().ljust(32, b"-"), SHA256())
    made.update(message)
    return made.finalize()
