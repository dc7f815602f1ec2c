"""E-mail addresses: the user name of an account (P6)."""

import unicodedata

from portal.domain.errors import FieldCode, Refused
from portal.domain.ids import CanonicalEmail

MAX_LENGTH = 254


def parse_email(value: str) -> str:
    """Return an address as it is kept for sending: as typed, without surrounding blanks, in NFC.

    Args:
        value: as received.

    Raises:
        Refused: ``email_unsupported`` when the part before the @ is quoted or not ASCII (SES sends no SMTPUTF8),
            ``too_long``, ``email_invalid`` for everything else that is not an address, line breaks at its end included.
    """
    from email_validator import EmailNotValidError, validate_email

    if value.splitlines() != [value]:
        raise Refused(FieldCode.EMAIL_INVALID)
    address = unicodedata.normalize("NFC", value).strip()
    if len(address) > MAX_LENGTH:
        raise Refused(FieldCode.TOO_LONG)
    local = address.rpartition("@")[0]
    if not local.isascii() or local.startswith('"'):
        raise Refused(FieldCode.EMAIL_UNSUPPORTED)
    try:
        valid = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Refused(FieldCode.EMAIL_INVALID) from None
    if canonical_email(valid.normalized) is None or len(valid.ascii_email or "") > MAX_LENGTH:
        raise Refused(FieldCode.EMAIL_INVALID)
    return f"{valid.local_part}@{address.rpartition('@')[2]}"


def canonical_email(value: str) -> CanonicalEmail | None:
    """Return the form under which an account is found, or None where there can be no account.

    The local part is compared without regard to case (it is ASCII); the domain is lower-cased IDNA (A-labels).
    Cheap on purpose: login needs it without the whole validator.
    """
    local, at, domain = unicodedata.normalize("NFC", value).strip().rpartition("@")
    if not (local and at and domain and local.isascii()) or len(value) > 2 * MAX_LENGTH:
        return None
    ascii_domain = _ascii_domain(domain)
    return CanonicalEmail(f"{local.lower()}@{ascii_domain}") if ascii_domain else None


def sending_form(address: str) -> str:
    """Return a kept address as SES takes it: the local part as typed, the domain in A-labels."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str | None:
    if domain.isascii():
        return domain.lower()
    import idna

    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii").lower()
    except idna.IDNAError:
        return None
