"""The mailbox as a person and as a test sees it: the routes below /_mail/."""

from dataclasses import asdict
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tools.local.layout import PAGES
from tools.local.mailbox import Mailbox, Message

_COMMON_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail may show itself and open links in a new tab, and nothing else: no script, no request to anywhere.
_MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


def local_time(sent_at: str) -> str:
    """Write an RFC 3339 time as a German reads it, in German time if the system knows it."""
    moment = datetime.fromisoformat(sent_at)
    try:
        return f"{moment.astimezone(ZoneInfo('Europe/Berlin')):%d.%m.%Y, %H:%M:%S} Uhr"
    except ZoneInfoNotFoundError:
        return f"{moment:%d.%m.%Y, %H:%M:%S} Uhr (UTC)"


_templates = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.filters |= {"local_time": local_time, "path_segment": lambda text: quote(text, safe="")}


def opens_elsewhere(html: str) -> str:
    """Return the mail's HTML with its links opening in a new tab, because it stands in a frame."""
    return f'<!doctype html><base target="_blank">{html}'


class MailboxPages:
    """The handlers of the mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        """Show what the mailbox holds."""
        self._mailbox = mailbox

    def routes(self) -> list[web.RouteDef]:
        """Return what is served below /_mail."""
        return [
            web.get("/_mail", self._to_list),
            web.get("/_mail/", self._list),
            web.get("/_mail/messages", self._json),
            web.get("/_mail/messages/{id}", self._one),
            web.get("/_mail/messages/{id}/html", self._html),
        ]

    async def _to_list(self, _request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("/_mail/")

    async def _list(self, request: web.Request) -> web.Response:
        address = request.query.get("to", "").strip()
        return _page("list.html", mails=await self._find(address), address=address)

    async def _json(self, request: web.Request) -> web.Response:
        found = await self._find(request.query.get("to", ""))
        return web.json_response([asdict(mail) for mail in found], headers=_COMMON_HEADERS)

    async def _one(self, request: web.Request) -> web.Response:
        return _page("message.html", mail=await self._get(request))

    async def _html(self, request: web.Request) -> web.Response:
        mail = await self._get(request)
        headers = {**_COMMON_HEADERS, "Content-Security-Policy": _MAIL_POLICY}
        return web.Response(text=opens_elsewhere(mail.html), content_type="text/html", headers=headers)

    async def _find(self, address: str) -> list[Message]:
        # A plus sign that a test forgot to encode arrives as a space; addresses have no spaces.
        wanted = address.strip().replace(" ", "+")
        return [mail for mail in await self._mailbox.messages() if not wanted or mail.is_to(wanted)]

    async def _get(self, request: web.Request) -> Message:
        for mail in await self._mailbox.messages():
            if mail.id == request.match_info["id"]:
                return mail
        raise web.HTTPNotFound


def render(name: str, **values: object) -> str:
    """Return one of the mailbox's pages."""
    return _templates.get_template(name).render(values)


def _page(name: str, **values: object) -> web.Response:
    headers = {**_COMMON_HEADERS, "Content-Security-Policy": _PAGE_POLICY}
    return web.Response(text=render(name, **values), content_type="text/html", headers=headers)
