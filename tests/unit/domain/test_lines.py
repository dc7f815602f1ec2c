"""Cutting files into lines."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.lines import LONGEST_LINE, RawLine, cut_lines


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[begin : begin + size] for begin in range(0, len(content), size)]


def test_lines_come_with_number_and_end_and_without_blanks_around() -> None:
    assert list(cut_lines([b"{}\r\n", b"\n [1] \nlast"])) == [
        RawLine(1, 4, b"{}"),
        RawLine(2, 5, b""),
        RawLine(3, 11, b"[1]"),
        RawLine(4, 15, b"last"),
    ]


def test_a_mark_of_byte_order_is_none_of_the_first_line_and_part_of_any_other() -> None:
    first, second = cut_lines([b"\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n"])
    assert (first.content, second.content) == (b"{}", b"\xef\xbb\xbf{}")


def test_the_longest_line_is_one_and_a_byte_more_is_too_long() -> None:
    longest, longer = b"x" * LONGEST_LINE, b"x" * (LONGEST_LINE + 1)
    assert [line.content for line in cut_lines([longest + b"\n" + longer + b"\nend"])] == [longest, None, b"end"]


def test_blanks_count_so_that_nothing_behind_them_is_missed() -> None:
    (line,) = cut_lines([b"{}" + b" " * LONGEST_LINE + b"x"])
    assert line.content is None


def test_a_line_that_is_too_long_is_passed_over_without_holding_it() -> None:
    import tracemalloc

    def huge() -> Iterator[bytes]:
        yield from (b"x" * 100_000 for _ in range(2_000))
        yield b"\n{}\n"

    tracemalloc.start()
    found = [line.content for line in cut_lines(huge())]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [None, b"{}"]
    assert peak < 4 * LONGEST_LINE


@given(st.lists(st.sampled_from([b"", b"a", b"bc", b"{}", b"\xff\x00"]), max_size=8), st.integers(1, 9), st.booleans())
def test_pieces_do_not_matter_and_any_line_is_a_place_to_go_on(lines: list[bytes], size: int, ended: bool) -> None:  # noqa: FBT001 - Hypothesis calls it
    content = b"\n".join(lines) + (b"\n" if ended else b"")
    found = list(cut_lines(pieces(content, size)))
    assert found == list(cut_lines([content]))
    for place, line in enumerate(found):
        rest = content[line.end :]
        assert list(cut_lines(pieces(rest, size), line.end, line.number)) == found[place + 1 :]
