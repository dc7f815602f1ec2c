"""What can go wrong, in the words of the domain; ``http/problems.py`` maps it to HTTP."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.ids import AccountId, SessionId


class FieldCode(StrEnum):
    """The closed list of reasons why a member of a request is refused.

    Clients may rely on these values; ``http/messages.py`` holds the words for each of them.
    """

    REQUIRED = "required"
    UNKNOWN_MEMBER = "unknown_member"
    WRONG_TYPE = "wrong_type"
    INVALID_VALUE = "invalid_value"
    TOO_LONG = "too_long"
    CONTROL_CHARACTER = "control_character"
    EMAIL_INVALID = "email_invalid"
    EMAIL_UNSUPPORTED = "email_unsupported"
    EMAIL_UNCHANGED = "email_unchanged"
    POSTAL_CODE_INVALID = "postal_code_invalid"
    PHONE_INVALID = "phone_invalid"
    IBAN_INVALID = "iban_invalid"
    IBAN_COUNTRY_UNSUPPORTED = "iban_country_unsupported"
    BIC_INVALID = "bic_invalid"
    BANK_CODE_INVALID = "bank_code_invalid"
    BANK_CODE_UNKNOWN = "bank_code_unknown"
    ACCOUNT_NUMBER_INVALID = "account_number_invalid"
    BANK_DETAILS_DISAGREE = "bank_details_disagree"
    CONSENT_MISSING = "consent_missing"
    CONSENT_OUTDATED = "consent_outdated"
    PASSWORD_TOO_SHORT = "password_too_short"
    PASSWORD_TOO_LONG = "password_too_long"
    PASSWORD_TOO_COMMON = "password_too_common"
    PASSWORD_TOO_PERSONAL = "password_too_personal"
    PASSWORD_TOO_REGULAR = "password_too_regular"
    PASSWORD_TOO_REPETITIVE = "password_too_repetitive"
    PASSWORD_UNCHANGED = "password_unchanged"


class Refused(ValueError):
    """A single value breaks its rule.

    Args:
        code: the reason; the caller knows which member the value came from.
    """

    def __init__(self, code: FieldCode) -> None:
        super().__init__(code.value)
        self.code = code


class FieldError(NamedTuple):
    """One refused member: where (RFC 6901 JSON pointer) and why."""

    pointer: str
    code: FieldCode

    def under(self, prefix: str) -> FieldError:
        """Return the same error seen from the document that holds this one at ``prefix``."""
        return FieldError(prefix + self.pointer, self.code)


class PortalError(Exception):
    """Base of everything that a journey may answer instead of its result."""


class InvalidInput(PortalError):
    """Members of the request are refused (422); carries one entry for each of them."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(", ".join(f"{error.pointer} {error.code.value}" for error in errors))
        self.errors = errors


class InvalidLink(PortalError):
    """The token of a link is not genuine, or belongs to another purpose (400)."""


class LinkExpired(PortalError):
    """A genuine link whose time has passed or whose subject is gone (410)."""


class InvalidCredentials(PortalError):
    """Address and password do not belong together (401).

    Args:
        account_id: whose password it was not, for the security log; never for the client.
    """

    def __init__(self, account_id: AccountId | None = None) -> None:
        super().__init__()
        self.account_id = account_id


class NotAuthenticated(PortalError):
    """No token, or one that is not valid (any more) (401)."""


class SessionEnded(PortalError):
    """A refresh token that is missing, used up, or of a session that is over (401)."""


class NoSession(SessionEnded):
    """No refresh token came at all: nobody is logged in here (401)."""


class RefreshTokenReused(SessionEnded):
    """A refresh token that is not the session's (any more), which ended the session as a theft (401).

    Args:
        account_id: whose session, for the security log.
        session_id: which.
    """

    def __init__(self, account_id: AccountId, session_id: SessionId) -> None:
        super().__init__()
        self.account_id = account_id
        self.session_id = session_id


class PasswordChangeRequired(PortalError):
    """The token only opens the password change (403)."""


class ReauthenticationRequired(PortalError):
    """The password was given too long ago for this step (403)."""


class ConsentRequired(PortalError):
    """A newer version of terms or privacy notice awaits consent (403)."""


class ProcessingRestricted(PortalError):
    """The data are kept and not processed, on the client's own request (GDPR Art. 18) (403)."""


class PreconditionFailed(PortalError):
    """The client decided on an older state than the present one (412)."""


class PreconditionRequired(PortalError):
    """The client has to say which state it decided on (428)."""


class MailRefused(PortalError):
    """The mail service refuses this very mail: trying again rarely helps."""


class NotFound(PortalError):
    """There is no such thing for this caller (404)."""


class Unavailable(PortalError):
    """Something that the portal depends on does not answer (503).

    Args:
        retry_after: seconds after which another try makes sense.
    """

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__()
        self.retry_after = retry_after


class Contended(Unavailable):
    """Others wrote to the same items each time that this was tried."""


class TooManyRequests(PortalError):
    """A range of client addresses asks too often (429).

    Args:
        retry_after: seconds after which another try is heard.
        account_id: whose password was tried, for the security log; never for the client.
    """

    def __init__(self, retry_after: int, account_id: AccountId | None = None) -> None:
        super().__init__()
        self.retry_after = retry_after
        self.account_id = account_id


class LoginDelayed(TooManyRequests):
    """Too many wrong passwords from here: the next try is heard later (429)."""


class LoginLocked(TooManyRequests):
    """Too many wrong passwords from everywhere: only a known device or a reset link gets in (429)."""


class ChangedMeanwhile(Unavailable):
    """Somebody else changed it in the same moment; another try sees how it is now (503)."""


class ConditionFailed(PortalError):
    """A conditional write found another state than it required.

    Args:
        failed: positions of the failed entries of a transaction; ``(0,)`` for a single write.
        found: what the failed entries found, by position, as the store notes it, where they asked for it.
    """

    def __init__(self, failed: tuple[int, ...] = (0,), found: Mapping[int, Any] | None = None) -> None:
        super().__init__()
        self.failed = failed
        self.found = found or {}


class Conflict(Unavailable):
    """Two writes met on one item, one of them a transaction; the loser may try again at once."""

    def __init__(self) -> None:
        super().__init__(retry_after=1)
