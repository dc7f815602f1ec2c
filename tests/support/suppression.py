"""SES's suppression list, which moto does not have."""

from datetime import datetime
from typing import Any, override

from portal.adapters.aws import Absent, Aws, Hook, Service


class AwsWithSuppressionList(Aws):
    """AWS as moto simulates it, and the list.

    Args:
        listed: addresses with the epoch second of their entry; changed by calls.
        before: see ``Aws``.
        after: see ``Aws``.
    """

    def __init__(self, listed: dict[str, int], before: Hook, after: Hook) -> None:
        super().__init__(before, after)
        self._listed = listed
        self._hooks = before, after

    @override
    def call(self, service: Service, operation: str, **parameters: Any) -> dict[str, Any]:
        if operation not in {"list_suppressed_destinations", "delete_suppressed_destination"}:
            return super().call(service, operation, **parameters)
        before, after = self._hooks
        before(service, operation, parameters)
        answer = self._list(**parameters) if operation.startswith("list") else self._delete(**parameters)
        after(service, operation, parameters)
        return answer

    def _list(self, EndDate: datetime, PageSize: int) -> dict[str, Any]:  # noqa: N803 - as AWS names them
        found = [address for address, at in self._listed.items() if at < EndDate.timestamp()]
        summaries = [{"EmailAddress": address, "Reason": "BOUNCE"} for address in found[:PageSize]]
        more = {"NextToken": "more"} if len(found) > PageSize else {}
        return {"SuppressedDestinationSummaries": summaries, **more}

    def _delete(self, EmailAddress: str) -> dict[str, Any]:  # noqa: N803 - as AWS names it
        if self._listed.pop(EmailAddress, None) is None:
            raise Absent
        return {}
