"""Whatever a client sends: no failure of ours, and only answers that the API document describes."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.contract import api_document
from tests.support.people import PASSWORD
from tests.support.tables import Tables
from tests.support.world import World
from tests.support.wsgi import Gateway

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

# A few seconds an operation; the coverage phase adds its boundary values whatever this says.
EXAMPLES = 15

gateway = Gateway()
schema = schemathesis.openapi.from_dict(api_document())
schema.app = gateway
schema.config.generation.update(deterministic=True)


class Client:
    """A logged-in client, alive again before each request, whatever the one before did to the account."""

    def __init__(self, world: World) -> None:
        self.world = world
        initial = world.a_client_with_initial_password()
        limited = world.log_in(initial).json["access_token"]
        body = {"current_password": initial, "new_password": PASSWORD}
        self.token = world.request("PUT", "/api/password", body, token=limited).json["access_token"]
        self.tables = Tables(world.dynamodb)
        self.kept = self.tables.read()

    def revive(self) -> None:
        self.tables.restore(self.kept, self.tables.read())


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    gateway.world, gateway.reached = world, 0
    yield Client(world)
    assert gateway.reached, "nothing but unknown addresses was asked"
    gateway.world = None


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_of_the_document(case: Any, client: Client) -> None:
    client.revive()
    headers = {"Authorization": f"Bearer {client.token}"} if case.operation.definition.raw["security"] else None
    case.call_and_validate(headers=headers, checks=CHECKS)
