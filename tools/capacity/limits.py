"""What saturates first as registrations per second rise, by arithmetic.

Each registration counts as a whole journey: all its requests and mails at the same rate. That is more than happens
(some never confirm), so each limit is reached later than computed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.capacity.calls import journey
from tools.capacity.facts import deployed, quotas, seconds_of
from tools.capacity.scenarios import as_deployed

_DAY_SECONDS = 86_400

COUNTER_OF_A_DAY = 1
"""Write units that each opt-in mail takes of one and the same item: the counter of all such mails of a day."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that ends.

    Args:
        what: it is.
        capacity: a second, in its own unit.
        unit: of the capacity.
        per_journey: what a journey takes of it.
        then: what happens beyond it.
        raised: how it is raised.
    """

    what: str
    capacity: float
    unit: str
    per_journey: float
    then: str
    raised: str

    @property
    def journeys(self) -> float:
        """How many journeys a second it bears."""
        return self.capacity / self.per_journey


def limits() -> list[Limit]:
    """Return all limits, that which is reached first at the top."""
    return sorted([*_of_mails(), *_of_requests(), *_of_keys(), *_of_tables()], key=lambda limit: limit.journeys)


def _of_mails() -> Iterator[Limit]:
    mails = sum(step.sends for step in journey())
    queue, late = as_deployed(), "mails wait, none is lost"
    pause = 1 / queue.mails_per_second
    yield Limit(
        "`DailyMailCeiling`",
        deployed()["daily_mail_ceiling"] / _DAY_SECONDS,
        "opt-in mails",
        1,
        "opt-in mails wait for the next day (UTC)",
        "the parameter, below half the SES quota of a day",
    )
    yield Limit("SES, a day", quotas()["ses_day"].value / _DAY_SECONDS, "mails", mails, late, "a request to AWS")
    yield Limit("SES, a second", queue.ses_rate, "mails", mails, late, "a request to AWS")
    yield Limit(
        "the mailer, woken by the stream",
        queue.lanes / (queue.work + pause),
        "mails",
        mails,
        "the schedule of the minute helps out, then mails wait",
        "`MailsPerSecond`, then `ParallelizationFactor` (1 to 10)",
    )
    yield Limit(
        "the mailer, woken by the schedule: only what was refused once",
        queue.takes_for / (queue.work + pause) / queue.schedule,
        "mails",
        mails,
        "what an outage left goes out slowly",
        "`MailsPerSecond`",
    )


def _of_requests() -> Iterator[Limit]:
    requests = [step for step in journey() if step.route]
    login = [step for step in requests if step.function == "login"]
    busy = sum(seconds_of(step) + step.sends / deployed()["mails_per_second"] for step in journey())
    refused = "429 with `Retry-After`"
    yield Limit(
        "`ThrottlingRateLimit`", deployed()["throttling_rate"], "requests", len(requests), refused, "the parameter"
    )
    yield Limit("API Gateway", quotas()["api_gateway"].value, "requests", len(requests), refused, "a request to AWS")
    yield Limit(
        "`LoginReservedConcurrency`",
        deployed()["login_concurrency"],
        "runs at a time",
        sum(map(seconds_of, login)),
        "logins answer 503 with `Retry-After`; nothing else does",
        "the parameter",
    )
    yield Limit(
        "Lambda, all functions",
        quotas()["lambda_concurrency"].value,
        "runs at a time",
        busy,
        "503 with `Retry-After`; mails wait",
        "a request to AWS",
    )


def _of_keys() -> Iterator[Limit]:
    signatures = sum(step.calls.get("kms:sign", 0) for step in journey())
    others = sum(step.calls_of("kms") for step in journey()) - signatures
    yield Limit(
        "KMS `Sign`",
        quotas()["kms_ecc"].value,
        "calls",
        signatures,
        "logins and refreshes answer 503",
        "a request to AWS",
    )
    yield Limit(
        "KMS, HMAC and encryption",
        quotas()["kms_symmetric"].value,
        "calls",
        others,
        "links answer 503, mails wait",
        "a request to AWS",
    )


def units(place: str) -> int:
    """Return the write units that a journey takes of a table, or of an index (``Table/index``)."""
    return sum(step.written.get(place, 0) for step in journey())


def _of_tables() -> Iterator[Limit]:
    one, answer = quotas()["partition_writes"].value, "503 with `Retry-After`"
    shards = {
        "OutboxTable/by-due": deployed()["due_shards"],
        "RegistrationsTable/by-expiry": deployed()["expiry_shards"],
        "AccountsTable/by-review": deployed()["review_shards"],
    }
    for index, number in shards.items():
        yield Limit(
            f"`{index.replace('Table/', '`, index `')}`, {number} shards",
            one * number,
            "write units",
            units(index),
            f"writes to the table are refused too: {answer}",
            "more shards (code)",
        )
    yield Limit(
        "the counter of opt-in mails of a day, one item",
        one,
        "write units",
        COUNTER_OF_A_DAY,
        "mails wait",
        "counting in shards (code)",
    )
    for table in ("RegistrationsTable", "AccountsTable", "SessionsTable", "OutboxTable", "EvidenceTable"):
        yield Limit(
            f"`{table.removesuffix('Table')}`, new and on demand",
            quotas()["table_writes"].value,
            "write units",
            units(table),
            f"{answer} for minutes, until it has grown",
            "by itself; before a campaign by warm throughput",
        )
