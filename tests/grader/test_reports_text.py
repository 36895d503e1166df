"""Untrusted text, and lines of a given width."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.lines import ASCII, UNICODE, cell_width, clip_middle, crop, flow, wrap, wrap_value
from grader.reports.text import escape_json, sanitize, to_ascii

anything = st.text(st.characters(codec=None))  # lone surrogates included


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold]text[/] :tada:", "plain [bold]text[/] :tada:"),
        ("\x1b[1;32mgreen\x1b[0m", "green"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x07", "link"),
        ("\x1b[", r"\x1b["),
        ("\x1bc", r"\x1bc"),
        ("a\tb", "a   b"),
        ("a\r\nb\rc\u2028d", "a b c d"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("\udce9", r"\udce9"),
        ("\U000e0041", r"\U000e0041"),
        ("no\xa0break", "no break"),
        ("\u3164\u2800", r"\u3164\u2800"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + r"\u0301" * 2),
        ("日本語 é σ", "日本語 é σ"),
    ],
)
def test_sanitize(text, shown):
    assert sanitize(text) == shown


def test_line_ends_are_kept_where_asked():
    assert sanitize("a\r\nb\rc\x85d\x0be", multiline=True) == "a\nb\nc\nd\\x0be"


@given(anything)
def test_sanitized_text_is_printable(text):
    assert sanitize(text).isprintable()
    assert sanitize(text, multiline=True).replace("\n", "").isprintable()
    assert to_ascii(sanitize(text)).isascii()
    sanitize(text).encode()


@pytest.mark.parametrize("part", ["\x1b[", "\x9b", "\x1b]", "\x9d", "\x1b[0", "\u0301", "\x1b]\x1b"])
def test_sanitize_takes_linear_time(part):
    start = time.perf_counter()
    sanitize(part * 100_000)
    assert time.perf_counter() - start < 3


def test_ascii_spells_what_courses_write():
    assert to_ascii("2 × −1 ≤ σ² … “é”") == '2 x -1 <= sigma^2 ... "\\xe9"'


@given(st.text())
def test_escaped_json_means_the_same(text):
    document = escape_json(json.dumps({"key": text}, ensure_ascii=False))
    assert json.loads(document) == {"key": text}
    assert document.isprintable()


def test_wrap_keeps_lines_and_indents():
    text = "one two three\n    four five six\n\nend"
    assert wrap(text, 12) == [
        "one two",
        "three",
        "    four",
        "    five six",
        "",
        "end",
    ]


@given(anything, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    shown = sanitize(text, multiline=True)
    lines = wrap(shown, width)
    assert all(cell_width(line) <= max(width, 2) for line in lines)
    assert "".join("".join(lines).split()) == "".join(shown.split())


def test_wrap_value_breaks_between_rows():
    matrix = "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]"
    assert wrap_value(matrix, 40) == [matrix]
    assert wrap_value(matrix, 28) == ["[[1, 2, 3],", " [4, 5, 6],", " [7, 8, 9]]"]


def test_wrap_value_packs_many_rows():
    matrix = "[" + ", ".join(["[1, 2]"] * 20) + "]"
    assert wrap_value(matrix, 30)[:2] == ["[[1, 2], [1, 2], [1, 2],", " [1, 2], [1, 2], [1, 2],"]


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), min_size=1, max_size=12),
    st.integers(40, 60),
)
def test_numbers_are_not_broken(rows, width):
    def words(lines):
        return " ".join(lines).replace("[", " ").replace("]", " ").split()

    assert words(wrap_value(str(rows), width)) == words([str(rows)])


def test_crop_flow_and_clip():
    assert crop("日本語", 5, UNICODE) == "日本…"
    assert crop("abcdef", 5, ASCII) == "ab..."
    assert flow(["one", "two", "three"], 9, "-") == ["one - two", "three"]
    assert clip_middle(list("abcdef"), 1, 2, UNICODE) == ["a", "… 3 more lines …", "e", "f"]
