"""Cookies: only after login, only what the session needs (P1, TDDDG section 25)."""

REFRESH = "__Host-refresh"
DEVICE = "__Host-device"
_ATTRIBUTES = "HttpOnly; Secure; SameSite=Strict; Path=/"


def refresh_cookie(token: str) -> str:
    """Return the ``Set-Cookie`` value of a refresh token; it ends with the browser session."""
    return f"{REFRESH}={token}; {_ATTRIBUTES}"


def cleared_refresh_cookie() -> str:
    """Return the ``Set-Cookie`` value that removes the refresh token."""
    return f"{REFRESH}=; Max-Age=0; {_ATTRIBUTES}"


def device_cookie(token: str) -> str:
    """Return the ``Set-Cookie`` value by which a device is known at its next login; logging out does not remove it."""
    from portal.domain.device import DEVICE_SECONDS

    return f"{DEVICE}={token}; Max-Age={DEVICE_SECONDS}; {_ATTRIBUTES}"


def cookie_value(header: str, name: str) -> str | None:
    """Return a cookie of a ``Cookie`` header (RFC 6265), None where it is not there."""
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    return next((value for key, _, value in pairs if key == name and value), None)
