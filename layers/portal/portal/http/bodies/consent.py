"""The body of a consent to a newer wording."""

from portal.domain.consent import ConsentKind
from portal.http.bodies.flat import Text
from portal.http.bodies.model import Body


class ConsentBody(Body):
    """Which wording, in the version that was shown."""

    kind: ConsentKind
    version: Text
