"""What the code does not say of its routes: names, answers, refusals of their own.

A route of ``docs/api.md`` stands here before or with its code; the document holds those that a function declares.
"""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from portal.domain.consent import CURRENT_VERSIONS
from tools.openapi import answers

Tag = Literal["public", "registration", "login", "profile", "cases"]
Scheme = Literal["access_token", "refresh_cookie", "nothing"]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

CLIENT = {"email": "erika.muster@example.com", "password": "vier Kraniche zählen Nebel 7"}
LINK = {"token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"}
IBAN = {"iban": "DE89370400440532013000"}
REGISTRATION = {
    "email": CLIENT["email"],
    "salutation": "frau",
    "first_name": "Erika",
    "last_name": "Mustermann",
    "street": "Heidestraße",
    "house_number": "17a",
    "postal_code": "51147",
    "city": "Köln",
    "bank_details": IBAN,
    "consents": {
        "terms": {"version": CURRENT_VERSIONS["terms"], "accepted": True},
        "privacy_notice": {"version": CURRENT_VERSIONS["privacy_notice"], "accepted": True},
    },
    "phone": "030 1234567",
    "locale": "de",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Args:
        id: stable name for generated clients.
        tag: group.
        summary: one line.
        status: of success.
        answer: model of the body, several for "one of", none for an answer without a body.
        body: ``module:Class`` below ``portal.http.bodies``, imported when the route is declared.
        example: a body that fits.
        media_types: of the body.
        refusals: problem codes beyond those that every such route has.
        headers: of success, by their names in ``headers``; a "?" at the end marks those that may be absent.
        if_match: whether the request names the version that it changes.
        text: media type of an answer that is no JSON document.
        schemes: what may authenticate instead of what the route needs, in alternatives.
    """

    id: str
    tag: Tag
    summary: str
    status: int
    answer: tuple[type[BaseModel], ...] = ()
    body: str | None = None
    example: dict[str, Any] | None = None
    media_types: tuple[str, ...] = (JSON,)
    refusals: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    if_match: bool = False
    schemes: tuple[Scheme, ...] = ()
    text: str | None = None


_LINK_REFUSALS = ("invalid_link", "link_expired")
_PASSWORD = ("invalid_credentials", "login_delayed", "login_locked")
_STEP_UP = ("reauthentication_required",)
_PRECONDITION = ("precondition_failed", "precondition_required")

OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", "/api/health"): Operation("getHealth", "public", "Tell whether the portal runs", 200, (answers.Health,)),
    ("GET", "/api/openapi.json"): Operation("getApiDocument", "public", "This document", 200, (answers.ApiDocument,)),
    ("GET", "/.well-known/jwks.json"): Operation(
        "getPublicKeys", "public", "Public keys of access tokens", 200, (answers.JsonWebKeySet,)
    ),
    ("GET", "/api/legal"): Operation(
        "getLegalTexts",
        "public",
        "Terms and privacy notice in force, in the client's language",
        200,
        (answers.LegalTexts,),
        headers=("Content-Language",),
    ),
    ("POST", "/api/bank-details/resolve"): Operation(
        "resolveBankDetails",
        "registration",
        "Complete and check bank details",
        200,
        (answers.ResolvedBankDetails,),
        body="registration:BankDetailsBody",
        example=IBAN,
    ),
    ("POST", "/api/registrations"): Operation(
        "register",
        "registration",
        "Register; answered alike for a known address",
        202,
        (answers.RegistrationAccepted,),
        body="registration:RegistrationBody",
        example=REGISTRATION,
    ),
    ("POST", "/api/registrations/resend"): Operation(
        "resendConfirmation",
        "registration",
        "Send the opt-in mail once more; answered alike for an unknown address",
        202,
        (answers.ConfirmationSent,),
        body="email:EmailBody",
        example={"email": CLIENT["email"]},
    ),
    ("POST", "/api/registrations/confirm"): Operation(
        "confirmRegistration",
        "registration",
        "Confirm the address by the token of a mailed link",
        200,
        (answers.RegistrationConfirmed,),
        body="link:LinkBody",
        example=LINK,
        refusals=_LINK_REFUSALS,
    ),
    ("POST", "/api/registrations/reject"): Operation(
        "rejectRegistration",
        "registration",
        'Delete the attempt ("not me") by the token of a mailed link',
        204,
        body="link:LinkBody",
        example=LINK,
        refusals=_LINK_REFUSALS,
    ),
    ("POST", "/api/login"): Operation(
        "logIn",
        "login",
        "Log in",
        200,
        (answers.LimitedTokenAnswer, *answers.TOKEN_ANSWERS),
        body="login:LoginBody",
        example=CLIENT,
        refusals=_PASSWORD,
        headers=("Set-Cookie?",),
    ),
    ("POST", "/api/session/refresh"): Operation(
        "refreshSession",
        "login",
        "Exchange the refresh token; the new one comes the way the old one came",
        200,
        answers.TOKEN_ANSWERS,
        body="login:RefreshBody",
        example={},
        refusals=("session_ended",),
        headers=("Set-Cookie?",),
        schemes=("refresh_cookie", "nothing"),
    ),
    ("POST", "/api/logout"): Operation(
        "logOut",
        "login",
        "End the session that the cookie or the access token names",
        204,
        body="flat:EmptyBody",
        example={},
        headers=("Set-Cookie?",),
        schemes=("refresh_cookie", "access_token", "nothing"),
    ),
    ("GET", "/api/sessions"): Operation("listSessions", "login", "List the sessions", 200, (answers.Sessions,)),
    ("DELETE", "/api/sessions/{id}"): Operation("endSession", "login", "End one session", 204),
    ("DELETE", "/api/sessions"): Operation("endOtherSessions", "login", "End all other sessions", 204),
    ("POST", "/api/reauthentication"): Operation(
        "reauthenticate",
        "login",
        "Give the password again, for what needs a recent login",
        200,
        answers.TOKEN_ANSWERS,
        body="login:ReauthenticationBody",
        example={"password": CLIENT["password"]},
        refusals=_PASSWORD,
        headers=("Set-Cookie?",),
    ),
    ("PUT", "/api/password"): Operation(
        "changePassword",
        "login",
        "Change the password; all other sessions end",
        200,
        answers.TOKEN_ANSWERS,
        body="login:PasswordBody",
        example={"current_password": CLIENT["password"], "new_password": "Ein anderer Satz über Birken"},
        refusals=_PASSWORD,
        headers=("Set-Cookie?",),
    ),
    ("POST", "/api/password-reset"): Operation(
        "requestPasswordReset",
        "login",
        "Ask for a reset link; answered alike for an unknown address",
        202,
        (answers.ResetSent,),
        body="email:EmailBody",
        example={"email": CLIENT["email"]},
    ),
    ("POST", "/api/password-reset/confirm"): Operation(
        "resetPassword",
        "login",
        "Set a new password by the token of a mailed link; all sessions end",
        204,
        body="login:PasswordResetBody",
        example={**LINK, "new_password": CLIENT["password"]},
        refusals=_LINK_REFUSALS,
    ),
    ("GET", "/api/profile"): Operation(
        "getProfile",
        "profile",
        "The client's own data; IBAN and account number masked",
        200,
        (answers.Profile,),
        headers=("ETag",),
    ),
    ("PATCH", "/api/profile"): Operation(
        "changeProfile",
        "profile",
        "Change personal members; null removes a voluntary one",
        200,
        (answers.Profile,),
        body="profile:ProfilePatch",
        example={"phone": "030 1234567", "title": None},
        media_types=(MERGE_PATCH, JSON),
        refusals=_PRECONDITION,
        headers=("ETag",),
        if_match=True,
    ),
    ("DELETE", "/api/profile"): Operation(
        "closeAccount", "profile", "Close the account at once", 204, refusals=_STEP_UP, headers=("Set-Cookie?",)
    ),
    ("GET", "/api/profile/export"): Operation(
        "exportData",
        "profile",
        "Everything stored about the client, as a file",
        200,
        (answers.Export,),
        refusals=_STEP_UP,
        headers=("Content-Disposition",),
    ),
    ("GET", "/api/profile/consents"): Operation(
        "listConsents", "profile", "The consents in force", 200, (answers.Consents,)
    ),
    ("POST", "/api/profile/consents"): Operation(
        "giveConsent",
        "profile",
        "Consent to the version in force of terms or privacy notice",
        201,
        (answers.ConsentGiven,),
        body="consent:ConsentBody",
        example={"kind": "terms", "version": CURRENT_VERSIONS["terms"]},
    ),
    ("DELETE", "/api/profile/consents/{kind}"): Operation(
        "withdrawConsent",
        "profile",
        "Withdraw a consent; closes the account at once",
        200,
        (answers.ConsentWithdrawn,),
        refusals=_STEP_UP,
        headers=("Set-Cookie?",),
    ),
    ("GET", "/api/profile/bank-details"): Operation(
        "getBankDetails",
        "profile",
        "The bank details, unmasked",
        200,
        (answers.StoredBankDetails,),
        refusals=_STEP_UP,
        headers=("ETag",),
    ),
    ("PUT", "/api/profile/bank-details"): Operation(
        "changeBankDetails",
        "profile",
        "Replace the bank details; a mail tells of it",
        200,
        (answers.ChangedBankDetails,),
        body="registration:BankDetailsBody",
        example=IBAN,
        refusals=(*_STEP_UP, *_PRECONDITION),
        headers=("ETag",),
        if_match=True,
    ),
    ("POST", "/api/profile/bank-details/accept"): Operation(
        "acceptBankDetails",
        "profile",
        "Accept the registered bank details as one's own",
        204,
        body="flat:EmptyBody",
        example={},
    ),
    ("POST", "/api/profile/email-change"): Operation(
        "requestEmailChange",
        "profile",
        "Ask for another address: a link goes to the new one, a notice to the old one",
        202,
        (answers.EmailChangeAccepted,),
        body="profile:EmailChangeBody",
        example={"new_email": "erika.neu@example.org"},
        refusals=_STEP_UP,
    ),
    ("GET", "/api/clients"): Operation(
        "listClients", "cases", "The clients whose cases the caller may see", 200, (answers.Clients,)
    ),
    ("GET", "/api/clients/{client_id}"): Operation(
        "getClient", "cases", "A client: figures, and what came in month by month", 200, (answers.ClientOverview,)
    ),
    ("POST", "/api/clients/{client_id}/cases/search"): Operation(
        "findCases",
        "cases",
        "List cases, or find them by the beginning of words in references and names",
        200,
        (answers.Cases,),
        body="cases:CaseSearchBody",
        example={"status": "pre_court", "sort": "outstanding"},
    ),
    ("POST", "/api/clients/{client_id}/cases/export"): Operation(
        "exportCases",
        "cases",
        "A piece of a list as a file for spreadsheets; the cursor of the next one is in a header",
        200,
        body="cases:CasesBody",
        example={"text": "Beispiel"},
        headers=("Content-Disposition", "Content-Language", "Next-Cursor?"),
        text="text/csv",
    ),
    ("GET", "/api/clients/{client_id}/cases/{case_id}"): Operation(
        "getCase", "cases", "A case with debtors, positions, payments and history", 200, (answers.Case,)
    ),
    ("POST", "/api/clients/{client_id}/cases/{case_id}/interest"): Operation(
        "getInterest",
        "cases",
        "Default interest by law (BGB section 288) up to and with a day",
        200,
        (answers.CaseInterest,),
        body="cases:InterestBody",
        example={"to": "2026-11-27"},
    ),
    ("POST", "/api/email-changes/confirm"): Operation(
        "confirmEmailChange",
        "profile",
        "Confirm the new address by the token of a mailed link; all sessions end",
        200,
        (answers.EmailChanged,),
        body="link:LinkBody",
        example=LINK,
        refusals=_LINK_REFUSALS,
    ),
    ("POST", "/api/accounts/freeze"): Operation(
        "freezeAccount",
        "profile",
        "Block the account by the token of a notice; all sessions end",
        204,
        body="link:LinkBody",
        example=LINK,
        refusals=_LINK_REFUSALS,
    ),
}
