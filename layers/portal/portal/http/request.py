"""A request, with the client's address cut before anything else looks at the event."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from portal.domain.errors import PortalError
from portal.domain.ip import cut_ip
from portal.http.actor import Actor
from portal.http.cookies import DEVICE, REFRESH, cookie_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.domain.device import Device
    from portal.domain.mail import Language

MAX_BODY_BYTES = 32 * 1024
# Four levels are in use; without a limit of our own, what is too deep would depend on the interpreter.
_MAX_DEPTH = 16
_WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class BadRequest(PortalError):
    """The body is not the JSON that it claims to be (400)."""


class BodyTooLarge(PortalError):
    """The body is longer than ``MAX_BODY_BYTES`` (413)."""


class UnsupportedMediaType(PortalError):
    """The body does not claim to be JSON (415); forms and plain text of other origins end here (ASVS 3.5.2)."""


class MalformedForm(BadRequest):
    """The body is not the form that it claims to be (400)."""


class NotAForm(UnsupportedMediaType):
    """The body does not claim to be a form (415)."""


class ForeignOrigin(PortalError):
    """A form that no page of ours sent (403)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, match_args=False)
class Request:
    """What endpoints see of an event.

    Args:
        method: upper case.
        route: the path as declared, such as ``/api/sessions/{id}``.
        path_parameters: values of the braces.
        headers: names in lower case.
        raw_body: as sent; None where there was none.
        base64_encoded: whether API Gateway encoded the body.
        ip: cut (P1).
        request_id: of API Gateway, for support and logs.
        actor: who acts, as far as it becomes known; for the security log.
    """

    method: str
    route: str
    path_parameters: Mapping[str, str]
    headers: Mapping[str, str]
    raw_body: str | None
    base64_encoded: bool
    ip: str
    request_id: str
    actor: Actor = field(default_factory=Actor)

    @staticmethod
    def from_event(event: Mapping[str, Any]) -> Request:
        """Return the request of an API Gateway REST proxy event.

        The address is the peer's; ``X-Forwarded-For`` is whatever a client wrote and is not read (ASVS 4.1.3).
        """
        ip = cut_ip(event["requestContext"]["identity"].get("sourceIp") or "")
        return Request(
            method=event["httpMethod"],
            route=event["resource"],
            path_parameters=event.get("pathParameters") or {},
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            raw_body=event.get("body"),
            base64_encoded=bool(event.get("isBase64Encoded")),
            ip=ip,
            request_id=event["requestContext"].get("requestId", ""),
        )

    @property
    def language(self) -> Language:
        """German, unless ``Accept-Language`` (RFC 9110) prefers English."""
        return preferred_language(self.headers.get("accept-language", ""))

    @property
    def user_agent(self) -> str:
        """What the device calls itself; text of the client, to be shown as text only."""
        return "".join(sign if sign.isprintable() else " " for sign in self.headers.get("user-agent", ""))

    @property
    def bearer_token(self) -> str | None:
        """The token of ``Authorization: Bearer`` (RFC 6750), None where there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and token.strip() else None

    @property
    def refresh_cookie(self) -> str | None:
        """The refresh token of the session's cookie, None where there is none."""
        return cookie_value(self.headers.get("cookie", ""), REFRESH)

    def device(self, *, keeps_cookies: bool) -> Device:
        """Return where the request comes from.

        Args:
            keeps_cookies: whether the client lets cookies hold what it is known by.
        """
        from portal.domain.device import Device, device_token

        token = device_token(cookie_value(self.headers.get("cookie", ""), DEVICE))
        return Device(self.ip, self.user_agent, token, keeps_cookies)

    def json(self, media_types: tuple[str, ...] = ("application/json",)) -> Any:  # noqa: ANN401 - any JSON document
        """Return the body as a document.

        One strict dialect everywhere: UTF-8, no duplicate members, no NaN or infinity, no lone surrogates.

        Raises:
            BodyTooLarge, UnsupportedMediaType, BadRequest: see there.
        """
        body = self.body()
        if self.media_type not in media_types:
            raise UnsupportedMediaType
        return parse_json(body)

    @property
    def media_type(self) -> str:
        """Of the body, in lower case and without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def body(self) -> bytes:
        """Return the body as it was sent.

        Raises:
            BodyTooLarge, BadRequest: see there.
        """
        try:
            body = (self.raw_body or "").encode()
            if self.base64_encoded:
                body = base64.b64decode(body, validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise BadRequest from None
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge
        return body


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON document
    """Return a JSON document (RFC 8259, with the unique names of I-JSON, RFC 7493).

    Raises:
        BadRequest: for everything that is not one.
    """
    try:
        document = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=_finite,
        )
        _refuse_depth(document)
        json.dumps(document, ensure_ascii=False).encode("utf-8")  # a lone surrogate can't be encoded
    except (ValueError, RecursionError):
        raise BadRequest from None
    return document


def preferred_language(accept_language: str) -> Language:
    """Return the better of the two languages for an ``Accept-Language`` header; German when it does not say."""
    best: tuple[float, Language] = (0.0, "de")
    for entry in accept_language[:200].split(","):
        tag, _, parameters = entry.partition(";")
        primary = tag.strip().lower().partition("-")[0]
        language: Language | None = "de" if primary == "de" else "en" if primary == "en" else None
        quality = _quality(parameters)
        if language and quality > best[0]:
            best = (quality, language)
    return best[1]


def _quality(parameters: str) -> float:
    """Return the weight of an entry (RFC 9110, section 12.4.2): 1 where none is given, 0 where it is no weight."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return float(value) if _WEIGHT.fullmatch(value.strip()) else 0.0
    return 1.0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member")
    return members


def _refuse_depth(document: Any) -> None:  # noqa: ANN401 - any JSON document
    level = [document]
    for _ in range(_MAX_DEPTH + 1):
        containers = [value for value in level if isinstance(value, dict | list)]
        level = [member for value in containers for member in (value.values() if isinstance(value, dict) else value)]
    if level:
        raise ValueError("nested too deeply")


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("number out of range")
    return number
