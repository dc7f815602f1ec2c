"""What looking at cases costs does not grow with their number (`make capacity`, some minutes)."""

import json
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import batched
from typing import Any

import pytest
from botocore.config import Config

from portal.adapters.aws import CONFIGS, Aws
from portal.adapters.dynamodb.client_area import ClientAreaTable
from portal.domain.case import Case, CaseStatus, Debtor
from portal.domain.ids import CaseId, ClientId
from portal.domain.search import CasePage, CaseQuery
from tests.support.mirror import a_case, a_client, put_mirrored
from tests.support.stack import Portal
from tests.support.template import ROOT
from tools.local.client import Stack

EMAIL = "erika.muster@example.com"
# The smaller one holds more than a piece of a file has lines, so that both fill one.
SIZES = {ClientId("K-1"): 1_200, ClientId("K-2"): 100_000}
_STATUSES = tuple(CaseStatus)
_LOADERS = 4
PIECE = 1_000
_UNIT = 4096

Question = Callable[[ClientAreaTable, ClientId], object]
QUESTIONS: dict[str, Question] = {
    "overview": lambda area, client: area.with_figures(client),
    "list, newest": lambda area, client: area.page(client, CaseQuery(), 25),
    "list, further on": lambda area, client: area.page(client, CaseQuery(after="2024-08-01#"), 25),
    "list of a status": lambda area, client: area.page(client, CaseQuery(status=CaseStatus.COURT), 25),
    "list by name": lambda area, client: area.page(client, CaseQuery(sort="debtor", descending=False), 25),
    "list of a status by amount": lambda area, client: area.page(
        client, CaseQuery(status=CaseStatus.COURT, sort="outstanding"), 25
    ),
    "found by words": lambda area, client: area.page(client, CaseQuery(term="beispiel"), 25),
    "found by words, of a status": lambda area, client: area.page(
        client, CaseQuery(term="beispiel", status=CaseStatus.COURT), 25
    ),
    "case": lambda area, client: area.with_case(client, CaseId("C-000777")),
    "piece of a file": lambda area, client: area.page(client, CaseQuery(), PIECE),
}


class Metered(Aws):
    """Notes what calls read, by the rules of DynamoDB: the emulator's own figures do not follow sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.forget()

    def forget(self) -> None:
        self.calls, self.looked_at, self.units = 0, 0, 0.0

    def call(self, service: Any, operation: str, **parameters: Any) -> dict[str, Any]:
        answer = super().call(service, operation, **parameters)
        self.calls += 1
        if operation == "query":
            shown, looked_at = len(answer["Items"]), answer["ScannedCount"]
            # What a filter leaves out was read as well; these items are all of one size.
            size = sum(map(_size, answer["Items"])) * looked_at // max(shown, 1)
            self.looked_at += looked_at
            self.units += math.ceil(size / _UNIT) * (1 if parameters.get("ConsistentRead") else 0.5)
        else:
            items = [item for found in answer["Responses"].values() for item in found]
            self.looked_at += len(items)
            self.units += sum(math.ceil(_size(item) / _UNIT) for item in items)
        return answer


def _size(item: dict[str, Any]) -> int:
    return len(json.dumps(item, ensure_ascii=False).encode())


def cases(client: ClientId, number: int) -> Iterator[Case]:
    """Yield cases that differ in nothing that has a size."""
    for place in range(number):
        yield a_case(
            f"C-{place:06d}",
            client_id=client,
            reference=f"R{place:06d}",
            status=_STATUSES[place % len(_STATUSES)],
            opened_on=date(2024, 1, 1) + timedelta(days=place % 1000),
            closed_on=date(2026, 11, 1),
            debtors=(Debtor("person", f"Beispiel {place * 7919 % 1_000_000:06d}", "Musterweg 1", "10115", "Berlin"),),
        )


@pytest.fixture(scope="module")
def area() -> Iterator[tuple[ClientAreaTable, Metered]]:
    with Stack(ROOT / ".local/capacity") as stack, pytest.MonkeyPatch.context() as patch:
        portal = Portal(stack)
        table = portal.outputs["MirrorTable"]
        for client, number in SIZES.items():
            put_mirrored(portal.dynamodb, table, [a_client(EMAIL, id=client)])
            with ThreadPoolExecutor(_LOADERS) as loaders:
                some = batched(cases(client, number), 500, strict=False)
                list(loaders.map(lambda chunk: put_mirrored(portal.dynamodb, table, [], chunk), some))
        environment = {
            "AWS_ENDPOINT_URL": portal.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        # Indexes of the emulator are no indexes: it looks at every item.
        patch.setitem(CONFIGS, "dynamodb", Config(read_timeout=300, retries={"total_max_attempts": 1}))
        aws = Metered()
        yield ClientAreaTable(aws, table), aws


@pytest.mark.parametrize("name", QUESTIONS)
def test_calls_and_capacity_are_equal_however_many_cases_there_are(
    area: tuple[ClientAreaTable, Metered], name: str
) -> None:
    table, aws = area
    found = {}
    for client, number in SIZES.items():
        aws.forget()
        shown = QUESTIONS[name](table, client)
        rows = len(shown.rows) if isinstance(shown, CasePage) else 1
        found[number] = (aws.calls, aws.units, aws.looked_at, rows)
    print(f"\n{name}: {found}")  # noqa: T201 - what it is run for
    assert len(set(found.values())) == 1, found
    assert all(all(cost) for cost in found.values())
