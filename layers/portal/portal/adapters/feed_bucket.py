"""The bucket of the feed: inbox, reports, and what is done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from portal.domain.errors import ConditionFailed, Unavailable
from portal.domain.feed import Drop, DropGone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from portal.adapters.aws import Aws

INBOX, DONE, REPORTS = "inbox/", "done/", "reports/"

# Of a file at once; what is read of it before it is needed is no more than that.
_PIECE_BYTES = 4 * 1024 * 1024


class FeedBucket:
    """Satisfies ``flows.feed_ports.Inbox``.

    Args:
        aws: way out.
        bucket: name of the bucket.
    """

    def __init__(self, aws: Aws, bucket: str) -> None:
        self._aws = aws
        self._bucket = bucket

    def waiting(self) -> list[Drop]:
        """Return all files, the one that waits longest first."""
        drops = [
            Drop(
                file=found["Key"].removeprefix(INBOX),
                etag=found["ETag"],
                modified_at=int(found["LastModified"].timestamp()),
                size=found["Size"],
            )
            for found in self._list(INBOX)
            if found["Size"] or not found["Key"].endswith("/")  # what consoles make of an empty folder
        ]
        return sorted(drops, key=lambda drop: (drop.modified_at, drop.file))

    def pieces(self, drop: Drop, offset: int) -> Iterator[bytes]:
        """Yield a file from an offset on, piece by piece.

        Raises:
            DropGone: it is no longer there, or another one is under its name.
        """
        for begin in range(offset, drop.size, _PIECE_BYTES):
            asked = f"bytes={begin}-{min(begin + _PIECE_BYTES, drop.size) - 1}"
            try:
                answer = self._call("get_object", Key=INBOX + drop.file, IfMatch=drop.etag, Range=asked)
            except ConditionFailed:
                raise DropGone from None
            yield _body(answer)

    def put_refusals(self, drop: Drop, line: int, refusals: Iterable[Mapping[str, Any]]) -> None:
        """Keep refused lines for the report; the same call again changes nothing.

        Args:
            drop: the file.
            line: number of the first of them.
            refusals: as the report shows them.
        """
        self._call("put_object", Key=f"{_parts(drop)}{line:012d}.jsonl", Body=b"".join(map(_line, refusals)))

    def refusals(self, drop: Drop) -> Iterator[dict[str, Any]]:
        """Yield the refused lines that were kept, in the order of the file."""
        for found in self._list(_parts(drop)):
            yield from map(json.loads, _body(self._call("get_object", Key=found["Key"])).splitlines())

    def put_report(self, drop: Drop, report: Mapping[str, Any]) -> None:
        """Write the report on a file."""
        text = json.dumps(report, ensure_ascii=False, indent=1).encode()
        self._call("put_object", Key=f"{REPORTS}{drop.name}.json", Body=text, ContentType="application/json")

    def forget_refusals(self, drop: Drop) -> None:
        """Delete what was kept for the report."""
        for found in self._list(_parts(drop)):
            self._call("delete_object", Key=found["Key"])

    def put_away(self, drop: Drop) -> None:
        """Take a file out of the inbox, but not another one that came under its name meanwhile."""
        source = {"Bucket": self._bucket, "Key": INBOX + drop.file}
        try:
            self._call(
                "copy_object",
                Key=DONE + drop.name,
                CopySource=source,
                CopySourceIfMatch=drop.etag,
                TaggingDirective="REPLACE",  # tags are of no use here, and copying them would need rights to them
            )
            self._call("delete_object", Key=source["Key"], IfMatch=drop.etag)
        except ConditionFailed:
            return  # the other one is looked at by the next run

    def _list(self, prefix: str) -> Iterator[dict[str, Any]]:
        page: dict[str, str] = {}
        while True:
            answer = self._call("list_objects_v2", Prefix=prefix, **page)
            yield from answer.get("Contents", [])
            if not answer["IsTruncated"]:
                return
            page = {"ContinuationToken": answer["NextContinuationToken"]}

    def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - as AWS names them
        return self._aws.call("s3", operation, Bucket=self._bucket, **parameters)


def _parts(drop: Drop) -> str:
    # With the drop's id: another file of the same name, of before, must not mix with it.
    return f"{REPORTS}{drop.name}.parts/{drop.id[:16]}/"


def _line(refusal: Mapping[str, Any]) -> bytes:
    return json.dumps(refusal, ensure_ascii=False).encode() + b"\n"


def _body(answer: Mapping[str, Any]) -> bytes:
    try:
        content: bytes = answer["Body"].read()
    except BotoCoreError:
        raise Unavailable from None
    return content
