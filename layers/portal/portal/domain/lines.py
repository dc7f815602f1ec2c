"""Cutting a file into lines, without ever holding more than a piece of it and one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_LINE = 256 * 1024
"""In bytes, without the line's end."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r"


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as it stands in the file.

    Args:
        number: the first is 1.
        end: offset behind its end, in bytes.
        content: without its end and blanks around; empty where there is nothing on it, None where it is too long.
    """

    number: int
    end: int
    content: bytes | None


def cut_lines(pieces: Iterable[bytes], offset: int = 0, number: int = 0) -> Iterator[RawLine]:
    """Yield the lines of a file from an offset on.

    Args:
        pieces: of the file, in order, the first of them beginning at the offset.
        offset: where a line begins, in bytes.
        number: of the line before it.
    """
    held: bytes | None = b""
    position = offset
    for piece in pieces:
        begin = 0
        while (end := piece.find(b"\n", begin)) >= 0:
            number += 1
            yield _line(_grown(held, piece[begin:end]), number, position + end + 1)
            held, begin = b"", end + 1
        held = _grown(held, piece[begin:])
        position += len(piece)
    if held != b"":
        yield _line(held, number + 1, position)


def _grown(held: bytes | None, more: bytes) -> bytes | None:
    """Return a line with more of it; None, and nothing of it is held any more, once it is too long."""
    if held is None or len(held) + len(more) > LONGEST_LINE + len(_BOM):
        return None
    return held + more


def _line(content: bytes | None, number: int, end: int) -> RawLine:
    if content is not None:
        content = content.removeprefix(_BOM) if number == 1 else content
        content = None if len(content) > LONGEST_LINE else content.strip(_BLANK)
    return RawLine(number, end, content)
