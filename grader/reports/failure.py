"""Why a check did not pass, as lines: the same words on a terminal, in JUnit XML and in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.reports.blocks import error_blocks, map_helps
from grader.reports.lines import (
    LONGEST_TEXT,
    UNICODE,
    Charset,
    Line,
    Span,
    cell_width,
    clip,
    clip_middle,
    crop,
    indented,
    wrap,
    wrap_value,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.model import Counterexample, Failure, Frame

TEXT_WIDTH = 96  # prose is hard to follow on longer lines; values may use all there is
_LONGEST_PATH = 300
_LONGEST_NAME = 40


def explain(failure: Failure, *, width: int = 80, verbose: bool = False, charset: Charset = UNICODE) -> list[Line]:
    """Lay a failure out: what is wrong, why, the smallest input, where, and what the code printed."""
    lines = _prose(failure, min(width, TEXT_WIDTH), verbose=verbose, charset=charset)
    if failure.counterexample is not None:
        lines += _counterexample(failure.counterexample, width, verbose=verbose, charset=charset)
    if failure.errors is not None and (verbose or map_helps(failure.errors)):
        lines += error_blocks(failure.errors, width, charset)
    lines += _traceback(failure.traceback, width, verbose=verbose, charset=charset)
    if failure.location and failure.location not in {f.place for f in failure.traceback[-1:]}:
        lines.append(_styled(_place(failure.location, width, charset), "faint"))
    if failure.output.strip():
        lines += _output(failure.output, width, verbose=verbose, charset=charset)
    return lines


def _prose(failure: Failure, width: int, *, verbose: bool, charset: Charset) -> list[Line]:
    """The headline, and the findings that do not just repeat it."""
    at_most = 60 if verbose else 10
    headline = charset.clean(failure.headline, multiline=True).strip("\n")
    lines = [_styled(text, "headline") for text in clip(wrap(headline, width), at_most, charset)]
    for finding in failure.findings:
        text = charset.clean(finding.text, multiline=True).strip()
        if text and text not in headline:
            lines += [_styled(part) for part in clip(wrap(text, width), at_most, charset)]
    return lines


def _counterexample(example: Counterexample, width: int, *, verbose: bool, charset: Charset) -> list[Line]:
    """The input, then the two answers under each other."""
    lines: list[Line] = []
    values: list[tuple[str, str]] = []
    if example.inputs:
        title = "Smallest input that shows it:" if example.smallest else "Input that shows it:"
        names = [crop(charset.clean(value.name), _LONGEST_NAME, charset) for value in example.inputs]
        texts = [charset.clean(value.text) for value in example.inputs]
        inputs = list(zip(names, texts, strict=True))
        in_one = "  ".join([title, *(f"{name} {text}" for name, text in inputs)])
        if cell_width(in_one) <= width:
            lines.append(_styled(in_one))
        else:
            lines.append(_styled(title))
            values += inputs
    if example.yours:
        values.append(("yours", charset.clean(example.yours)))
    if example.expected is not None:
        oracle = f"   ({charset.clean(example.oracle)})" if example.oracle else ""
        values.append(("expected", charset.clean(example.expected) + oracle))
    elif example.yours:
        values.append(("expected", "(not shown: this check keeps its values to itself)"))
    return lines + _named_values(values, width, verbose=verbose, charset=charset)


def _named_values(values: list[tuple[str, str]], width: int, *, verbose: bool, charset: Charset) -> list[Line]:
    """Name and value in two columns, continuation lines under the value."""
    column = max((cell_width(name) for name, _ in values), default=0)
    stacked = column > width // 3  # long names get a line of their own
    hang = 4 if stacked else column + 4
    lines: list[Line] = []
    for name, text in values:
        rows = clip(wrap_value(text, max(width - hang, 8)), 60 if verbose else 8, charset)
        if stacked:
            lines.append((Span("  "), Span(name)))
            lines += indented([_styled(row) for row in rows], hang)
        else:
            label = "  " + name + " " * (column - cell_width(name) + 2)
            lines += [(Span(label if i == 0 else " " * hang), Span(row)) for i, row in enumerate(rows)]
    return lines


def _traceback(frames: Sequence[Frame], width: int, *, verbose: bool, charset: Charset) -> list[Line]:
    """``file:line in function`` and the source line, the innermost last."""
    shown: list[Frame | None] = list(frames)
    left_out = 0 if verbose and len(shown) <= 40 else len(shown) - 5
    if left_out > 1:  # a recursion that does not end shows the same line a thousand times
        shown[2:-3] = [None]
    lines: list[Line] = []
    for frame in shown:
        if frame is None:
            lines.append(_styled(f"  {charset.ellipsis} {left_out} more calls {charset.ellipsis}", "faint"))
            continue
        place = "  " + _place(frame.place, width - 2, charset)
        function = crop(charset.clean(frame.function), _LONGEST_NAME, charset)
        if function and cell_width(f"{place} in {function}") <= width:
            place += f" in {function}"
        lines.append(_styled(place, "faint"))
        if source := charset.clean(frame.source.strip()):
            lines.append(_styled("    " + crop(source, max(width - 4, 8), charset)))
    return lines


def _place(location: str, width: int, charset: Charset) -> str:
    """A ``path:line``, whole even where it is too long: a terminal opens it on a click.

    One with spaces in it is cropped, for it could be made to continue as a line of the report.
    """
    place = charset.clean(location)
    return place if " " not in place and len(place) <= _LONGEST_PATH else crop(place, width, charset)


def _output(output: str, width: int, *, verbose: bool, charset: Charset) -> list[Line]:
    """What the code printed, behind a gutter so that it cannot pass for the report."""
    shown = charset.clean(output[-LONGEST_TEXT:], multiline=True).strip("\n")
    rows = [part for row in shown.split("\n") for part in wrap(row.rstrip(), max(width - 4, 8)) or [""]]
    rows = clip_middle(rows, *((100, 100) if verbose else (3, 5)), charset)
    return [
        _styled("Your output:", "faint"),
        *((Span(f"  {charset.gutter} ", "faint"), Span(row)) for row in rows),
    ]


def _styled(text: str, style: str = "") -> Line:
    return (Span(text, style),)
