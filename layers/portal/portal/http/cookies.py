"""Cookies: only after login, only what the session needs (P1, TDDDG section 25)."""

REFRESH = "__Host-refresh"
_ATTRIBUTES = "HttpOnly; Secure; SameSite=Strict; Path=/"


def refresh_cookie(token: str) -> str:
    """Return the ``Set-Cookie`` value of a refresh token; it ends with the browser session."""
    return f"{REFRESH}={token}; {_ATTRIBUTES}"
