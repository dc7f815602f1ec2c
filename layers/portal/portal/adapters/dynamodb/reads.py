"""Several items by one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.adapters.dynamodb.items import Item, Key, from_item, to_item
from portal.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from portal.adapters.aws import Aws


def read_together(aws: Aws, wanted: Mapping[str, Iterable[str | Key]]) -> dict[str, list[Item]]:
    """Return the items of keys, by table, read consistently by one call; those that are not there lack.

    Args:
        aws: way out.
        wanted: keys by table, at most 100 in all; a text is the ``pk`` of a table that has no other key.

    Raises:
        Unavailable: DynamoDB answered only a part: no answer is better than half of one.
    """
    keys = {
        table: [to_item({"pk": key} if isinstance(key, str) else key) for key in found]
        for table, found in wanted.items()
    }
    asked = {table: {"Keys": found, "ConsistentRead": True} for table, found in keys.items() if found}
    if not asked:
        return {table: [] for table in wanted}
    answer = aws.call("dynamodb", "batch_get_item", RequestItems=asked)
    if answer.get("UnprocessedKeys"):
        raise Unavailable
    return {table: [from_item(item) for item in answer["Responses"].get(table, [])] for table in wanted}
