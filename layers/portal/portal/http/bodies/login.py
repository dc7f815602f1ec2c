"""Bodies of login and passwords."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from portal.http.bodies import Body, Text
from portal.http.bodies.link import LinkBody

Delivery = Literal["cookie", "body"]

# Longer than any accepted password in any normal form, short enough that hashing it costs no more.
Password = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class LoginBody(Body):
    """Credentials, exactly as typed."""

    email: Text
    password: Password
    delivery: Delivery = "cookie"


class PasswordBody(Body):
    """A change of the password."""

    current_password: Password
    new_password: Password
    delivery: Delivery = "cookie"


class ReauthenticationBody(Body):
    """The password once more."""

    password: Password
    delivery: Delivery = "cookie"


class RefreshBody(Body):
    """The refresh token of a client without cookies."""

    refresh_token: Text | None = None


class PasswordResetBody(LinkBody):
    """A new password by a mailed link."""

    new_password: Password
