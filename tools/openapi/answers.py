"""What the API answers, as exact models: no member more, no member less."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from portal.domain.bank_resolution import BankWarning
from portal.domain.case import DebtorKind, Points, PositionKind
from portal.domain.consent import ConsentKind
from portal.domain.ids import CORE_ID
from portal.domain.mail import Language
from portal.domain.person import Salutation

Time = Annotated[
    str,
    Field(
        description="RFC 3339, UTC",
        json_schema_extra={"format": "date-time", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"},
    ),
]
Day = Annotated[str, Field(json_schema_extra={"format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"})]
CoreId = Annotated[str, Field(pattern=f"^{CORE_ID}$")]
Status = Literal["pre_court", "instalments", "court", "enforcement", "settled", "closed"]
Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Token = Annotated[str, Field(min_length=1)]


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(extra="forbid")


class Health(Answer):
    """The portal runs."""

    status: Literal["ok"]
    version: str


class ApiDocument(BaseModel):
    """An OpenAPI document: the one at hand."""

    model_config = ConfigDict(extra="allow")

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]


class LegalText(Answer):
    """One wording in force; `sha256` is of the UTF-8 text."""

    version: str
    sha256: Sha256
    language: Language
    text: str


class LegalTexts(Answer):
    """Both wordings in force."""

    terms: LegalText
    privacy_notice: LegalText


class RegistrationAccepted(Answer):
    """A mail is on its way; `reference` names the attempt, here and in the mail."""

    status: Literal["confirmation_sent"]
    reference: Annotated[str, Field(min_length=6, max_length=6)]


class EmailChangeAccepted(Answer):
    """A mail is on its way to the new address; `reference` names the change, here and in the mail."""

    status: Literal["confirmation_sent"]
    reference: Annotated[str, Field(min_length=6, max_length=6)]


class ConfirmationSent(Answer):
    """A mail is on its way, where the address has use for one."""

    status: Literal["confirmation_sent"]


class RegistrationConfirmed(Answer):
    """The account is there; pressing the button again does no harm."""

    status: Literal["confirmed", "already_confirmed"]


class EmailChanged(Answer):
    """The new address is the user name from now on; all sessions have ended."""

    status: Literal["changed"]


class ResetSent(Answer):
    """A mail is on its way, where there is an account; the answer is the same where there is none."""

    status: Literal["reset_sent"]


class AccessTokenAnswer(Answer):
    """What every token answer holds.

    In seconds: `expires_in` of the access token, `session_expires_in` until the session ends if it is not refreshed
    before, `session_ends_in` until it ends in any case.
    """

    access_token: Token
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(gt=0)]
    session_expires_in: Annotated[int, Field(ge=0)]
    session_ends_in: Annotated[int, Field(ge=0)]


class LimitedTokenAnswer(AccessTokenAnswer):
    """After a login with the initial password: opens the change of the password and nothing else."""

    scope: Literal["password:change"]
    password_change_required: Literal[True]


class FullTokenAnswer(AccessTokenAnswer):
    """Full scope; the refresh token, where there is one, is in the cookie."""

    scope: Literal["portal"]
    password_change_required: Literal[False]


class FullTokenAnswerWithRefreshToken(FullTokenAnswer):
    """Full scope, for API clients that asked for `"delivery": "body"`."""

    refresh_token: Token


class SessionEntry(Answer):
    """One login on one device; `ip` is cut, `user_agent` is text of the client, `device` what it means, if anything."""

    id: str
    created_at: Time
    last_used_at: Time
    user_agent: str
    device: str
    ip: str
    current: bool


class Sessions(Answer):
    """All living sessions of the account."""

    sessions: list[SessionEntry]


class ConsentEntry(Answer):
    """A consent in force; `sha256` is of the wording's UTF-8 text."""

    kind: ConsentKind
    version: str
    sha256: Sha256
    accepted_at: Time
    withdrawn_at: None


class Consents(Answer):
    """The consents of the account."""

    consents: list[ConsentEntry]


class ConsentGiven(Answer):
    """The consent is stored."""

    kind: ConsentKind
    version: str


class ConsentWithdrawn(Answer):
    """The account is closed."""

    consequence: Literal["account_closed"]


class Export(Answer):
    """What is stored, under the names by which it is stored; times in RFC 3339. Members may be added."""

    exported_at: Time
    account: dict[str, Any]
    credential: dict[str, Any]
    sessions: list[dict[str, Any]]
    consents_and_evidence: list[dict[str, Any]]
    pending_registrations: list[dict[str, Any]]
    email_changes: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    clients: list[dict[str, Any]]


class ClientEntry(Answer):
    """A client of the company."""

    id: CoreId
    name: str


class Clients(Answer):
    """The clients that the caller looks after, by name."""

    clients: list[ClientEntry]


class CaseNumbers(Answer):
    """Number of cases by status."""

    pre_court: Count
    instalments: Count
    court: Count
    enforcement: Count
    settled: Count
    closed: Count


class ClientFigures(Answer):
    """Amounts of all cases, in cents."""

    cases: CaseNumbers
    claimed: int
    recovered: int
    outstanding: int


class Recovery(Answer):
    """What came in during a month, in cents."""

    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    amount: int


class ClientOverview(ClientEntry):
    """A client with its figures; `as_of` is null while no case came."""

    as_of: Time | None
    figures: ClientFigures
    recoveries: Annotated[list[Recovery], Field(min_length=24, max_length=24)]


class CaseEntry(Answer):
    """A case in a list; amounts in cents."""

    id: CoreId
    reference: str
    status: Status
    opened_on: Day
    closed_on: Day | None
    debtor: str
    claimed: int
    paid: int
    outstanding: int


class Cases(Answer):
    """A page of a list; `cursor` asks for the next one and is null on the last."""

    cases: Annotated[list[CaseEntry], Field(max_length=100)]
    cursor: str | None


class CaseDebtor(Answer):
    """Who owes."""

    kind: DebtorKind
    name: str
    street: str | None
    postal_code: str | None
    city: str | None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None


class PositionInterest(Answer):
    """Default interest by law: percentage points above the base rate, and the first day that bears it."""

    points: Points
    since: Day


class CasePosition(Answer):
    """A part of the claim as it was handed over."""

    kind: PositionKind
    label: str
    amount: int
    due_on: Day | None
    interest: PositionInterest | None


class CasePosting(Answer):
    """A later change of the claim."""

    booked_on: Day
    label: str
    amount: int


class CasePayment(Answer):
    """Money that came in, and what it paid."""

    received_on: Day
    amount: int
    on_costs: int
    on_interest: int
    on_principal: int


class CaseEvent(Answer):
    """Something that happened."""

    on: Day
    text: str


class CaseTotals(Answer):
    """Cents."""

    principal: int
    interest: int
    costs: int
    postings: int
    claimed: int
    paid: int
    outstanding: int


class Case(Answer):
    """A case with all that is known of it."""

    client_id: CoreId
    id: CoreId
    reference: str
    status: Status
    opened_on: Day
    closed_on: Day | None
    debtors: Annotated[list[CaseDebtor], Field(min_length=1)]
    positions: list[CasePosition]
    postings: list[CasePosting]
    payments: list[CasePayment]
    history: list[CaseEvent]
    totals: CaseTotals


class InterestPeriod(Answer):
    """Days of one rate and one principal, both ends included; `rate` in per cent a year."""

    since: Day
    to: Day
    days: Annotated[int, Field(gt=0)]
    principal: int
    rate: Annotated[str, Field(pattern=r"^\d+\.\d{2}$")]
    amount: int


class CaseInterest(Answer):
    """Interest by law up to and with a day; `provisional` while the base rate of a part of it is not known."""

    to: Day
    amount: int
    paid: int
    provisional: bool
    periods: list[InterestPeriod]


class BankDetails(Answer):
    """Complete bank details; the IBAN without spaces."""

    iban: str
    bic: str
    account_number: str
    bank_code: str
    bank_name: str


class ResolvedBankDetails(BankDetails):
    """Complete bank details and what to look at again."""

    warnings: list[BankWarning]


class StoredBankDetails(BankDetails):
    """The bank details of the account; nothing is paid before they are `reviewed`."""

    reviewed: bool


class ChangedBankDetails(StoredBankDetails):
    """The new bank details and what to look at again."""

    warnings: list[BankWarning]


class MaskedBankDetails(StoredBankDetails):
    """IBAN and account number are readable in their last four characters only."""

    iban: Annotated[str, Field(pattern=r"^\*+[A-Z0-9]{1,4}$")]
    account_number: Annotated[str, Field(pattern=r"^\*+[A-Z0-9]{1,4}$")]


class ProcessingRestricted(Answer):
    """The data are only kept (GDPR Art. 18); `until` is null while no end is set."""

    since: Time
    until: Time | None


class Profile(Answer):
    """The client's own data; voluntary members that are not set are null."""

    email: str
    salutation: Salutation
    title: str | None
    first_name: str
    last_name: str
    street: str
    house_number: str
    address_supplement: str | None
    postal_code: str
    city: str
    phone: str | None
    fax: str | None
    bank_details: MaskedBankDetails
    locale: Language
    processing_restricted: ProcessingRestricted | None


class JsonWebKey(Answer):
    """A public key (RFC 7517)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    use: Literal["sig"]
    alg: Literal["ES256"]
    kid: str


class JsonWebKeySet(Answer):
    """The keys that verify access tokens: the active one and the one before or after it."""

    keys: Annotated[list[JsonWebKey], Field(min_length=1)]


TOKEN_ANSWERS = (FullTokenAnswer, FullTokenAnswerWithRefreshToken)
