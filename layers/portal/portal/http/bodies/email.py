"""The body of every request for a mail."""

from typing import Annotated

from portal.domain.email import parse_email
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body, rule


class EmailBody(Body):
    """An address that somebody asks a mail for."""

    email: Annotated[Text, rule(parse_email)]
