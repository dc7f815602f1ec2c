"""Keys that never leave KMS."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Literal, NamedTuple

from portal.adapters.aws import Aws, InvalidMac

if TYPE_CHECKING:
    from portal.domain.ids import AccountId, CanonicalEmail, OutboxId

Slot = Literal["A", "B"]


class KeySlots(NamedTuple):
    """The keys of one use, one or, while they rotate, two: verifiers accept both, signers use the active one.

    A key's id is the last part of its ARN: unique for good, so that a replaced key never inherits an id.

    Args:
        a_arn: key in slot A; None where it is empty.
        b_arn: key in slot B; None where it is empty.
    """

    a_arn: str | None
    b_arn: str | None

    @property
    def arns(self) -> tuple[str, ...]:
        """The keys that there are."""
        return tuple(arn for arn in (self.a_arn, self.b_arn) if arn)

    def active(self, slot: Slot) -> str:
        """Return the ARN of the key in a slot.

        Raises:
            ValueError: the slot is empty.
        """
        arn = self.a_arn if slot == "A" else self.b_arn
        if not arn:
            raise ValueError(f"slot {slot} is empty")
        return arn

    def other(self, slot: Slot) -> str | None:
        """Return the ARN of the key that is not in this slot, None where there is none."""
        return self.b_arn if slot == "A" else self.a_arn

    def arn_of(self, key_id: object) -> str | None:
        """Return the ARN of the key that a token names, None for any other value."""
        return next((arn for arn in self.arns if key_id_of(arn) == key_id), None)


def key_id_of(arn: str) -> str:
    """Return the id of a key from its ARN."""
    return arn.rpartition("/")[2]


class Kms:
    """The operations that the portal needs; each call goes to the key that its ARN names."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._public_keys: dict[str, bytes] = {}

    def make_mac(self, key_arn: str, message: bytes) -> bytes:
        """Return HMAC-SHA-256 of a message (at most 4096 bytes)."""
        answer = self._aws.call("kms", "generate_mac", KeyId=key_arn, MacAlgorithm="HMAC_SHA_256", Message=message)
        return bytes(answer["Mac"])

    def mac_is_valid(self, key_arn: str, message: bytes, mac: bytes) -> bool:
        """Tell whether a MAC belongs to a message."""
        try:
            self._aws.call("kms", "verify_mac", KeyId=key_arn, MacAlgorithm="HMAC_SHA_256", Message=message, Mac=mac)
        except InvalidMac:
            return False
        return True

    def sign(self, key_arn: str, message: bytes) -> bytes:
        """Return the ECDSA signature (DER) over a message (at most 4096 bytes) with SHA-256."""
        answer = self._aws.call(
            "kms", "sign", KeyId=key_arn, SigningAlgorithm="ECDSA_SHA_256", MessageType="RAW", Message=message
        )
        return bytes(answer["Signature"])

    def public_key(self, key_arn: str) -> bytes:
        """Return a public key (DER, SubjectPublicKeyInfo); asked for once a process, as it never changes."""
        if key_arn not in self._public_keys:
            self._public_keys[key_arn] = bytes(self._aws.call("kms", "get_public_key", KeyId=key_arn)["PublicKey"])
        return self._public_keys[key_arn]

    def created_at(self, key_arn: str) -> int:
        """Return when a key was made, in epoch seconds."""
        metadata = self._aws.call("kms", "describe_key", KeyId=key_arn)["KeyMetadata"]
        return int(metadata["CreationDate"].timestamp())

    def encrypt(self, key_arn: str, text: str, context: dict[str, str]) -> bytes:
        """Return a short text (at most 4096 bytes) encrypted; only this context decrypts it."""
        answer = self._aws.call("kms", "encrypt", KeyId=key_arn, Plaintext=text.encode(), EncryptionContext=context)
        return bytes(answer["CiphertextBlob"])

    def decrypt(self, key_arn: str, ciphertext: bytes, context: dict[str, str]) -> str:
        """Return the text that was encrypted with this key for this context."""
        answer = self._aws.call("kms", "decrypt", KeyId=key_arn, CiphertextBlob=ciphertext, EncryptionContext=context)
        return bytes(answer["Plaintext"]).decode()


class KmsRecipients:
    """Satisfies ``flows.ports.RecipientEncryptor`` and ``RecipientDecryptor``; who may do which, the key's policy says.

    The order is part of the encryption, so that an address moved to another row can't be read there.
    """

    def __init__(self, kms: Kms, key_arn: str) -> None:
        self._kms = kms
        self._key_arn = key_arn

    def encrypt(self, address: str, order: OutboxId) -> str:
        """Return the address as text that only the mailer can read, and only for this order."""
        return b64encode(self._kms.encrypt(self._key_arn, address, {"order": order})).decode()

    def decrypt(self, recipient: str, order: OutboxId) -> str:
        """Return the address."""
        return self._kms.decrypt(self._key_arn, b64decode(recipient), {"order": order})


class KmsPseudonyms:
    """Satisfies ``flows.ports.Pseudonyms``."""

    def __init__(self, kms: Kms, key_arn: str) -> None:
        self._kms = kms
        self._key_arn = key_arn

    def of(self, email: CanonicalEmail) -> str:
        """Return the keyed hash of an address."""
        return self._kms.make_mac(self._key_arn, f"pseudonym\0{email}".encode()).hex()


class KmsInitialPasswords:
    """Satisfies ``flows.ports.InitialPasswords``: a retry derives the same password, nothing secret is stored."""

    def __init__(self, kms: Kms, key_arn: str) -> None:
        self._kms = kms
        self._key_arn = key_arn

    def derive(self, account_id: AccountId, order: OutboxId) -> str:
        """Return the password of an order."""
        from portal.domain.password import initial_password

        message = f"initial-password\0{account_id}\0{order}".encode()
        return initial_password(self._kms.make_mac(self._key_arn, message))
