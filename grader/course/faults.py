"""What keeps a text from being Python, in words that say what to do."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from grader.course.parsing import MOST_TOKENS, TooSlowError, count_tokens, parse
from grader.course.source import looks_like_notebook, notebook_fault
from grader.names import printable

if TYPE_CHECKING:
    from grader.course.parsing import Allowance

# patterns are texts here: re compiles and keeps them at first use, and most runs meet no fault
_SHOWN = 90
_MAGIC = r"\s*(%%?[A-Za-z]|!\s*[\w./~]|\?\w|[\w.]+\?{1,2}\s*$)"
_SHELL = r"\s*(python3? -m )?(pip3?|conda|uv pip) install\b"
_CONFLICT = r"(<{7}|>{7}|\|{7})( |$)|={7}$"
_PACKAGES = frozenset({"torch", "numpy", "torchvision", "tiktoken", "einops", "regex", "matplotlib", "pytest"})
_QUOTES = "“”„‘’‚«»"
_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def fault_of(text: str, name: str, *, must_hold_code: bool, allowance: Allowance | None = None) -> str:
    """Say why a text is not Python; empty if it is.

    Args:
        text: the file's text.
        name: the file's name, for messages.
        must_hold_code: whether an empty file is a fault: it is for an exercise, not for ``__init__.py``.
        allowance: how long the parser may take, which becomes less.
    """
    if looks_like_notebook(text) and _is_notebook(text):
        return notebook_fault(name)
    if must_hold_code and not text.strip():
        return "This file is empty. Perhaps your work is not saved yet; otherwise start again from the stub."
    if count_tokens(text) > MOST_TOKENS:
        return (
            "This file is too long for an exercise: it has more than 100,000 words and symbols. "
            "Take tables of numbers and pasted output out of it; only code belongs here."
        )
    parsed = parse(text, allowance)
    match parsed.error:
        case None:
            pass
        case SyntaxError() as error:
            return _fault_of_syntax(error, text)
        case TooSlowError() as error:
            return f"{error} No exercise needs that: take out long expressions, tables and pasted output."
        case RecursionError() | MemoryError() | SystemError():
            return (
                "This file nests too deeply for Python to read: one statement has hundreds of brackets or "
                "operators. Split it into several statements."
            )
        case error:
            return f"Python {_VERSION} cannot read this file: {printable(str(error))}. Save it again as UTF-8 text."
    if must_hold_code and parsed.tree is not None and not parsed.tree.body:
        return "This file holds only comments. Take the # away from your code, or start again from the stub."
    return ""


def notes_of(text: str, name: str, *, is_exercise: bool) -> tuple[str, ...]:
    """Warn of what is allowed and yet likely to hurt.

    Args:
        text: the file's text.
        name: the file's name, as in ``random.py``.
        is_exercise: whether the course itself gave the file its name.
    """
    notes: list[str] = []
    stem = name.removesuffix(".py")
    if not is_exercise and (stem in sys.stdlib_module_names or stem in _PACKAGES) and stem != "__init__":
        notes.append(
            f"{name} has the name of a module that others import: where this folder comes first, "
            f"`import {stem}` finds your file instead. Rename it, for example to my_{stem}.py."
        )
    at = text.find("get_ipython(")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        notes.append(f"Line {line} calls get_ipython(), which exists only in a notebook. Remove that line.")
    return tuple(notes)


def _is_notebook(text: str) -> bool:
    import json

    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError, MemoryError):
        return '"nbformat"' in text or '"cell_type"' in text  # cut short, and yet no Python
    return isinstance(value, dict) and "cells" in value


def _fault_of_syntax(error: SyntaxError, text: str) -> str:
    lines = text.split("\n")
    number = min(max(error.lineno or 1, 1), len(lines))
    line = lines[number - 1]
    if line.lstrip().startswith("```"):
        return f"Line {number} is a Markdown fence (```), not Python. Delete it and the one that closes it."
    if re.match(_CONFLICT, line):
        return (
            f"Line {number} looks like the mark of a merge conflict ({line[:7]}). "
            "Keep one of the two versions, and delete the lines of <<<<<<<, ======= and >>>>>>>."
        )
    if line.startswith((">>> ", "... ")):
        return f"Line {number} begins with a prompt ({line[:3]}). Delete the prompts, and all that was printed."
    if re.match(_SHELL, line):
        return f"Line {number} is a command for the terminal, not Python. Run it there, and delete it here."
    if re.match(_MAGIC, line):
        return (
            f"Line {number} is a notebook command ({printable(line.strip(), 40)}), not Python. "
            "Remove it, and any other line that starts with % or !."
        )
    return f"Line {number}: {_in_words(error, line)}\n{_pointed(error, line)}".rstrip()


def _in_words(error: SyntaxError, line: str) -> str:
    """Put Python's message plainly, with what to do; where Python says it well, in Python's own words."""
    said = (error.msg or "invalid syntax")[:1_000]
    for pattern, words in _WORDS:
        match = re.match(pattern, said)
        if match:
            return words.format(*match.groups(), line=line, version=_VERSION)
    if any(char in line for char in _QUOTES):
        return "there is a typographic quote where Python needs ' or \". Type the quotes again."
    said = printable(said, 160)
    end = "" if said.endswith((".", "?", "!")) else "."
    return f"Python {_VERSION} cannot read this: {said}{end} Look here and just before."


_WORDS: tuple[tuple[str, str], ...] = (
    (r"'(.)' was never closed", "this '{0}' is never closed. Add the bracket that closes it."),
    (
        r"unmatched '(.)'",
        "this '{0}' closes a bracket that was never opened. Delete it, or open the bracket.",
    ),
    (
        r"closing parenthesis '(.)' does not match opening parenthesis '(.)'",
        "'{0}' does not close the '{1}' that was opened. Make the two brackets match.",
    ),
    (r"expected ':'", "a colon is missing here."),
    (
        r"expected an indented block after (.+)",
        "nothing is indented below the {0}. Indent its body by 4 spaces; an empty one is `pass`.",
    ),
    (r"unexpected indent", "this line is indented further than the one before. Line it up with its block."),
    (
        r"unindent does not match",
        "the indentation matches no line above. Line it up with the block that it belongs to.",
    ),
    (r"inconsistent use of tabs", "tabs and spaces are mixed. Indent with 4 spaces throughout."),
    (
        r"unterminated triple-quoted string",
        "this text in triple quotes is never closed. Add the closing quotes.",
    ),
    (r"unterminated string literal", "this text has no closing quote on its line. Add it."),
    (
        r"invalid character '([“”„‘’‚«»])'",
        "{0} is a typographic quote, where Python needs ' or \". Type the quotes again.",
    ),
    (
        r"invalid character '(.)' \((U\+\w+)\)",
        "Python cannot read the character {0} ({1}). Type what you mean on the keyboard, as - for minus.",
    ),
    (
        r"invalid non-printable character (U\+\w+)",
        "there is an invisible character ({0}), perhaps from copying. Type the spaces of this line again.",
    ),
    (
        r"invalid syntax$",
        "Python {version} cannot read this. Often a bracket, quote or comma is missing here or just before.",
    ),
    (
        r"f-string: (.+?)[.?!]*$",
        "the f-string is not right: {0}. Python {version} reads it; newer ones allow more.",
    ),
)


def _pointed(error: SyntaxError, line: str) -> str:
    """Show the line with a caret below the place, or nothing where Python names no line."""
    indent = len(line) - len(line.lstrip())
    shown = "".join(char if char.isprintable() else " " for char in line[indent:]).rstrip()
    if not shown:
        return ""
    at = (error.offset or 0) - 1 - indent
    start = max(0, at - _SHOWN * 2 // 3) if len(shown) > _SHOWN else 0
    window = shown[start : start + _SHOWN]
    if error.offset is None or not 0 <= at - start <= len(window):
        return f"    {window}"
    return f"    {window}\n    {' ' * (at - start)}^"
