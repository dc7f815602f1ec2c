"""Bodies of login and passwords."""

from dataclasses import dataclass
from typing import Annotated, Literal

from portal.http.bodies.flat import Length, Text
from portal.http.bodies.link import LinkBody

Delivery = Literal["cookie", "body"]

# Longer than any accepted password in any normal form, short enough that hashing it costs no more.
Password = Annotated[str, Length(1024, shortest=1)]


@dataclass(frozen=True)
class LoginBody:
    """Credentials, exactly as typed."""

    email: Text
    password: Password
    delivery: Delivery = "cookie"


@dataclass(frozen=True)
class PasswordBody:
    """A change of the password."""

    current_password: Password
    new_password: Password
    delivery: Delivery = "cookie"


@dataclass(frozen=True)
class ReauthenticationBody:
    """The password once more."""

    password: Password
    delivery: Delivery = "cookie"


@dataclass(frozen=True)
class RefreshBody:
    """The refresh token of a client without cookies."""

    refresh_token: Text | None = None


@dataclass(frozen=True)
class PasswordResetBody(LinkBody):
    """A new password by a mailed link."""

    new_password: Password
