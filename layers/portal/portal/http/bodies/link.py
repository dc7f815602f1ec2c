"""The body of everything that a mailed link opens."""

from typing import Annotated

from pydantic import StringConstraints

from portal.http.bodies import Body


class LinkBody(Body):
    """The token behind ``#token=`` of a link."""

    token: Annotated[str, StringConstraints(max_length=4096)]
