"""Reading a notebook: its cells of code as one Python text, without what only a notebook understands.

A cell that is no Python costs what is in it, and nothing else. Outputs are not looked at.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from grader.course.parsing import Allowance, parse
from grader.names import printable

MOST_BYTES = 8 << 20  # pictures are kept in a notebook, too
_MOST_CELLS = 2_000
# patterns are texts here: re compiles and keeps them at first use
_BODY_IS_PYTHON = r"\s*%%(grade|time|timeit|capture|prun|snakeviz|memray\w*|mprun|matplotlib)\b"
_CELL_MAGIC = r"\s*%%\w"
_MAGIC = r"\s*(%{1,2}\s*[A-Za-z]|!|\?|[\w.]+\?{1,2}\s*$|(?:\w+\s*(?:,\s*\w+\s*)*)=\s*[%!](?!=))"
# IPython runs these as they are
_SHELL = r"\s*(?:(?:python3? -m )?(?:pip3?|uv pip)|conda) (?:install|uninstall|list|show)\b"
_LEXEME = r"""#|'''|\"{3}|'(?:[^\\']|\\.)*+'?|"(?:[^\\"]|\\.)*+"?|[(\[{]|[)\]}]"""
_FUTURE = r"(?m)^from[ \t]+__future__[ \t]+import\b.*$"
_DEFINED = r"(?m)^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)"


class Cell(NamedTuple):
    """A cell of code: which one it is, counted from 1 among those of code, and its text."""

    number: int
    text: str


class Notebook(NamedTuple):
    """A notebook as one text.

    Attributes:
        text: the cells that Python can read, one below the other; the others are empty lines.
        cells: the number of each cell, and the line of the text that it begins on.
        lost: what the cells that Python cannot read define -> a sentence that says so.
        notes: a sentence for each cell that Python cannot read.
    """

    text: str
    cells: tuple[tuple[int, int], ...]
    lost: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def is_notebook(name: str) -> bool:
    """Whether a file is a notebook by its name."""
    return name.lower().endswith(".ipynb")


def cells_of(data: bytes) -> tuple[list[Cell], str]:
    """Take the cells of code out of a notebook's bytes.

    Returns:
        The cells, and an empty fault; or none and a fault.
    """
    if len(data) > MOST_BYTES:
        return [], "This notebook is larger than 8 MiB. Clear its outputs, and save it again."
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], "This notebook is not UTF-8 text. Save it again in Jupyter."
    if not text.strip():
        return [], "This notebook is empty. Perhaps your work is not saved yet."
    try:
        bare = _bare(_loaded(text))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        at = f": its JSON ends or breaks on line {line}" if line else ""
        return [], f"This notebook is damaged{at}. Open it in Jupyter, and save it again."
    if isinstance(bare, str):
        return [], bare
    return _read_by_nbformat(bare)


def notebook_of(cells: list[Cell], allowance: Allowance | None = None) -> Notebook:
    """Put cells together as one Python text."""
    parts: list[str] = []
    starts: list[tuple[int, int]] = []
    lost: dict[str, str] = {}
    notes: list[str] = []
    line, future = 2, ""  # the first line is for what must come first
    for cell in cells:
        text = plain_python(cell.text, allowance)
        fault = _fault_of(text, allowance)
        if fault:
            lost |= dict.fromkeys(defined_in(text), f"Cell {cell.number} defines it, and cannot be read. {fault}")
            notes.append(f"Cell {cell.number} was left out. {fault}")
            text = "\n" * text.count("\n")
        for found in re.findall(_FUTURE, text):
            future, text = found.strip(), text.replace(found, "", 1)
        parts.append(text)
        starts.append((cell.number, line))
        line += text.count("\n") + 1
    return Notebook("\n".join([future, *parts, ""]), tuple(starts), tuple(lost.items()), tuple(notes))


def plain_python(text: str, allowance: Allowance | None = None) -> str:
    """Take out of a cell what only a notebook understands: ``%magic``, ``!command``, ``name?``. Its lines stay."""
    if re.match(_CELL_MAGIC, text):
        if not re.match(_BODY_IS_PYTHON, text):
            return "\n" * text.count("\n")
        text = "\n" + text.partition("\n")[2]
    if parse(text, allowance).tree is not None:
        return text
    lines = text.split("\n")
    for at in _at_the_start_of_a_statement(lines):
        if re.match(_MAGIC, lines[at]) or re.match(_SHELL, lines[at]):
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            end = at
            while lines[end].endswith("\\") and end + 1 < len(lines):  # it goes on
                end += 1
            lines[at : end + 1] = [f"{indent}pass" if indent else "", *[""] * (end - at)]
    return "\n".join(lines)


def _at_the_start_of_a_statement(lines: list[str]) -> Iterator[int]:
    """The places of the lines that do not go on with a text in triple quotes, a bracket or a backslash.

    Whoever takes them may empty a line before it is looked at.
    """
    closing, depth, goes_on = "", 0, False
    for at in range(len(lines)):
        if not closing and not depth and not goes_on:
            yield at
        line = lines[at]
        goes_on = line.endswith("\\")
        place = 0
        while place < len(line):
            if closing:
                end = line.find(closing, place)
                place = len(line) if end < 0 else end + 3
                closing = closing if end < 0 else ""
                continue
            found = re.compile(_LEXEME).search(line, place)
            if found is None or found[0] == "#":
                break
            place = found.end()
            if found[0] in ("'''", '"""'):
                closing = found[0]
            elif found[0] in "([{":
                depth += 1
            elif found[0] in ")]}":
                depth = max(depth - 1, 0)


def _fault_of(text: str, allowance: Allowance | None) -> str:
    """The first line of what keeps a cell from being Python; empty if nothing does."""
    from grader.course.faults import fault_of

    return fault_of(text, "", must_hold_code=False, allowance=allowance).partition("\n")[0]


def defined_in(text: str) -> list[str]:
    """The functions and classes that a text seems to define; it may be no Python."""
    return re.findall(_DEFINED, text)


def _loaded(text: str) -> Any:
    """Read JSON, without a look through all that was read at every few hundred objects: there may be millions."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return json.loads(text)
    finally:
        if was_enabled:
            gc.enable()


def _bare(notebook: Any) -> dict[str, Any] | str:
    """A notebook without outputs and pictures, or a fault."""
    if not isinstance(notebook, dict) or type(notebook.get("nbformat", 4)) is not int:
        return "This file is not a notebook, though it is named as one. Save it again in Jupyter."
    language = _language(notebook.get("metadata"))
    if language and not language.lower().startswith(("python", "ipython")):
        return f"This notebook is written in {printable(language, 40)}; Python is wanted."
    sheets = notebook.get("worksheets")
    holders = [notebook, *(sheets if isinstance(sheets, list) else [])]
    cells = [cell for holder in holders if isinstance(holder, dict) for cell in _list_of(holder.get("cells"))]
    if len(cells) > _MOST_CELLS:
        return f"This notebook has more than {_MOST_CELLS:,} cells. Hand in the exercises alone."
    code = [
        {**_EMPTY, **{key: cell[key] for key in ("source", "input") if _is_text(cell.get(key))}}
        for cell in cells
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    if not code:
        return "This notebook has no cell of code. Perhaps your work is not saved yet."
    minor = notebook.get("nbformat_minor", 0)
    version = {"nbformat": notebook.get("nbformat", 4), "nbformat_minor": minor if type(minor) is int else 0}
    if version["nbformat"] < 4:
        return {"metadata": {}, **version, "worksheets": [{"cells": code, "metadata": {}}]}
    return {"metadata": {}, **version, "cells": code}


_EMPTY: dict[str, Any] = {
    "cell_type": "code",
    "metadata": {},
    "outputs": [],
    "execution_count": None,
    "language": "python",
}


def _list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_text(value: Any) -> bool:
    """Whether a cell's source is a text, or the lines of one."""
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _language(metadata: Any) -> str:
    """The language that a notebook says it is in; empty where it says none."""
    for part, key in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(part) if isinstance(metadata, dict) else None
        language = found.get(key) if isinstance(found, dict) else None
        if isinstance(language, str):
            return language
    return ""


def _read_by_nbformat(bare: dict[str, Any]) -> tuple[list[Cell], str]:
    """The cells of code, whatever version of the format they are in."""
    import logging
    import warnings

    import nbformat

    log = logging.getLogger("traitlets")  # an old format's converter tells it what it thinks of the outcome
    was_disabled, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read = nbformat.reads(json.dumps(bare), as_version=4, capture_validation_error={})  # type: ignore[no-untyped-call]
    except Exception as error:  # noqa: BLE001 - whatever stands in the file, it is a sentence in its report
        reason = printable(str(error).partition("\n")[0], 100) or type(error).__name__
        return [], f"This notebook is of a format that cannot be read ({reason}). Save it again in Jupyter."
    finally:
        log.disabled = was_disabled
    return [Cell(number, _as_text(cell.get("source", ""))) for number, cell in enumerate(read.cells, 1)], ""


def _as_text(source: str) -> str:
    """A cell's source with one kind of line end, and nothing that cannot be written as UTF-8."""
    return source.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
