"""The one page of errors: which domain error is which answer (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.domain.errors import (
    ConsentRequired,
    InvalidCredentials,
    InvalidInput,
    InvalidLink,
    LinkExpired,
    LoginDelayed,
    LoginLocked,
    NotAuthenticated,
    NotFound,
    PasswordChangeRequired,
    PortalError,
    PreconditionFailed,
    PreconditionRequired,
    ProcessingRestricted,
    ReauthenticationRequired,
    SessionEnded,
    TooManyRequests,
    Unavailable,
)
from portal.http.messages import FIELD_MESSAGES
from portal.http.request import (
    BadRequest,
    BodyTooLarge,
    ForeignOrigin,
    MalformedForm,
    NotAForm,
    UnsupportedMediaType,
)
from portal.http.response import Response

if TYPE_CHECKING:
    from portal.domain.mail import Language

PROBLEM_JSON = "application/problem+json; charset=utf-8"


class Problem(NamedTuple):
    """Status, stable code, and a title for people in both languages."""

    status: int
    code: str
    de: str
    en: str


PROBLEMS: dict[type[PortalError], Problem] = {
    BadRequest: Problem(400, "malformed_json", "Die Anfrage ist kein gültiges JSON.", "The request is not valid JSON."),
    InvalidLink: Problem(
        400,
        "invalid_link",
        "Dieser Link ist nicht gültig. Bitte übernehmen Sie ihn vollständig aus der E-Mail.",
        "This link is not valid. Please copy it completely from the mail.",
    ),
    InvalidCredentials: Problem(
        401,
        "invalid_credentials",
        "E-Mail-Adresse und Passwort passen nicht zusammen.",
        "E-mail address and password do not belong together.",
    ),
    NotAuthenticated: Problem(401, "not_authenticated", "Bitte melden Sie sich an.", "Please log in."),
    SessionEnded: Problem(
        401,
        "session_ended",
        "Ihre Sitzung ist beendet. Bitte melden Sie sich an.",
        "Your session has ended. Please log in.",
    ),
    ReauthenticationRequired: Problem(
        403,
        "reauthentication_required",
        "Bitte geben Sie für diesen Schritt Ihr Passwort noch einmal ein.",
        "Please enter your password again for this step.",
    ),
    PasswordChangeRequired: Problem(
        403,
        "password_change_required",
        "Bitte ersetzen Sie zuerst das Initialpasswort durch ein eigenes.",
        "Please replace the initial password by one of your own first.",
    ),
    NotFound: Problem(404, "not_found", "Diese Adresse gibt es nicht.", "There is no such address."),
    ConsentRequired: Problem(
        403,
        "consent_required",
        "Es gibt eine neue Fassung der Nutzungsbedingungen oder der Datenschutzerklärung. Bitte stimmen Sie ihr zu.",
        "There is a new version of the terms or the privacy notice. Please read it and consent to it.",
    ),
    ForeignOrigin: Problem(
        403,
        "foreign_origin",
        "Dieses Formular kam nicht von einer Seite des Portals, oder Ihr Browser sagt nicht, woher es kam.",
        "This form did not come from a page of the portal, or your browser does not say where it came from.",
    ),
    ProcessingRestricted: Problem(
        403,
        "processing_restricted",
        "Die Verarbeitung Ihrer Daten ist eingeschränkt. Bis das endet, bewahren wir sie nur auf und ändern nichts.",
        "The processing of your data is restricted. Until that ends we only keep them and change nothing.",
    ),
    PreconditionFailed: Problem(
        412,
        "precondition_failed",
        "Die Daten haben sich inzwischen geändert. Bitte laden Sie sie neu.",
        "The data has changed in the meantime. Please load it again.",
    ),
    PreconditionRequired: Problem(
        428,
        "precondition_required",
        "Die Anfrage muss im Kopf If-Match sagen, welchen Stand sie ändert.",
        "The request has to say in its If-Match header which state it changes.",
    ),
    LinkExpired: Problem(
        410,
        "link_expired",
        "Dieser Link gilt nicht mehr.",
        "This link is no longer valid.",
    ),
    BodyTooLarge: Problem(413, "body_too_large", "Die Anfrage ist zu groß.", "The request is too large."),
    UnsupportedMediaType: Problem(415, "unsupported_media_type", "Erwartet wird JSON.", "JSON is expected."),
    MalformedForm: Problem(
        400, "malformed_form", "Das Formular kam nicht vollständig an.", "The form did not arrive complete."
    ),
    NotAForm: Problem(415, "not_a_form", "Erwartet wird ein Formular.", "A form is expected."),
    InvalidInput: Problem(
        422, "invalid_input", "Bitte prüfen Sie die markierten Angaben.", "Please check the marked fields."
    ),
    TooManyRequests: Problem(
        429,
        "too_many_requests",
        "Zu viele Anfragen. Bitte versuchen Sie es später noch einmal.",
        "Too many requests. Please try again later.",
    ),
    LoginDelayed: Problem(
        429,
        "login_delayed",
        "Zu viele falsche Passwörter. Bitte warten Sie, bevor Sie es noch einmal versuchen.",
        "Too many wrong passwords. Please wait before you try again.",
    ),
    LoginLocked: Problem(
        429,
        "login_locked",
        "Zu viele falsche Passwörter. Bitte setzen Sie mit „Passwort vergessen“ ein neues Passwort.",
        "Too many wrong passwords. Please set a new password with “Forgotten password”.",
    ),
    Unavailable: Problem(
        503,
        "unavailable",
        "Der Dienst ist vorübergehend nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.",
        "The service is temporarily unavailable. Please try again in a moment.",
    ),
}

INTERNAL_ERROR = Problem(
    500,
    "internal_error",
    "Es ist ein Fehler aufgetreten. Er ist uns gemeldet.",
    "An error has occurred. It has been reported to us.",
)


def problem_of(error: PortalError) -> Problem:
    """Return the row of an error; a class without one is a fault of ours."""
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), INTERNAL_ERROR)


def problem_title(problem: Problem, language: Language) -> str:
    """Return what a problem says to people."""
    return problem.en if language == "en" else problem.de


def retry_header(error: PortalError | None) -> dict[str, str]:
    """Return the header that says when another try makes sense, nothing where none is known."""
    return {"Retry-After": str(error.retry_after)} if isinstance(error, Unavailable | TooManyRequests) else {}


def problem_response(problem: Problem, language: Language, error: PortalError | None = None) -> Response:
    """Return the answer for an error, in the client's language."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": problem_title(problem, language),
        "status": problem.status,
        "code": problem.code,
    }
    headers: dict[str, str] = {"Content-Language": language}
    if isinstance(error, InvalidInput):
        document["errors"] = [
            {"pointer": entry.pointer, "code": entry.code.value, "message": FIELD_MESSAGES[entry.code][language]}
            for entry in error.errors
        ]
    headers |= retry_header(error)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        # Every 401 names a challenge (RFC 9110, section 15.5.2).
        headers["WWW-Authenticate"] = "Bearer"
    return Response(problem.status, json.dumps(document, ensure_ascii=False), PROBLEM_JSON, headers)
