"""The body of everything that a mailed link opens."""

from dataclasses import dataclass
from typing import Annotated

from portal.http.bodies.flat import Length


@dataclass(frozen=True)
class LinkBody:
    """The token behind ``#token=`` of a link."""

    token: Annotated[str, Length(4096)]
