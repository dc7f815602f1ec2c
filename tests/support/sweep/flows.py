"""All flows: requests from the journeys of the API, and what schedules, streams and operators start."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from portal.domain.outbox import MailKind
from tests.support.feed import a_case_line, a_client_line, a_removal_line, bring, objects
from tests.support.journeys import EMAIL, JOURNEYS, NEW_EMAIL, Journey
from tests.support.people import PASSWORD, a_registration
from tests.support.ses_events import bounce, complaint
from tests.support.sweep import promises
from tests.support.sweep.flow import Act, End, Flow, Promise, Step, Told, of_event, of_operators, of_request
from tests.support.sweep.invariants import LONGEST_LIFE, of_kind
from tests.support.world import START, Answer, LambdaContext, World

DAY = 86_400
_BY_NAME = {journey.name: journey for journey in JOURNEYS}


def name_of(journey: Journey) -> str:
    """Return a name without slashes, such as ``post-registrations-confirm``."""
    return re.sub(r"[^a-z]+", "-", journey.name.lower().replace("/api", "")).strip("-")


# ------------------------------------------------------------ requests


def _of_journey(journey: Journey) -> Flow:
    again = {journey.again} if journey.again else set()
    return Flow(
        name_of(journey),
        lambda world: Act(journey.prepare(world)),
        of_request(journey.status, again),
        promises.BY_JOURNEY.get(journey.name, promises.nothing_is_changed),
        repeats=not again,
    )


def _registering_again(world: World) -> Act:
    world.a_client()
    return Act(lambda: world.request("POST", "/api/registrations", a_registration()))


def _confirming_one_of_two(world: World) -> Act:
    """Two attempts of one address, both confirmed in the same moment."""
    tokens = [world.register(last_name=name).token("confirm") for name in ("Mustermann", "Fremdling")]
    first, second = (partial(_confirm, world, token) for token in tokens)
    return Act(first, rival=second)


def _confirm(world: World, token: str) -> Answer:
    return world.request("POST", "/api/registrations/confirm", {"token": token})


def _moving_where_somebody_registers(world: World) -> Act:
    """A new address is confirmed in the very moment in which a registration for it is."""
    world.register(email=NEW_EMAIL)
    token = world.mails(NEW_EMAIL)[-1].token("confirm")
    move = _BY_NAME["POST /api/email-changes/confirm"].prepare(world)
    return Act(move, rival=partial(_confirm, world, token))


def _logging_in_while_the_password_changes(world: World) -> Act:
    change = _BY_NAME["PUT /api/password"].prepare(world)
    initial = world.mails(EMAIL)[-1].password
    return Act(lambda: world.log_in(initial), rival=change)


def _one_of_two_is_open(end: End) -> None:
    assert promises.account(end)["canonical_email"] == EMAIL
    assert len(of_kind(end.rows("AccountsTable"), "credential#")) == 1
    promises.is_open(end)


def _address_has_one_holder(end: End) -> None:
    assert promises.lets_in(end, PASSWORD, promises.NEW) or promises.lets_in(end, PASSWORD)


OTHER_REQUESTS = (
    Flow("register-known-address", _registering_again, of_request(202), promises.has_its_own_password),
    Flow("confirm-one-of-two", _confirming_one_of_two, of_request(200, {410}), _one_of_two_is_open),
    Flow(
        "move-where-somebody-registers",
        _moving_where_somebody_registers,
        of_request(200, {410}),
        _address_has_one_holder,
    ),
    Flow(
        "login-while-the-password-changes",
        _logging_in_while_the_password_changes,
        of_request(200, {401}),
        promises.nothing_more,
    ),
)


# ------------------------------------------------------------ mails


def _pending_records(world: World) -> list[dict[str, Any]]:
    pending = [row["pk"] for row in world.items("OutboxTable") if row["status"] == "pending"]
    return [{"dynamodb": {"Keys": {"pk": {"S": pk}}, "SequenceNumber": str(n)}} for n, pk in enumerate(pending)]


def _by_schedule(world: World) -> Step:
    return lambda: world.mailer({"task": "send_due"}, LambdaContext())


def _by_stream(world: World) -> Step:
    records = _pending_records(world)
    assert records
    return lambda: world.mailer({"Records": records}, LambdaContext())


def _of_mails(
    name: str, kinds: tuple[MailKind, ...], order: Callable[[World], Step | None], promise: Promise
) -> Iterator[Flow]:
    """Return flows in which the mailer works on what was ordered, woken by the stream, and some by the schedule.

    How rows are taken is one code for all kinds; what differs by the waker is which rows, and who tries again.
    """
    wakers = {"stream": _by_stream, **({"schedule": _by_schedule} if name in _BY_SCHEDULE_TOO else {})}
    for waker, wake in wakers.items():

        def prepare(world: World, wake: Callable[[World], Step] = wake) -> Act:
            rival = order(world)
            return Act(wake(world), rival)

        yield Flow(f"mail-{name}-by-{waker}", prepare, of_event, promise, wait=60, mails=kinds)


def _ordered_by(journey: str) -> Callable[[World], None]:
    """Return what carries out the request of a journey, and leaves its mails to the flow."""

    def order(world: World) -> None:
        request = _BY_NAME[journey].prepare(world)
        assert request().status == _BY_NAME[journey].status

    return order


def _order_for_a_known_address(world: World) -> None:
    assert _registering_again(world).step().status == 202


def _order_several(world: World) -> None:
    """Two attempts at one address and a mail with all of them: each has to be named."""
    for name in ("Mustermann", "Müller"):
        assert world.request("POST", "/api/registrations", a_registration(last_name=name)).status == 202
    assert world.request("POST", "/api/registrations/resend", {"email": EMAIL}).status == 202


def _order_credentials_and_reset(world: World) -> Step:
    """The mail with the initial password is late, and its owner chooses a password by a reset meanwhile."""
    world.confirm(world.register())
    assert world.request("POST", "/api/password-reset", {"email": EMAIL}).status == 202
    records = [one for one in _pending_records(world) if _kind(world, one) == "password_reset"]
    world.mailer({"Records": records}, LambdaContext())
    body = {"token": world.mails(EMAIL)[-1].token("reset"), "new_password": PASSWORD}
    return lambda: world.request("POST", "/api/password-reset/confirm", body)


def _kind(world: World, record: dict[str, Any]) -> str:
    pk = record["dynamodb"]["Keys"]["pk"]["S"]
    return next(str(row["kind"]) for row in world.items("OutboxTable") if row["pk"] == pk)


def _chosen_or_initial(end: End) -> None:
    """The reset decides where it took place; else the initial password opens the account."""
    (credential,) = of_kind(end.rows("AccountsTable"), "credential#")
    if credential["password_kind"] == "chosen":
        promises.has_its_own_password(end)
    else:
        promises.is_open(end)


def _order_by_review(world: World) -> None:
    world.a_client_with_initial_password()
    world.clock.now = START + 76 * DAY
    assert world.run_review()["announced"] == 1


def _order_by_operators(*actions: str) -> Callable[[World], None]:
    def order(world: World) -> None:
        world.a_client()
        for action in actions:
            world.run_mailer()
            assert world.ops(action=action, email=EMAIL)["ok"]

    return order


def _every_attempt_was_named(end: End) -> None:
    attempts = end.rows("RegistrationsTable")
    assert len(attempts) == 2
    texts = "\n".join(mail.text for mail in end.world.mails(EMAIL))
    assert all(f"Kennung {attempt['reference']}" in texts for attempt in attempts)
    promises.leads_to_an_account(end)


_BY_SCHEDULE_TOO = {"opt-in", "credentials-or-reset", "farewell"}
MAILS: tuple[tuple[str, tuple[MailKind, ...], Callable[[World], Step | None], Promise], ...] = (
    ("opt-in", ("opt_in",), _ordered_by("POST /api/registrations"), promises.leads_to_an_account),
    ("opt-in-several", ("opt_in", "resend"), _order_several, _every_attempt_was_named),
    ("already-registered", ("opt_in",), _order_for_a_known_address, promises.has_its_own_password),
    ("resend", ("resend",), _ordered_by("POST /api/registrations/resend"), promises.leads_to_an_account),
    ("credentials", ("credentials",), _ordered_by("POST /api/registrations/confirm"), promises.is_open),
    ("credentials-or-reset", ("credentials",), _order_credentials_and_reset, _chosen_or_initial),
    ("reset", ("password_reset",), _ordered_by("POST /api/password-reset"), promises.reset_leads_in),
    ("new-device", ("new_device_login",), _ordered_by("POST /api/login (new device)"), promises.notice_blocks),
    (
        "password-set",
        ("password_set_by_link",),
        _ordered_by("POST /api/password-reset/confirm"),
        promises.notice_blocks,
    ),
    ("password-changed", ("password_changed",), _ordered_by("PUT /api/password"), promises.notice_blocks),
    ("bank-details", ("bank_details_changed",), _ordered_by("PUT /api/profile/bank-details"), promises.notice_blocks),
    (
        "new-address",
        ("email_change", "email_change_requested"),
        _ordered_by("POST /api/profile/email-change"),
        promises.new_address_can_be_confirmed,
    ),
    ("moved", ("email_changed",), _ordered_by("POST /api/email-changes/confirm"), promises.notice_blocks),
    ("farewell", ("farewell",), _ordered_by("DELETE /api/profile"), promises.account_is_closed),
    ("closing-announced", ("closing_announced",), _order_by_review, promises.nothing_more),
    ("restricted", ("restriction_started",), _order_by_operators("restrict"), promises.nothing_more),
    (
        "restriction-ends",
        ("restriction_ending",),
        _order_by_operators("restrict", "lift_restriction"),
        promises.nothing_more,
    ),
)


# ------------------------------------------------------------ schedules


def _cleaning(world: World) -> Act:
    """Two registrations whose time is over, one whose is not, and a pending change of address that is over."""
    _BY_NAME["POST /api/profile/email-change"].prepare(world)()
    world.run_mailer()
    world.clock.now = START - LONGEST_LIFE + 2 * DAY
    for name in ("eins", "zwei"):
        world.register(email=f"{name}@example.net")
    world.clock.now = START + 2 * DAY - 600
    world.register(email="drei@example.net")
    world.run_cleanup()
    world.clock.now = START + 2 * DAY + 600
    return Act(world.run_cleanup)


def _only_what_lives_is_left(end: End) -> None:
    assert [row["canonical_email"] for row in end.rows("RegistrationsTable")] == ["drei@example.net"]
    sweeps = [row for row in end.rows("EvidenceTable") if row["kind"] == "sweep"]
    complete = [row for row in sweeps if row["complete"]]
    assert max(row["window"]["end"] for row in complete) >= START + 2 * DAY + 600
    before = sum(row["deleted"] for row in end.rows_before("EvidenceTable") if row["kind"] == "sweep")
    # What a killed run, or a second one beside it, deleted is in no row of its own; nothing counts twice.
    assert sum(row["deleted"] for row in sweeps) - before <= 2


def _reviewing(*days: int) -> Callable[[World], Act]:
    def prepare(world: World) -> Act:
        world.a_client_with_initial_password()
        for day in days[:-1]:
            world.clock.now = START + day * DAY
            world.run_review()
            world.run_mailer()
        # Well past the time, so that a clock which differs a little sees it too; the next run would be a day later.
        world.clock.now = START + days[-1] * DAY + 3600
        return Act(world.run_review)

    return prepare


def _closing_while_somebody_comes_back(world: World) -> Act:
    world.a_client()
    for day in (1082, 1096):
        world.clock.now = START + day * DAY + (0 if day == 1082 else 3600)
        if day == 1082:
            world.run_review()
            world.run_mailer()
    return Act(world.run_review, rival=lambda: world.log_in(PASSWORD))


def _closing_is_announced(end: End) -> None:
    (credential,) = of_kind(end.rows("AccountsTable"), "credential#")
    assert credential["closing_announced_at"]


def _is_gone(end: End) -> None:
    assert not end.rows("AccountsTable")


def _taking_in(world: World) -> Act:
    lines = (a_client_line(), a_case_line("A-1"), a_case_line("A-2"), a_case_line("A-1", version=2, status="court"))

    def reset() -> None:
        for key in objects(world):
            world.s3.delete_object(Bucket=world.names["FeedBucket"], Key=key)
        bring(world, "one.jsonl", *lines, a_removal_line("A-2"))

    reset()
    return Act(world.run_ingest, reset=reset)


def _of_feed(answer: dict[str, Any]) -> Told:
    """A file that waits belongs to a run that was killed, until its lease ends."""
    return "unclear" if answer["waiting"] or answer["failed"] else "done"


def _is_taken_in(end: End) -> None:
    cases = {row["sk"]: row for row in end.rows("MirrorTable") if row["sk"].startswith("case#")}
    assert [row["status"] for row in cases.values() if "status" in row] == ["court"]
    assert "reports/one.jsonl.json" in objects(end.world)


# ------------------------------------------------------------ feedback


def _order_of_last_mail(world: World) -> str:
    return str(world.hooks.mails[-1]["EmailTags"][0]["Value"])


def _an_attempt_bounces(world: World) -> Act:
    world.register()
    event = bounce(_order_of_last_mail(world))
    return Act(lambda: world.tell(event))


def _an_account_complains(world: World) -> Act:
    world.a_client()
    event = complaint(_order_of_last_mail(world))
    return Act(lambda: world.tell(event))


def _a_client_confirms_while_the_bounce_comes(world: World) -> Act:
    mail = world.register()
    event = bounce(_order_of_last_mail(world))
    return Act(lambda: world.tell(event), rival=lambda: world.confirm(mail))


def _erasing(world: World) -> Act:
    """Of a registration that bounced, and of a closed account."""
    _BY_NAME["DELETE /api/profile"].prepare(world)()
    world.run_mailer()
    world.register(email="drei@example.net")
    world.tell(bounce(_order_of_last_mail(world), to="drei@example.net"))
    listed = {"drei@example.net": world.clock.now, EMAIL: world.clock.now}
    world.clock.now += 2 * DAY
    world.suppressed.clear()

    def reset() -> None:
        world.suppressed.clear()
        world.suppressed.update(listed)

    reset()
    return Act(world.run_erasure, reset=reset)


def _attempt_is_marked(end: End) -> None:
    (attempt,) = of_kind(end.rows("RegistrationsTable"), "attempt#")
    assert attempt["refused_at"]
    assert [row for row in end.rows("OutboxTable") if row.get("due_shard") == "erasures"]
    # Its link works all the same: somebody has the mail.
    promises.leads_to_an_account(end)


def _account_is_marked(end: End) -> None:
    assert promises.account(end)["complained_at"]
    promises.has_its_own_password(end)


def _somebody_is_marked(end: End) -> None:
    attempts = of_kind(end.rows("RegistrationsTable"), "attempt#")
    (found,) = attempts or [promises.account(end)]
    assert found.get("refused_at") or found.get("bounced_at")


def _addresses_are_erased(end: End) -> None:
    assert EMAIL not in end.world.suppressed


def _of_erasure(answer: dict[str, Any]) -> Told:
    return "unclear" if answer.get("postponed") or answer["overdue"] else "done"


def _of_feedback(answers: list[dict[str, Any]]) -> Told:
    """Read what the function said, once for each rule that passed the event on."""
    return "done" if answers else "refused"


FEEDBACK = (
    Flow("feedback-of-attempt", _an_attempt_bounces, _of_feedback, _attempt_is_marked, wait=60),
    Flow("feedback-of-account", _an_account_complains, _of_feedback, _account_is_marked, wait=60),
    Flow(
        "feedback-while-somebody-confirms",
        _a_client_confirms_while_the_bounce_comes,
        _of_feedback,
        _somebody_is_marked,
        wait=60,
    ),
    Flow("feedback-erases", _erasing, _of_erasure, _addresses_are_erased, wait=60),
)

SCHEDULES = (
    Flow("cleanup", _cleaning, of_event, _only_what_lives_is_left, wait=900),
    Flow("review-announces", _reviewing(30, 76), of_event, _closing_is_announced, wait=60, repeats=False),
    Flow("review-closes", _reviewing(76, 90), of_event, _is_gone, wait=60, repeats=False),
    Flow("review-closes-or-not", _closing_while_somebody_comes_back, of_event, promises.nothing_more, wait=60),
    Flow(
        "review-keys",
        lambda world: Act(lambda: world.review({"task": "keys"}, LambdaContext())),
        of_event,
        promises.nothing_is_changed,
        wait=60,
    ),
    Flow("ingest", _taking_in, _of_feed, _is_taken_in, wait=60),
)


# ------------------------------------------------------------ operators


def _operating(action: str, before: Callable[[World], object], **event: Any) -> Callable[[World], Act]:
    def prepare(world: World) -> Act:
        before(world)
        about = event or {"email": EMAIL}
        return Act(lambda: world.ops(action=action, **about))

    return prepare


def _after(*actions: str) -> Callable[[World], None]:
    def before(world: World) -> None:
        world.a_client()
        for action in actions:
            assert world.ops(action=action, email=EMAIL)["ok"]
            world.run_mailer()

    return before


def _after_a_theft(world: World) -> None:
    _ordered_by("POST /api/email-changes/confirm")(world)
    world.run_mailer()


def _after_a_bounce(world: World) -> None:
    world.a_client()
    world.tell(bounce(_order_of_last_mail(world)))


def _is_reachable(end: End) -> None:
    assert "bounced_at" not in promises.account(end)


def _account_has(**wanted: Any) -> Promise:
    def promise(end: End) -> None:
        found = promises.account(end)
        assert {name: found.get(name) for name in wanted} == wanted

    return promise


def _sessions_are_over(end: End) -> None:
    generation = promises.account(end)["generation"]
    assert all(row["generation"] != generation for row in of_kind(end.rows("SessionsTable"), "session#"))


def _nobody_is_logged_in(end: End) -> None:
    assert not of_kind(end.rows("SessionsTable"), "session#")


def _is_given_back(end: End) -> None:
    """Only a reset opens it, mailed to the address that it has now."""
    assert promises.account(end)["canonical_email"] == EMAIL
    assert not promises.lets_in(end, PASSWORD)
    assert end.world.request("POST", "/api/password-reset", {"email": EMAIL}).status == 202
    end.settle()
    promises.reset_leads_in(end)


def _is_restricted(end: End) -> None:
    assert "restricted_at" in promises.account(end)
    assert "restriction_ends_at" not in promises.account(end)


def _restriction_ends(end: End) -> None:
    assert promises.account(end)["restriction_ends_at"] > end.world.clock.now


def _of_operators(name: str, prepare: Callable[[World], Act], promise: Promise) -> Flow:
    return Flow(f"ops-{name}", prepare, of_operators, promise, repeats=False)


OPERATIONS = (
    _of_operators("status", _operating("status", _after()), promises.nothing_is_changed),
    _of_operators("proof", _operating("proof", _after()), promises.nothing_is_changed),
    _of_operators("block", _operating("block", _after()), _account_has(blocked=True)),
    _of_operators("unblock", _operating("unblock", _after("block")), promises.has_its_own_password),
    _of_operators("end-sessions", _operating("end_sessions", _after()), _sessions_are_over),
    _of_operators(
        "end-all-sessions", _operating("end_all_sessions", _after(), confirm="everyone"), _nobody_is_logged_in
    ),
    _of_operators("restrict", _operating("restrict", _after()), _is_restricted),
    _of_operators("lift-restriction", _operating("lift_restriction", _after("restrict")), _restriction_ends),
    _of_operators("reachable", _operating("reachable", _after_a_bounce), _is_reachable),
    _of_operators("restore", _operating("restore", _after("block")), _is_given_back),
    _of_operators(
        "restore-to-former-address",
        _operating("restore", _after_a_theft, email=EMAIL, to_former_address=True),
        _is_given_back,
    ),
)

FLOWS: tuple[Flow, ...] = (
    *(_of_journey(journey) for journey in JOURNEYS if journey.tables + journey.keys),
    *OTHER_REQUESTS,
    *(flow for mail in MAILS for flow in _of_mails(*mail)),
    *SCHEDULES,
    *FEEDBACK,
    *OPERATIONS,
)
