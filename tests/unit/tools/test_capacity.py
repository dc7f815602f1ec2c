"""docs/capacity.md says what its tools compute, from what is deployed."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

from portal.adapters.dynamodb.records import DUE_SHARDS
from portal.domain.lifecycle import REVIEW_SHARDS
from portal.domain.sweep import EXPIRY_SHARDS
from portal.events.mailer import _RESERVE_MILLISECONDS, _ROWS_PER_RUN
from tests.support.template import ROOT, functions, resources, template
from tools.capacity.calls import journey, steps
from tools.capacity.costs import costs, costs_by_list, mails, of_another, of_the_portal, prices, requests, used
from tools.capacity.document import DOCUMENT, TABLES, queue_table, written
from tools.capacity.facts import deployed, quotas
from tools.capacity.limits import COUNTER_OF_A_DAY, limits, units
from tools.capacity.scenarios import outcomes

TEXT = DOCUMENT.read_text(encoding="utf-8")


def of_prod(parameter: str) -> float:
    """Return the number that prod gives a parameter."""
    given = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))["prod"]["deploy"]["parameters"]
    values = dict(one.split("=", 1) for one in given["parameter_overrides"])
    return float(values[parameter])


def test_the_tables_of_the_document_are_those_of_the_tools() -> None:
    assert written(TEXT) == TEXT, "run make capacity-tables"


def test_the_document_shows_every_table_that_of_the_queue_among_them() -> None:
    assert all(f"<!-- begin {name}:" in TEXT for name in TABLES)
    assert queue_table() in TEXT


def test_the_mailer_is_deployed_as_it_is_simulated() -> None:
    properties = functions()["mailer"]
    stream, schedule = (properties["Events"][name]["Properties"] for name in ("Outbox", "Due"))
    found = deployed()
    assert found["mailer_timeout"] == properties["Timeout"]
    assert found["mailer_reserve"] * 1000 == _RESERVE_MILLISECONDS
    assert found["rows_per_shard"] == _ROWS_PER_RUN
    assert found["batch_size"] == stream["BatchSize"]
    assert found["record_age"] == stream["MaximumRecordAgeInSeconds"]
    assert found["parallelization"] == stream.get("ParallelizationFactor", 1)
    assert schedule["ScheduleExpression"] == f"rate({found['schedule_seconds'] // 60} minute)"


def test_parameters_and_shards_are_those_of_prod_and_of_the_code() -> None:
    found = deployed()
    assert found["mails_per_second"] == of_prod("MailsPerSecond")
    assert found["daily_mail_ceiling"] == of_prod("DailyMailCeiling")
    assert found["throttling_rate"] == of_prod("ThrottlingRateLimit")
    assert found["login_concurrency"] == of_prod("LoginReservedConcurrency")
    assert (found["due_shards"], found["expiry_shards"]) == (DUE_SHARDS, EXPIRY_SHARDS)
    assert found["review_shards"] == REVIEW_SHARDS


def test_functions_have_the_memory_that_is_paid_for() -> None:
    otherwise = template()["Globals"]["Function"]["MemorySize"]
    deployed_memory = {name: functions()[name].get("MemorySize", otherwise) for name in deployed()["memory"]}
    assert deployed()["memory"] == deployed_memory
    assert {step.function for step in steps()} == set(deployed_memory)


def test_the_standing_costs_are_of_what_the_template_has() -> None:
    watched = list(metrics_of_alarms())
    own = {json.dumps(one, sort_keys=True) for one in watched if one["Namespace"] == "Mandantenportal"}
    # Of two slots of a rotating key one is empty.
    keys = len(resources("AWS::KMS::Key")) - len(("LinkKey", "AccessTokenKey"))
    assert [(one["name"], one["number"]) for one in prices()["standing"]] == [
        ("KMS keys", keys),
        ("web ACL with one rule", len(resources("AWS::WAFv2::WebACL"))),
        ("metrics that alarms watch", len(watched)),
        ("own metrics that alarms watch", len(own)),
        ("dashboard", len(resources("AWS::CloudWatch::Dashboard"))),
    ]


def metrics_of_alarms() -> Iterator[dict[str, Any]]:
    """Yield namespace, name and dimensions of each metric that an alarm looks at."""
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        several = [one["MetricStat"]["Metric"] for one in alarm.get("Metrics", []) if "MetricStat" in one]
        for metric in several or [alarm]:
            yield {name: metric.get(name) for name in ("Namespace", "MetricName", "Dimensions")}


def test_the_units_of_a_step_are_those_of_its_tables() -> None:
    for step in steps():
        assert sum(step.written.values()) == step.writes, step.name


def test_of_each_opt_in_mail_the_counter_of_the_day_takes_a_unit() -> None:
    (opt_in,) = [step for step in journey() if step.name == "mail: opt-in"]
    # The slot of the mailbox and the counter of the day.
    assert opt_in.written["SessionsTable"] == 1 + COUNTER_OF_A_DAY


def test_limits_stand_in_the_order_in_which_they_are_reached() -> None:
    reached = [limit.journeys for limit in limits()]
    assert reached == sorted(reached)
    assert limits()[0].what == "`DailyMailCeiling`"
    assert units("OutboxTable/by-due") == 12


def test_a_journey_costs_what_its_pieces_cost() -> None:
    assert len(requests()) == 5
    assert len(mails()) == 3
    whole = costs(journey())
    assert whole["ses"] == 0.3
    assert whole["kms_ecc"] == 0.03
    assert used(journey())["dynamodb_writes"] == sum(step.writes for step in journey())
    assert costs_by_list(journey()) < sum(whole.values())


def test_the_summary_names_the_costs_and_the_waits_that_the_tables_show() -> None:
    summary = TEXT.partition("## A journey")[0]
    assert f"{sum(costs(requests()).values()):.3f} USD for their requests in eu-central-1" in summary
    assert f"{costs_by_list(requests()):.3f} by the list" in summary
    assert f"{sum(costs(mails()).values()):.2f} USD more" in summary
    played = {(scenario.name, scenario.shown): outcome for scenario, outcome in outcomes()}
    assert played["12 mails/s", "as deployed"].longest < 10
    outage = played["SES answers errors for an hour, 1 mail/s", "as deployed"]
    assert 25 * 60 < outage.caught_up < 35 * 60


def test_others_ask_for_users_above_the_free_ones_or_by_steps() -> None:
    asked = {one["name"]: [of_another(one, users) for users in (1_000, 10_000, 50_000)] for one in prices()["other"]}
    assert asked["Cognito Essentials"] == [0, 0, 600]
    assert asked["Cognito Plus"] == [20, 200, 1000]
    assert asked["Auth0 B2B Essentials"] == [300, 2100, None]
    assert of_the_portal(0) == sum(one["number"] * one["each"] for one in prices()["standing"])


def test_every_number_from_elsewhere_says_where_it_stands() -> None:
    sources = [one["source"] for kind in ("price", "standing", "other") for one in prices()[kind]]
    sources += [quota.source for quota in quotas().values()]
    assert all("https://" in one or "as above" in one or "quoted" in one or "from memory" in one for one in sources)
