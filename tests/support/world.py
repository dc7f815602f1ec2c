"""All functions in one process against moto, with a clock and a record of every AWS call."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, cast

from portal import settings as portal_settings
from portal.adapters.dynamodb.items import from_item
from portal.adapters.kms import key_id_of
from portal.domain.email import sending_form
from portal.events.cleanup import serve_cleanup
from portal.events.feedback import serve_feedback
from portal.events.ingest import serve_ingest
from portal.events.mailer import serve_mailer
from portal.events.ops import serve_ops
from portal.events.review import serve_review
from portal.http.routes import Handler, Wiring, serve
from portal.settings.cases import CasesSettings
from portal.settings.cleanup import CleanupSettings
from portal.settings.confirm import ConfirmSettings
from portal.settings.feedback import FeedbackSettings
from portal.settings.ingest import IngestSettings
from portal.settings.login import LoginSettings
from portal.settings.mailer import MailerSettings
from portal.settings.ops import OpsSettings
from portal.settings.profile import ProfileSettings
from portal.settings.register import RegisterSettings
from portal.settings.review import ReviewSettings
from portal.settings.web import WebSettings
from tests.support.contract import check_answer
from tests.support.moto_speed import SESSION, shared
from tests.support.rule_events import passed_by_rules
from tests.support.suppression import AwsWithSuppressionList
from tests.support.template import functions, resources, template
from tools.local.template import Resolver
from tools.openapi.routes import API_PREFIXES

REGION = "eu-central-1"
START = 1_795_000_000
HTTP_FUNCTIONS: dict[str, type[Any]] = {
    "register": RegisterSettings,
    "confirm": ConfirmSettings,
    "login": LoginSettings,
    "profile": ProfileSettings,
    "cases": CasesSettings,
    "web": WebSettings,
}
SOME_PATH = {"id": "some-session", "kind": "terms", "client_id": "K-1001", "case_id": "2026-0001"}
PARAMETERS = {
    "UnconfirmedLifetimeSeconds": "2592000",
    "InitialPasswordLifetimeSeconds": "604800",
    "AccessTokenLifetimeSeconds": "600",
    "SessionIdleSeconds": "1800",
    "SessionAbsoluteSeconds": "43200",
    "EvidenceRetentionYears": "3",
    "UnactivatedAccountDays": "90",
    "IdleAccountDays": "1096",
    "ClosingNoticeDays": "14",
    "ActiveLinkKeySlot": "A",
    "LinkKeySlots": "one",
    "ActiveAccessTokenKeySlot": "A",
    "AccessTokenKeySlots": "one",
    "MailsPerSecond": "10",
    "LoginFreeAttempts": "5",
    "LoginLongestDelaySeconds": "900",
    "LoginMostFailures": "100",
    "LoginsPerRange": "300",
    "RegistrationsPerRange": "60",
    "MailRequestsPerRange": "60",
    "LookUpsPerRange": "120",
    "OptInMailsPerHour": "3",
    "OptInMailsPerDay": "6",
    "ResetMailsPerHour": "3",
    "ResetMailsPerDay": "6",
    "DailyMailCeiling": "10000",
    "PortalName": "Mandantenportal",
    "CompanyName": "Musterforderung GmbH",
    "CompanyAddress": "Beispielstraße 1, 10115 Berlin",
    "ContactEmail": "portal@musterforderung.example.com",
    "ContactPhone": "+49 30 23125 000",
    "CompanyRepresentatives": "Max Muster, Erika Beispiel",
    "CompanyRegister": "Amtsgericht Musterstadt, HRB 12345",
    "ProfessionalAuthority": "Musteraufsicht für Rechtsdienstleistungen, Musterstadt",
    "VatId": "DE999999999",
    "DataProtectionEmail": "datenschutz@musterforderung.example.com",
    "SupervisoryAuthority": "Musteraufsicht für den Datenschutz, Musterstadt",
    "PlaceOfJurisdiction": "Musterstadt",
    "RegionName": "Frankfurt am Main",
    "LogRetentionDays": "90",
    "SenderAddress": "noreply@portal.example.com",
    "MailConfigurationSet": "mails",
    "PublicUrl": "https://portal.example.com",
    "SecurityContact": "mailto:security@portal.example.com",
    "Environment": "test",
}


class Clock:
    """Epoch seconds that only tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: int) -> None:
        self.now += seconds


@dataclass
class Hooks:
    """What happens around AWS calls; ``calls`` keeps them all, ``mails`` those that SES took."""

    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    all_calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[str, str, dict[str, Any]], None] | None = None
    after: Callable[[str, str, dict[str, Any]], None] | None = None

    def on_before(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        self.calls.append((service, operation, parameters))
        self.all_calls.append((service, operation, parameters))
        if self.before:
            self.before(service, operation, parameters)

    def on_after(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        if operation == "send_email":
            self.mails.append(parameters)
        if self.after:
            self.after(service, operation, parameters)


@dataclass
class Answer:
    """An answer of the portal."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def errors(self) -> dict[str, str]:
        """Pointer to code."""
        return {entry["pointer"]: entry["code"] for entry in self.json["errors"]}


@dataclass
class SentMail:
    """A mail as SES got it."""

    to: list[str]
    subject: str
    text: str
    html: str

    def token(self, page: str) -> str:
        found = re.search(rf"^\S+/{page}#token=(\S+)$", self.text, re.MULTILINE)
        assert found, f"no link to {page}"
        return found[1]

    @property
    def password(self) -> str:
        found = re.search(r"^(?:Passwort|Password): (\S+)$", self.text, re.MULTILINE)
        assert found, "no password line"
        return found[1]


def some_path(route: str, **known: str) -> str:
    """Return a path that a route takes, with ids of nobody where none is given."""
    return route.format(**{**SOME_PATH, **known})


class LambdaContext:
    """What functions that no browser calls ask of Lambda; each answer leaves ``step`` milliseconds less."""

    def __init__(self, remaining: int = 50_000, step: int = 0) -> None:
        self.remaining = remaining
        self.step = step

    def get_remaining_time_in_millis(self) -> int:
        self.remaining -= self.step
        return self.remaining + self.step


class World:
    """The portal as a whole.

    Tables are those of template.yaml, settings come from each function's environment there.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self.pauses: list[float] = []
        self.hooks = Hooks()
        self.suppressed: dict[str, int] = {}
        self.aws = shared(AwsWithSuppressionList(self.suppressed, self.hooks.on_before, self.hooks.on_after))
        self.dynamodb = SESSION.client("dynamodb")
        self.s3 = SESSION.client("s3")
        self.names = {**PARAMETERS, **self._make_tables(), **self._make_buckets()}
        self.key_made_at: dict[str, int] = {}
        SESSION.client("sesv2").create_email_identity(EmailIdentity="portal.example.com")
        self.deploy()

    # ------------------------------------------------------------ set-up

    def deploy(self, **parameters: str) -> None:
        """Deploy with other parameters: keys come and go with their conditions, functions start anew."""
        self.names |= parameters
        self._make_keys()
        self.functions: dict[str, Handler] = {name: self._http_function(name) for name in HTTP_FUNCTIONS}
        settings = portal_settings.load(MailerSettings, self.environment("mailer"))
        self.mailer = serve_mailer(settings, self.aws, self.clock, pause=lambda _: None)
        cleaning = portal_settings.load(CleanupSettings, self.environment("cleanup"))
        self.cleanup = serve_cleanup(cleaning, self.aws, self.clock)
        reviewing = portal_settings.load(ReviewSettings, self.environment("review"))
        self.review = serve_review(reviewing, self.aws, self.clock)
        ingesting = portal_settings.load(IngestSettings, self.environment("ingest"))
        self.ingest = serve_ingest(ingesting, self.aws, self.clock, pause=lambda _: None)
        listening = portal_settings.load(FeedbackSettings, self.environment("feedback"))
        self.feedback = serve_feedback(listening, self.aws, self.clock, pause=self.pauses.append)
        operating = portal_settings.load(OpsSettings, self.environment("ops"))
        self.operators = serve_ops(operating, self.aws, self.clock)

    def _make_tables(self) -> dict[str, str]:
        allowed = {"AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema", "StreamSpecification"}
        for name, properties in resources("AWS::DynamoDB::Table").items():
            wanted: dict[str, Any] = {key: value for key, value in properties.items() if key in allowed}
            if "StreamSpecification" in wanted:
                wanted["StreamSpecification"] = {**wanted["StreamSpecification"], "StreamEnabled": True}
            self.dynamodb.create_table(TableName=name, **wanted)
        return {name: name for name in resources("AWS::DynamoDB::Table")}

    def _make_buckets(self) -> dict[str, str]:
        names = {name: re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower() for name in resources("AWS::S3::Bucket")}
        for name in names.values():
            self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return names

    def _make_keys(self) -> None:
        """Make the keys that the template has and this world has not; delete those whose condition does not hold."""
        kms = SESSION.client("kms")
        for name, properties in resources("AWS::KMS::Key").items():
            condition = template()["Resources"][name].get("Condition")
            wanted = condition is None or Resolver(template(), self.names, {}).condition(condition)
            if not wanted and name in self.names:
                kms.schedule_key_deletion(KeyId=key_id_of(self.names.pop(name)))
            elif wanted and name not in self.names:
                spec = cast("Any", properties.get("KeySpec", "SYMMETRIC_DEFAULT"))
                usage = cast("Any", properties.get("KeyUsage", "ENCRYPT_DECRYPT"))
                self.names[name] = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
                self.key_made_at[name] = self.clock()

    def environment(self, function: str) -> dict[str, str]:
        """Return a function's environment as template.yaml declares it."""
        declared = functions()[function]["Environment"]["Variables"]
        values = {**declared, "ISSUER": "urn:mandantenportal:test"}
        found = {name: self._value(value) for name, value in values.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, value: Any) -> str | None:
        resolved = Resolver(template(), self.names, {}).resolve(value)
        return self.names[resolved["Fn::GetAtt"][0]] if isinstance(resolved, dict) else resolved

    def _http_function(self, name: str) -> Handler:
        settings: Any = portal_settings.load(HTTP_FUNCTIONS[name], self.environment(name))
        routes = import_module(f"functions.{name}.app").ROUTES
        return serve(routes, Wiring(settings, self.aws, self.clock))

    # ------------------------------------------------------------ acting

    def request(  # noqa: PLR0913 - what a client can vary
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        ip: str = "203.0.113.77",
        raw: str | None = None,
    ) -> Answer:
        """Send a request through the event that API Gateway would make of it; answers of the API must be documented."""
        function, route, parameters = self._find(method, path)
        sent = {"Content-Type": "application/json", "User-Agent": "pytest", **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        event = {
            "httpMethod": method,
            "resource": route,
            "path": path,
            "headers": sent,
            "pathParameters": parameters or None,
            "queryStringParameters": query,
            "body": raw if raw is not None else json.dumps(body) if body is not None else None,
            "isBase64Encoded": False,
            "requestContext": {"identity": {"sourceIp": ip}, "requestId": "request-1"},
        }
        answer = self.functions[function](event, None)
        cookies = answer.get("multiValueHeaders", {}).get("Set-Cookie", [])
        if route.startswith(API_PREFIXES):
            told = {**answer["headers"], **({"Set-Cookie": ", ".join(cookies)} if cookies else {})}
            check_answer(method, route, answer["statusCode"], told, answer["body"])
        return Answer(answer["statusCode"], answer["headers"], cookies, answer["body"])

    def knows(self, method: str, path: str) -> bool:
        """Tell whether template.yaml has a route for a request."""
        try:
            self._find(method, path)
        except AssertionError:
            return False
        return True

    def _find(self, method: str, path: str) -> tuple[str, str, dict[str, str]]:
        candidates = [
            (name, event["Properties"]["Path"])
            for name, properties in functions().items()
            for event in properties.get("Events", {}).values()
            if event["Type"] == "Api" and event["Properties"]["Method"].upper() == method
        ]
        for name, route in sorted(candidates, key=lambda candidate: "{" in candidate[1]):
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route), path)
            if found:
                return name, route, found.groupdict()
        raise AssertionError(f"template.yaml has no route {method} {path}")

    def run_mailer(self, remaining: int = 50_000) -> dict[str, Any]:
        """Run the schedule of the mailer; what it sends stands among the mails in the order in which it was ordered."""
        sent = len(self.hooks.mails)
        try:
            return self.mailer({"task": "send_due"}, LambdaContext(remaining))
        finally:
            # The mailer takes rows of one second in the order of their ids, which are random.
            ordered = self._ordered()
            self.hooks.mails[sent:] = sorted(
                self.hooks.mails[sent:], key=lambda mail: ordered.get(mail["EmailTags"][0]["Value"], -1)
            )

    def _ordered(self) -> dict[str, int]:
        """Return the place of each order of a mail among all of them."""
        rows: list[str] = []
        for _, _, asked in self.hooks.all_calls:
            puts = [asked, *(entry.get("Put", {}) for entry in asked.get("TransactItems", []))]
            rows += [put["Item"]["pk"]["S"] for put in puts if put.get("TableName") == "OutboxTable" and "Item" in put]
        return {row: place for place, row in enumerate(rows)}

    def run_cleanup(self, steps: int = 1_000_000) -> dict[str, Any]:
        """Run the schedule of the cleanup; its time is over after so many steps (partitions and deletions)."""
        return self.cleanup({"task": "sweep"}, LambdaContext(19_999 + steps, step=1))

    def run_review(self, accounts: int = 1_000_000) -> dict[str, Any]:
        """Run the schedule of the review; its time is over after so many accounts."""
        return self.review({"task": "review"}, LambdaContext(59_999 + accounts, step=1))

    def run_ingest(self, steps: int = 1_000_000) -> dict[str, Any]:
        """Run the schedule of the feed; its time is over after so many steps (files, chunks and parts of removals)."""
        return self.ingest({"task": "take_in"}, LambdaContext(59_999 + steps, step=1))

    def tell(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """Send an event as SES does; return what the function answered, once for each rule that passed it on."""
        passed_on = passed_by_rules("feedback", event, self.names)
        return [self.feedback(payload, LambdaContext()) for payload in passed_on]

    def run_erasure(self, steps: int = 1_000_000) -> dict[str, Any]:
        """Run the schedule that erases addresses; its time is over after so many addresses."""
        return self.feedback({"task": "erase"}, LambdaContext(59_999 + steps, step=1))

    def ops(self, *, sessions: int = 1_000_000, **event: Any) -> Any:
        """Invoke the operators' function; its time is over after so many sessions."""
        note = {"operator": "Olga Peters", "reason": "Fall 4711"}
        answer = self.operators({**note, **event}, LambdaContext(9_999 + sessions, step=1))
        return json.loads(json.dumps(answer))

    def call_counts(self) -> dict[str, int]:
        """Return and forget the calls so far, by service and operation."""
        counts: dict[str, int] = {}
        for service, operation, _ in self.hooks.calls:
            counts[f"{service}:{operation}"] = counts.get(f"{service}:{operation}", 0) + 1
        self.hooks.calls.clear()
        return counts

    # ------------------------------------------------------------ looking

    def mails(self, to: str | None = None) -> list[SentMail]:
        """Return the mails sent, oldest first."""
        sent = []
        for parameters in self.hooks.mails:
            content = parameters["Content"]["Simple"]
            text, html = (content["Body"][part]["Data"] for part in ("Text", "Html"))
            sent.append(SentMail(parameters["Destination"]["ToAddresses"], content["Subject"]["Data"], text, html))
        return [mail for mail in sent if to is None or to in mail.to]

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return everything that a table holds."""
        return [from_item(item) for item in self.dynamodb.scan(TableName=table)["Items"]]

    def sessions(self) -> list[dict[str, Any]]:
        """Return the sessions; counters lie beside them."""
        return [item for item in self.items("SessionsTable") if item["pk"].startswith("session#")]

    # ------------------------------------------------------------ journeys

    def register(self, **changes: Any) -> SentMail:
        """Register a person and return the opt-in mail."""
        from tests.support.people import a_registration

        body = a_registration(**changes)
        assert self.request("POST", "/api/registrations", body).status == 202
        self.run_mailer()
        return self.mails(sending_form(body["email"]))[-1]

    def confirm(self, mail: SentMail) -> Answer:
        """Press the button behind the link of an opt-in mail."""
        return self.request("POST", "/api/registrations/confirm", {"token": mail.token("confirm")})

    def a_client_with_initial_password(self, **changes: Any) -> str:
        """Register, confirm and return the initial password."""
        assert self.confirm(self.register(**changes)).status == 200
        self.run_mailer()
        return self.mails()[-1].password

    def a_client(self, **changes: Any) -> str:
        """Register, confirm and choose ``PASSWORD``; return an access token of full scope."""
        from tests.support.people import PASSWORD

        initial = self.a_client_with_initial_password(**changes)
        token = self.log_in(initial, changes.get("email", "erika.muster@example.com")).json["access_token"]
        body = {"current_password": initial, "new_password": PASSWORD, "delivery": "body"}
        answer = self.request("PUT", "/api/password", body, token=token)
        assert answer.status == 200, answer.text
        self.run_mailer()  # the notice of the change
        return str(answer.json["access_token"])

    def next_mail(self, to: str | None = None) -> SentMail:
        """Run the mailer and return the newest mail."""
        self.run_mailer()
        return self.mails(to)[-1]

    def log_in(self, password: str, email: str = "erika.muster@example.com", **more: Any) -> Answer:
        """Log in."""
        return self.request("POST", "/api/login", {"email": email, "password": password, **more})


@contextmanager
def faults(world: World, before: Any = None, after: Any = None) -> Iterator[None]:
    """Let hooks fail or delay AWS calls for a while."""
    world.hooks.before, world.hooks.after = before, after
    try:
        yield
    finally:
        world.hooks.before = world.hooks.after = None
