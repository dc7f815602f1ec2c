"""Forms sent without script: read, act, answer by a page (docs/web.md)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from portal.domain.errors import InvalidInput, InvalidLink, LinkExpired, PortalError
from portal.http.messages import FIELD_MESSAGES
from portal.http.problems import INTERNAL_ERROR, problem_of, problem_title, retry_header
from portal.http.request import ForeignOrigin, MalformedForm, NotAForm, Request
from portal.http.site import page_response
from portal.pages.catalog import PAGES
from portal.pages.render import Filling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from portal.domain.mail import Language
    from portal.http.response import Response
    from portal.pages.fields import Field
    from portal.settings.site import SiteSettings

_MEDIA_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 60
_ROOT = "../"


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody sent.

    Args:
        page: whose form it is.
        language: of the page.
        values: by field name, as typed.
    """

    page: str
    language: Language
    values: Mapping[str, str]

    @property
    def document(self) -> dict[str, Any]:
        """The same as the API takes it; blank values are left out."""
        return document_of(PAGES[self.page].fields, self.values)

    @property
    def link_document(self) -> dict[str, Any]:
        """The same for a page that mailed links open: the token is taken out of the pasted link."""
        return {**self.document, "token": token_of(self.values.get("link", ""))}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went.

    Args:
        result: name of the text that says so.
        page: to show instead of that of the form.
        more: values of its slots.
    """

    result: str = ""
    page: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


def answer_form(request: Request, settings: SiteSettings, page: str, act: Callable[[Form], Outcome]) -> Response:
    """Answer a form by a page; what was typed stays, but for passwords.

    Raises:
        ForeignOrigin, NotAForm, BodyTooLarge, MalformedForm: the request is none of a page of ours.
    """
    form = read_form(request, page)
    try:
        outcome = act(form)
    except PortalError as error:
        return _refused(settings, form, error)
    filling = Filling(values=form.values, result=outcome.result, more=outcome.more)
    return page_response(200, outcome.page or page, settings, form.language, filling, root=_ROOT)


def show_form(request: Request, settings: SiteSettings, page: str) -> Response | None:
    """Return the form as it was typed, where somebody wants to change that; nothing is done then."""
    form = read_form(request, page)
    if "again" not in form.values:
        return None
    shown = page_response(200, page, settings, form.language, Filling(values=form.values), root=_ROOT)
    return replace(shown, acted=False)


def read_form(request: Request, page: str) -> Form:
    """Return what a page of ours sent.

    Raises:
        ForeignOrigin: another origin sent it, or a browser that does not say (ASVS 3.5.1).
        NotAForm, BodyTooLarge, MalformedForm: see there.
    """
    if request.headers.get("sec-fetch-site") != "same-origin":
        raise ForeignOrigin
    if request.media_type != _MEDIA_TYPE:
        raise NotAForm
    pairs = _pairs(request.body())
    values = dict(pairs)
    if len(values) != len(pairs):
        raise MalformedForm
    return Form(page, "en" if values.pop("language", "") == "en" else "de", values)


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS) if text else []
    except ValueError:
        raise MalformedForm from None


def document_of(fields: Iterable[Field], values: Mapping[str, str]) -> dict[str, Any]:
    """Return the API's document of a form, as ``documentOf`` of ``static/forms.js`` makes it."""
    document: dict[str, Any] = {}
    for each in fields:
        *path, last = each.pointer[1:].split("/")
        parent = document
        for key in path:
            parent = parent.setdefault(key, {})
        value = values.get(each.name, "")
        if value.strip() or (value and each.kind == "password"):
            parent[last] = value
            if each.consents:
                parent["accepted"] = True
    return document


def field_at(fields: Iterable[Field], pointer: str) -> Field | None:
    """Return the field that an error is about: that of its pointer, else one below it, else one beside it."""
    found = list(fields)
    parent = pointer.rpartition("/")[0]
    tests: tuple[Callable[[str], bool], ...] = (
        lambda own: own == pointer,
        lambda own: own.startswith(f"{pointer}/"),
        lambda own: bool(parent) and own.startswith(f"{parent}/"),
    )
    return next((each for test in tests for each in found if test(each.pointer)), None)


def _refused(settings: SiteSettings, form: Form, error: PortalError) -> Response:
    problem = problem_of(error)
    if problem is INTERNAL_ERROR:
        raise error
    errors = _errors(form, error)
    gone = isinstance(error, LinkExpired)
    filling = Filling(
        values=form.values,
        errors=errors,
        alert="" if errors or gone else problem_title(problem, form.language),
        result="link_expired" if gone else "",
        good=False,
    )
    response = page_response(problem.status, form.page, settings, form.language, filling, root=_ROOT)
    response.headers.update(retry_header(error))
    return replace(response, refusal=error)


def _errors(form: Form, error: PortalError) -> dict[str, str]:
    fields = PAGES[form.page].fields
    if isinstance(error, InvalidLink):
        return {"link": problem_title(problem_of(error), form.language)}
    if not isinstance(error, InvalidInput):
        return {}
    told: dict[str, str] = {}
    for entry in error.errors:
        if found := field_at(fields, entry.pointer):
            told.setdefault(found.name, FIELD_MESSAGES[entry.code][form.language])
    return told


def token_of(link: str) -> str:
    """Return the token of a pasted link, or of a pasted token; empty where there is none."""
    _, mark, token = link.strip().rpartition("#token=")
    return token if mark else ""
