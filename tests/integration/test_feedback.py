"""What becomes of mails, as SES tells it: marks, notices that stop, and addresses that SES is to forget."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.adapters.aws import Absent, Aws, Misconfigured
from portal.adapters.ses import SesSuppressionList
from portal.domain.errors import Unavailable
from portal.events.feedback import FeedbackFailed
from portal.flows.erase_addresses import EraseAddresses, Swept
from tests.integration.conftest import Written
from tests.support.people import OTHER_IBAN, PASSWORD, a_registration
from tests.support.ses_events import DIAGNOSIS, TO, bounce, complaint, delay, reject, rendering_failure, ses_event
from tests.support.world import START, World, faults

DAY = 86_400
NEW = "erika.neu@example.net"


def order_of(world: World, place: int = -1) -> str:
    """Return the order of a mail that was sent, the newest by default."""
    return str(world.hooks.mails[place]["EmailTags"][0]["Value"])


def outcome(world: World, event: dict[str, Any]) -> str:
    (answer,) = world.tell(event)
    return str(answer["outcome"])


def account(world: World) -> dict[str, Any]:
    return next(item for item in world.items("AccountsTable") if item["pk"].startswith("account#"))


def attempt(world: World) -> dict[str, Any]:
    return next(item for item in world.items("RegistrationsTable") if item["pk"].startswith("attempt#"))


def erasures(world: World) -> list[dict[str, Any]]:
    """Return addresses that wait for being erased."""
    return [item for item in world.items("OutboxTable") if item.get("due_shard") == "erasures"]


def subjects(world: World, to: str = TO) -> list[str]:
    return [mail.subject for mail in world.mails(to)]


def unreachable(world: World, email: str = TO) -> Any:
    return world.ops(action="status", email=email)["account"]["unreachable"]


def metrics(written: Written) -> dict[str, float]:
    """Return the sum of each metric of the function."""
    found: dict[str, float] = {}
    for line in written.getvalue().splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                found[metric["Name"]] = found.get(metric["Name"], 0) + sum(entry[metric["Name"]])
    return found


def resend(world: World) -> None:
    assert world.request("POST", "/api/registrations/resend", {"email": TO}).status == 202
    world.run_mailer()


# ------------------------------------------------------------ attempts


@pytest.mark.parametrize("told", [bounce, complaint])
def test_an_attempt_whose_mail_came_back_is_mailed_no_more(world: World, told: Callable[[str], dict[str, Any]]) -> None:
    mail = world.register()
    assert outcome(world, told(order_of(world))) == "marked"
    assert attempt(world)["refused_at"] == START
    resend(world)
    assert len(subjects(world)) == 1
    # Its link works all the same: somebody has it.
    assert world.confirm(mail).status == 200


def test_another_registration_of_the_address_gets_its_mail(world: World) -> None:
    world.register(last_name="Vorher")
    world.tell(bounce(order_of(world)))
    world.clock.advance(60)
    world.register()
    assert len(subjects(world)) == 2
    # And the repeated mail names that one alone.
    world.clock.advance(60)
    resend(world)
    assert len(re.findall(r"/confirm#token=", world.mails(TO)[-1].text)) == 1


def test_a_repeated_mail_that_comes_back_ends_those_of_all_attempts_that_it_names(world: World) -> None:
    world.register(last_name="Eins")
    world.clock.advance(60)
    world.register(last_name="Zwei")
    world.clock.advance(60)
    resend(world)
    assert outcome(world, bounce(order_of(world))) == "marked"
    assert ["refused_at" in item for item in world.items("RegistrationsTable")] == [True, True]
    assert len(erasures(world)) == 2


def test_a_mail_that_waits_when_the_first_one_comes_back_is_dropped(world: World) -> None:
    world.register()
    row = next(item for item in world.items("OutboxTable") if item["kind"] == "opt_in")
    world.tell(bounce(order_of(world)))
    world.dynamodb.update_item(
        TableName="RegistrationsTable",
        Key={"pk": {"S": attempt(world)["pk"]}},
        UpdateExpression="REMOVE mail_sent_at",
    )
    again = {**row, "status": "pending", "pk": "again", "id": "again", "due_shard": "0", "next_attempt_at": START}
    from portal.adapters.dynamodb.items import put_new

    world.dynamodb.put_item(**put_new("OutboxTable", again))
    world.run_mailer()
    assert len(subjects(world)) == 1


def test_a_bounce_of_an_attempt_that_was_confirmed_since_marks_the_account(world: World) -> None:
    mail = world.register()
    order = order_of(world)
    world.confirm(mail)
    assert outcome(world, bounce(order)) == "marked"
    assert unreachable(world) == {"bounced_at": "2026-11-18T11:06:40Z", "complained_at": None}


# ------------------------------------------------------------ accounts


def test_a_hard_bounce_marks_a_confirmed_address_and_operators_see_it(world: World) -> None:
    world.a_client()
    assert unreachable(world) is None
    world.clock.advance(60)
    assert outcome(world, bounce(order_of(world), sub_type="NoEmail")) == "marked"
    assert unreachable(world) == {"bounced_at": "2026-11-18T11:07:40Z", "complained_at": None}
    assert world.ops(action="status", email=TO)["account"]["state"] == "active"


def test_a_reset_mail_that_comes_back_marks_the_account_too(world: World) -> None:
    world.a_client()
    world.request("POST", "/api/password-reset", {"email": TO})
    world.run_mailer()
    world.tell(bounce(order_of(world)))
    assert unreachable(world)["bounced_at"]


def test_the_mark_says_since_when_and_a_complaint_stands_beside_it(world: World) -> None:
    world.a_client()
    first, second = order_of(world, -2), order_of(world)
    world.tell(bounce(first))
    world.clock.advance(60)
    world.tell(bounce(second))
    world.tell(complaint(second))
    assert unreachable(world) == {"bounced_at": "2026-11-18T11:06:40Z", "complained_at": "2026-11-18T11:07:40Z"}


def test_a_complaint_stops_notices_and_not_what_was_asked_for(world: World) -> None:
    token = world.a_client()
    world.tell(complaint(order_of(world)))
    before = len(subjects(world))
    etag = world.request("GET", "/api/profile", token=token).headers["ETag"]
    changed = {"iban": OTHER_IBAN}
    answer = world.request("PUT", "/api/profile/bank-details", changed, token=token, headers={"If-Match": etag})
    assert answer.status == 200, answer.text
    world.run_mailer()
    assert len(subjects(world)) == before
    world.request("POST", "/api/password-reset", {"email": TO})
    assert "/reset#token=" in world.next_mail(TO).text
    world.request("DELETE", "/api/profile", token=token)
    assert "geschlossen" in world.next_mail(TO).subject
    assert len(subjects(world)) == before + 2


def test_a_thief_can_not_silence_the_former_address(world: World) -> None:
    token = world.a_client()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW}, token=token)
    link = world.next_mail(NEW).token("email-change")
    world.tell(complaint(order_of(world), to=NEW))
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200
    world.run_mailer()
    assert "E-Mail-Adresse" in subjects(world)[-1]


def test_a_change_of_address_clears_it(world: World) -> None:
    token = world.a_client()
    world.tell(bounce(order_of(world)))
    world.tell(complaint(order_of(world)))
    change_email(world, token)
    assert unreachable(world, NEW) is None
    assert not {"bounced_at", "complained_at"} & set(account(world))


def change_email(world: World, token: str) -> None:
    """Ask for the new address and press the button behind its link."""
    assert world.request("POST", "/api/profile/email-change", {"new_email": NEW}, token=token).status == 202
    link = world.next_mail(NEW).token("email-change")
    assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200
    world.run_mailer()


def test_a_late_bounce_of_the_former_address_does_not_mark_the_new_one(world: World) -> None:
    token = world.a_client()
    late = order_of(world)
    change_email(world, token)
    assert outcome(world, bounce(late)) == "gone"
    # Nor does the mail that told the former address of the change.
    assert outcome(world, bounce(order_of(world))) == "gone"
    assert unreachable(world, NEW) is None


def test_a_change_of_address_in_the_same_moment_wins(world: World) -> None:
    token = world.a_client()
    order = order_of(world)
    assert world.request("POST", "/api/profile/email-change", {"new_email": NEW}, token=token).status == 202
    link = world.next_mail(NEW).token("email-change")
    done: list[int] = []

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items" and not done:
            done.append(0)
            assert world.request("POST", "/api/email-changes/confirm", {"token": link}).status == 200

    with faults(world, before=before):
        assert outcome(world, bounce(order)) == "gone"
    assert (done, unreachable(world, NEW)) == ([0], None)


def test_an_account_that_is_given_back_with_its_former_address_is_reachable(world: World) -> None:
    token = world.a_client()
    change_email(world, token)
    world.request("POST", "/api/password-reset", {"email": NEW})
    world.run_mailer()
    world.tell(bounce(order_of(world), to=NEW))
    assert unreachable(world, NEW) is not None
    assert world.ops(action="restore", email=TO, to_former_address=True)["ok"]
    assert unreachable(world) is None


@pytest.mark.parametrize("by", ["email", "account_id"])
def test_operators_declare_an_address_reachable(world: World, by: str) -> None:
    world.a_client()
    order = order_of(world)
    world.tell(bounce(order))
    world.suppressed[TO] = START
    target = {"email": TO} if by == "email" else {"account_id": account(world)["id"]}
    assert world.ops(action="reachable", **target)["outcome"] == "done"
    assert unreachable(world) is None
    assert world.run_erasure()["erased"] == 1
    assert world.suppressed == {}
    # Nor does the same feedback, told once more, mark it again.
    assert outcome(world, bounce(order)) == "already"
    assert unreachable(world) is None
    assert world.ops(action="reachable", email="niemand@example.com")["code"] == "not_found"


def test_every_answer_is_the_same_after_a_bounce(world: World) -> None:
    def answers() -> list[tuple[int, str, dict[str, int]]]:
        found = []
        world.call_counts()
        for method, path, body in (
            ("POST", "/api/registrations", a_registration()),
            ("POST", "/api/registrations/resend", {"email": TO}),
            ("POST", "/api/password-reset", {"email": TO}),
        ):
            answer = world.request(method, path, body)
            found.append((answer.status, re.sub(r'"reference": ?"\w+"', "", answer.text), world.call_counts()))
        token = world.log_in(PASSWORD).json["access_token"]
        profile = world.request("GET", "/api/profile", token=token)
        return [*found, (profile.status, profile.text + profile.headers["ETag"], {})]

    world.a_client()
    world.log_in(PASSWORD)
    before = answers()
    world.tell(bounce(order_of(world)))
    world.tell(complaint(order_of(world)))
    assert unreachable(world) is not None
    assert answers() == before


def test_the_export_shows_the_marks_to_their_owner(world: World) -> None:
    token = world.a_client()
    world.tell(bounce(order_of(world)))
    exported = world.request("GET", "/api/profile/export", token=token).json
    assert exported["account"]["bounced_at"] == "2026-11-18T11:06:40Z"


# ------------------------------------------------------------ what only counts


@pytest.mark.parametrize(
    ("told", "metric"),
    [
        (lambda order: bounce(order, "Transient", "MailboxFull"), "MailsBouncedForNow"),
        (lambda order: bounce(order, "Undetermined", "Undetermined"), "MailsBouncedForNow"),
        (delay, "MailsDelayed"),
        (reject, "MailsRejected"),
        (rendering_failure, "MailsRejected"),
    ],
)
def test_anything_else_is_counted_and_changes_nothing(
    world: World, written: Written, told: Callable[[str], dict[str, Any]], metric: str
) -> None:
    world.a_client()
    before = {name: world.items(name) for name in ("AccountsTable", "OutboxTable")}
    assert outcome(world, told(order_of(world))) == "counted"
    assert metrics(written)[metric] == 1
    assert {name: world.items(name) for name in before} == before


def test_a_mail_that_somebody_takes_out_of_their_spam_is_no_complaint(world: World) -> None:
    world.a_client()
    assert world.tell(complaint(order_of(world), "not-spam")) == []
    assert outcome(world, complaint(order_of(world), None)) == "marked"


def test_feedback_that_comes_twice_changes_nothing_the_second_time(world: World, written: Written) -> None:
    world.register()
    order = order_of(world)
    assert [outcome(world, bounce(order)) for _ in range(2)] == ["marked", "already"]
    assert len(erasures(world)) == 1
    assert metrics(written)["MailsBounced"] == 1


def test_an_order_that_nobody_knows_is_counted_and_nothing_else(world: World, written: Written) -> None:
    world.a_client()
    before = world.items("AccountsTable")
    assert outcome(world, bounce("no-such-order")) == "unknown"
    order = order_of(world)
    world.clock.advance(15 * DAY)
    assert outcome(world, bounce(order)) == "unknown"
    assert world.items("AccountsTable") == before
    assert metrics(written)["FeedbackUnknown"] == 2


def test_feedback_on_what_is_gone_is_counted_and_nothing_else(world: World) -> None:
    token = world.a_client()
    of_account = order_of(world)
    world.request("DELETE", "/api/profile", token=token)
    world.run_mailer()
    assert outcome(world, bounce(of_account)) == "gone"
    assert outcome(world, bounce(order_of(world))) == "gone"
    mail = world.register()
    assert world.request("POST", "/api/registrations/reject", {"token": mail.token("reject")}).status == 204
    assert outcome(world, complaint(order_of(world))) == "gone"


def test_ses_may_be_faster_than_the_mailer(world: World) -> None:
    """An address on the list comes back at once; the platform tells it again a minute later."""
    told: list[str] = []

    def after(_service: str, operation: str, parameters: Any) -> None:
        if operation == "send_email":
            told.append(parameters["EmailTags"][0]["Value"])
            with pytest.raises(FeedbackFailed):
                world.tell(bounce(told[0], sub_type="OnAccountSuppressionList"))

    with faults(world, after=after):
        world.register()
    assert "refused_at" not in attempt(world)
    assert outcome(world, bounce(told[0], sub_type="OnAccountSuppressionList")) == "marked"


def test_an_outage_leaves_feedback_to_the_next_try(world: World) -> None:
    world.register()
    order = order_of(world)

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "transact_write_items":
            raise Unavailable

    with faults(world, before=before), pytest.raises(FeedbackFailed) as failed:
        world.tell(bounce(order))
    assert str(failed.value) == ""
    assert erasures(world) == []
    assert outcome(world, bounce(order)) == "marked"


def test_what_can_not_be_read_is_told_to_nobody_but_the_queue(world: World, written: Written) -> None:
    for payload in ({}, {"feedback": "Open", "order": ["o"]}, {"feedback": "Bounce", "bounce": "New", "order": ["o"]}):
        with pytest.raises(FeedbackFailed):
            world.feedback(payload, None)
    for order in (None, "o", [], ["a", "b"], [1], [TO], ["x" * 65], [""]):
        with pytest.raises(FeedbackFailed):
            world.feedback({"feedback": "Reject", "order": order}, None)
    assert written.getvalue().count("feedback_unread") == 11


def test_no_address_reaches_the_log(world: World, written: Written) -> None:
    world.register()
    order = order_of(world)
    for event in (bounce(order), complaint(order), delay(order), reject(order), bounce("unknown-order")):
        world.tell(event)
    world.suppressed[TO] = 0
    world.run_erasure()
    text = written.getvalue()
    assert '"message":"feedback"' in text
    assert not [word for word in (TO, "example.com", "User unknown", DIAGNOSIS, "mx.example") if word in text]


# ------------------------------------------------------------ erasure


def test_a_day_after_the_closing_the_address_leaves_the_list(world: World) -> None:
    token = world.a_client(email="Erika.Muster@Example.com")
    world.request("DELETE", "/api/profile", token=token)
    world.run_mailer()
    # The farewell itself comes back.
    world.suppressed["Erika.Muster@example.com"] = START
    assert world.run_erasure() == {"swept": 0, "overdue": 0}
    world.clock.advance(DAY)
    assert world.run_erasure()["erased"] == 1
    assert world.suppressed == {}
    assert erasures(world) == []
    assert [item for item in world.items("OutboxTable") if "recipient" in item] == []
    assert "erased" not in world.run_erasure()


def test_a_farewell_that_ses_refuses_for_good_is_followed_by_the_erasure_too(world: World) -> None:
    from portal.domain.errors import MailRefused

    token = world.a_client()
    world.request("DELETE", "/api/profile", token=token)

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "send_email":
            raise MailRefused

    with faults(world, before=before):
        for _ in range(30):
            world.run_mailer()
            world.clock.advance(3600)
    world.suppressed[TO] = START
    world.clock.advance(DAY)
    assert world.run_erasure()["erased"] == 1
    assert world.suppressed == {}


def test_when_an_attempt_is_rejected_the_address_leaves_the_list(world: World) -> None:
    mail = world.register()
    world.tell(complaint(order_of(world)))
    world.suppressed[TO] = START
    world.clock.advance(DAY)
    assert world.run_erasure()["waiting"] == 1
    assert world.suppressed == {TO: START}
    assert world.request("POST", "/api/registrations/reject", {"token": mail.token("reject")}).status == 204
    world.clock.advance(DAY)
    assert world.run_erasure()["erased"] == 1
    assert (world.suppressed, erasures(world)) == ({}, [])


def test_before_an_attempt_expires_the_address_leaves_the_list_and_nothing_outlives_it(world: World) -> None:
    world.deploy(UnconfirmedLifetimeSeconds=str(3 * DAY))
    world.register()
    world.tell(bounce(order_of(world)))
    world.suppressed[TO] = START
    (erasure,) = erasures(world)
    assert erasure["expires_at"] == attempt(world)["expires_at"]
    for _ in range(3 * 24 * 4 - 1):
        world.clock.advance(900)
        world.run_erasure()
    assert world.clock() < attempt(world)["expires_at"]
    assert (world.suppressed, erasures(world)) == ({}, [])


def test_a_new_address_that_came_back_leaves_the_list_when_its_day_is_over(world: World) -> None:
    token = world.a_client()
    world.request("POST", "/api/profile/email-change", {"new_email": NEW}, token=token)
    world.next_mail(NEW)
    order = next(order_of(world, place) for place, mail in enumerate(world.mails()) if NEW in mail.to)
    assert outcome(world, bounce(order, to=NEW)) == "marked"
    assert unreachable(world) is None
    world.suppressed[NEW] = START
    world.clock.advance(DAY)
    world.run_erasure()
    assert world.suppressed == {}


def test_whatever_is_older_than_28_days_leaves_the_list_one_a_second(world: World) -> None:
    world.clock.now = START + 40 * DAY
    old = {f"wer{number}@example.org": START + number for number in range(5)}
    young = {"neu@example.org": START + 13 * DAY}
    world.suppressed |= {**old, **young}
    assert world.run_erasure(steps=3) == {"swept": 3, "overdue": 2}
    assert world.run_erasure() == {"swept": 2, "overdue": 0}
    assert world.suppressed == young
    assert world.pauses == [1.0] * 5


def test_a_list_longer_than_a_run_looks_at_is_left_to_the_next(world: World, written: Written) -> None:
    world.suppressed |= {f"wer{number}@example.org": 0 for number in range(501)}
    assert world.run_erasure() == {"swept": 500, "overdue": 1}
    assert world.run_erasure() == {"swept": 1, "overdue": 0}
    assert metrics(written)["AddressesErased"] == 501


def test_where_ses_has_no_such_list_nothing_is_on_it(world: World) -> None:
    """As on the local stack."""
    token = world.a_client()
    world.request("DELETE", "/api/profile", token=token)
    world.run_mailer()
    world.clock.advance(DAY)

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if "suppressed" in operation:
            raise Absent if operation.startswith("delete") else Misconfigured(operation, "NotFoundException")

    with faults(world, before=before):
        assert world.run_erasure() == {"erased": 1, "swept": 0, "overdue": 0}


@pytest.mark.parametrize(
    ("failure", "said"), [(Unavailable(), "postponed"), (Misconfigured("Delete", "AccessDeniedException"), "broken")]
)
def test_an_address_that_could_not_be_erased_stays_due(
    world: World, written: Written, failure: Exception, said: str
) -> None:
    token = world.a_client()
    world.request("DELETE", "/api/profile", token=token)
    world.run_mailer()
    world.clock.advance(DAY)
    world.suppressed[TO] = START

    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "delete_suppressed_destination":
            raise failure

    with faults(world, before=before):
        if said == "broken":
            with pytest.raises(FeedbackFailed):
                world.run_erasure()
        else:
            assert world.run_erasure()["postponed"] == 1
    assert f'"{said}":1' in written.getvalue()
    assert world.run_erasure()["erased"] == 1
    assert world.suppressed == {}


def test_a_list_that_does_not_answer_is_a_failed_run_and_no_empty_list(world: World) -> None:
    def before(_service: str, operation: str, _parameters: Any) -> None:
        if operation == "list_suppressed_destinations":
            raise Unavailable

    with faults(world, before=before), pytest.raises(FeedbackFailed):
        world.run_erasure()


def test_events_of_other_senders_and_other_mails_are_not_heard(world: World) -> None:
    world.register()
    order = order_of(world)
    assert world.tell(bounce(order, configuration_set="others")) == []
    assert world.tell({**bounce(order), "source": "local.ses"}) == []
    assert world.tell(ses_event("Delivery", order, delivery={"recipients": [TO]})) == []


# ------------------------------------------------------------ late, slow and odd


@pytest.mark.parametrize(("path", "late"), [("/api/password-reset", 4 * 3600), ("/api/registrations/resend", 13 * DAY)])
def test_feedback_that_comes_after_the_time_of_its_order_is_heard(world: World, path: str, late: int) -> None:
    """A complaint comes when somebody reads the mail, a bounce may take days."""
    world.a_client()
    world.request("POST", path, {"email": TO})
    world.run_mailer()
    order = order_of(world)
    world.clock.advance(late)
    assert outcome(world, complaint(order)) == "marked"


class Listing:
    """SES's list behind the client of boto3, a call a second; some entries are odd."""

    def __init__(self, *addresses: str, broken: str = "", odd: str = "") -> None:
        self.left, self.broken, self.odd = list(addresses), broken, odd
        self.now, self.last = 0.0, -1.0

    def _pace(self) -> None:
        if self.now - self.last < 1:
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "Operation")
        self.last = self.now

    def list_suppressed_destinations(self, **_: object) -> dict[str, Any]:
        self._pace()
        return {"SuppressedDestinationSummaries": [{"EmailAddress": address} for address in self.left]}

    def delete_suppressed_destination(self, EmailAddress: str) -> None:  # noqa: N803 - as AWS names it
        self._pace()
        codes = {self.broken: "InternalServiceErrorException", self.odd: "BadRequestException"}
        if EmailAddress not in self.left:
            raise ClientError({"Error": {"Code": "NotFoundException"}}, "DeleteSuppressedDestination")
        if EmailAddress in codes:
            raise ClientError({"Error": {"Code": codes[EmailAddress]}}, "DeleteSuppressedDestination")
        self.left.remove(EmailAddress)

    def wait(self, seconds: float) -> None:
        self.now += seconds


def sweep(listing: Listing) -> Swept:
    aws = Aws()
    aws._clients["sesv2"] = listing  # noqa: SLF001 - what boto3 would make
    nothing: Any = None
    return EraseAddresses(
        nothing, SesSuppressionList(aws), nothing, nothing, nothing, lambda: START, listing.wait
    ).sweep(lambda: True)


def test_a_sweep_keeps_to_the_pace_of_ses_from_its_first_call_on() -> None:
    assert sweep(Listing("a@example.com", "b@example.com", "c@example.com")) == Swept(deleted=3, left=0)


def test_one_address_that_ses_does_not_delete_keeps_no_other_one_on_the_list_and_counts_as_left() -> None:
    addresses = [f"p{number}@example.com" for number in range(20)]
    listing = Listing(*addresses, broken="p0@example.com", odd="p7@example.com")
    assert sweep(listing) == Swept(deleted=18, left=2)
    assert listing.left == ["p0@example.com", "p7@example.com"]


def test_an_address_that_is_not_on_the_list_is_no_failed_call(written: Written) -> None:
    aws = Aws()
    aws._clients["sesv2"] = Listing()  # noqa: SLF001 - what boto3 would make
    SesSuppressionList(aws).remove("a@example.com")
    assert "CallsFailed" not in written.getvalue()
