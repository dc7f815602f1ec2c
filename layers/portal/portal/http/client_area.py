"""The copies of clients and cases, for endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.client_area import ClientAreaTable

if TYPE_CHECKING:
    from portal.http.routes import Wiring
    from portal.settings.cases import CasesSettings


def area_of(wiring: Wiring[CasesSettings]) -> ClientAreaTable:
    """Return the copies of clients and cases."""
    return ClientAreaTable(wiring.aws, wiring.settings.mirror_table)
