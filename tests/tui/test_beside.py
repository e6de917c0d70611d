"""Two texts beside each other: what is marked, what is left out, how lines are broken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.beside import Kind, Pair, Piece, beside, folded

TEXTS = st.lists(st.text(alphabet="ab \u674e", max_size=6), max_size=12)


def text_of(side: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in side)


def test_only_what_differs_within_a_line_is_marked():
    (pair,) = beside(["due after 5 days"], ["due after 17 days"])
    assert pair.kind is Kind.CHANGED
    assert pair.before == (Piece("due after ", False), Piece("5", True), Piece(" days", False))
    assert pair.after == (Piece("due after ", False), Piece("17", True), Piece(" days", False))


def test_what_is_put_in_stands_alone_on_its_side():
    (pair,) = beside(["Monday, Friday"], ["Monday, Tuesday, Friday"])
    assert text_of(pair.before) == "Monday, Friday"
    assert [piece.text for piece in pair.after if piece.differs] == ["Tuesday, "]
    assert not [piece for piece in pair.before if piece.differs]


def test_lines_with_nothing_in_common_are_marked_whole():
    (pair,) = beside(["abc"], ["xyc"])
    assert pair.before == (Piece("abc", True),)


def test_a_value_that_is_new_or_gone_has_nothing_beside_it():
    assert beside(None, ["a", "b"]) == [Pair(Kind.NEW, (), (Piece(one, True),)) for one in "ab"]
    assert beside(["a"], None) == [Pair(Kind.GONE, (Piece("a", True),), ())]
    assert beside(None, None) == []


def test_lines_far_from_a_change_are_left_out_and_counted():
    lines = [f"line {n}" for n in range(20)]
    other = [*lines[:10], "new", *lines[10:]]
    pairs = beside(lines, other)
    assert [pair.kind.value for pair in pairs] == ["…", " ", " ", "+", " ", " ", "…"]
    assert [pair.skipped for pair in pairs if pair.kind is Kind.SKIPPED] == [8, 8]
    assert text_of(pairs[3].after) == "new"


def test_one_line_is_never_left_out_for_a_line_that_says_so():
    lines = [f"line {n}" for n in range(3)]
    assert [pair.kind for pair in beside([*lines, "x"], [*lines, "y"])] == [Kind.SAME] * 3 + [Kind.CHANGED]


def test_very_long_texts_are_paired_line_by_line():
    lines = [f"line {n}" for n in range(3_000)]
    pairs = beside(lines, ["new", *lines])
    assert len(pairs) == 3_001
    assert pairs[-1].kind is Kind.NEW


@given(TEXTS, TEXTS)
def test_nothing_of_either_text_is_lost_but_what_is_the_same(before, after):
    pairs = beside(before, after)
    skipped = sum(pair.skipped for pair in pairs)
    olds = [text_of(pair.before) for pair in pairs if pair.kind not in (Kind.NEW, Kind.SKIPPED)]
    news = [text_of(pair.after) for pair in pairs if pair.kind not in (Kind.GONE, Kind.SKIPPED)]
    assert len(olds) + skipped == len(before)
    assert len(news) + skipped == len(after)
    if not skipped:
        assert olds == before
        assert news == after
    for pair in pairs:
        if pair.kind is Kind.SAME:
            assert pair.before == pair.after
        elif pair.kind is Kind.CHANGED:
            assert text_of(pair.before) != text_of(pair.after)


@given(
    st.lists(st.text(alphabet="abcdef \u674e", min_size=1, max_size=30), min_size=1, max_size=3),
    st.integers(2, 20),
)
def test_a_broken_line_fits_and_loses_nothing(texts, width):
    pieces = [Piece(text, place % 2 == 1) for place, text in enumerate(texts)]
    lines = folded(pieces, width)
    assert "".join(text_of(line) for line in lines) == "".join(texts)
    assert all(cell_len(text_of(line)) <= width for line in lines)
    marked = "".join(piece.text for line in lines for piece in line if piece.differs)
    assert marked == "".join(piece.text for piece in pieces if piece.differs)


def test_a_line_without_text_is_one_line():
    assert folded((), 10) == [()]


def test_lines_break_at_blanks_and_long_words_anywhere():
    assert [text_of(line) for line in folded((Piece("to be or", False),), 5)] == ["to ", "be or"]
    assert [text_of(line) for line in folded((Piece("abcdefgh", True),), 3)] == ["abc", "def", "gh"]
