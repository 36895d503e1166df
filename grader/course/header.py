"""The exercise block at the top of a solution or stub: TOML in comments, as PEP 723 has it for scripts."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from grader.course.course_file import CourseError
from grader.course.model import Packages
from grader.names import closest

_OPENING = "# /// exercise"
_CLOSING = "# ///"
_KEYS = ("title", "forbids", "why_forbidden", "packages", "preload", "quiz", "hints")
_WHY_FORBIDDEN = "this exercise is about writing it yourself"


@dataclass(frozen=True)
class Header:
    """What the exercise block says.

    Attributes:
        title: what the exercise is called in reports.
        forbids: dotted names that a submission may not use.
        why_forbidden: the reason, to follow a colon.
        packages: ``torch``; ``numpy`` where torch cannot be imported; ``python`` where neither can.
        preload: modules that are imported before the submission, as they take long.
        quiz: whether the learner fills in answers, and writes no code.
        hints: from a nudge to the line itself; stubs have none.
    """

    title: str
    forbids: tuple[str, ...] = ()
    why_forbidden: str = _WHY_FORBIDDEN
    packages: Packages = "torch"
    preload: tuple[str, ...] = ()
    quiz: bool = False
    hints: tuple[str, ...] = ()


def read_header(text: str, where: str) -> Header:
    """Read the exercise block of a solution or stub.

    Args:
        text: the whole file.
        where: the file's name, for messages.

    Raises:
        CourseError: if the block is missing, is no TOML, or holds a key or value that it may not.
    """
    import tomllib

    first, lines = _block(text, where)
    try:
        values = tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CourseError(
            f"{where}, line {first + 1}: the exercise block is not valid TOML: {error}, "
            f"counted from the line below `{_OPENING}`."
        ) from error
    for key in values:
        if key not in _KEYS:
            meant = closest(key, _KEYS)
            advice = f"did you mean {meant!r}?" if meant else f"the keys are {', '.join(_KEYS)}."
            raise CourseError(f"{where}, line {first + 1}: the exercise block has no key {key!r}; {advice}")
    title = values.get("title")
    if not isinstance(title, str) or not title.strip():
        raise CourseError(f'{where}, line {first + 1}: the exercise block needs a title, as in `title = "…"`.')
    why = values.get("why_forbidden", _WHY_FORBIDDEN)
    if not isinstance(why, str) or not why.strip():
        raise CourseError(
            f"{where}, line {first + 1}: why_forbidden must be a text that can follow a colon, "
            f'as in `why_forbidden = "{_WHY_FORBIDDEN}"`.'
        )
    packages = values.get("packages", "torch")
    if packages not in ("torch", "numpy", "python"):
        wanted = '"torch", "numpy" or "python"'
        raise CourseError(f"{where}, line {first + 1}: packages must be {wanted}, and is {packages!r}.")
    quiz = values.get("quiz", False)
    if not isinstance(quiz, bool):
        raise CourseError(f"{where}, line {first + 1}: quiz must be true or false, and is {quiz!r}.")
    return Header(
        title=title,
        forbids=_strings(values, "forbids", f"{where}, line {first + 1}"),
        why_forbidden=why.strip().rstrip("."),
        packages=packages,
        preload=_strings(values, "preload", f"{where}, line {first + 1}"),
        quiz=quiz,
        hints=_strings(values, "hints", f"{where}, line {first + 1}"),
    )


def without_hints(text: str, where: str) -> str:
    """Take the hints out of the exercise block and leave every other character as it is.

    Raises:
        CourseError: if the block is missing or is no TOML.
    """
    import tomllib

    read_header(text, where)
    first, block = _block(text, where)
    lines = text.split("\n")
    kept: list[str] = []
    start = 0
    for end in range(1, len(block) + 1):
        try:  # a statement ends where what was gathered of it parses: no bracket or quote is open any more
            statement = tomllib.loads("\n".join(block[start:end]))
        except tomllib.TOMLDecodeError:
            continue
        if "hints" not in statement:
            kept += lines[first + 1 + start : first + 1 + end]
        start = end
    return "\n".join([*lines[: first + 1], *kept, *lines[first + 1 + len(block) :]])


def without_header(text: str) -> str:
    """Take the whole exercise block out, where there is one; every other line stays as it is."""
    lines = text.split("\n")
    with contextlib.suppress(CourseError):
        first, block = _block(text, "")
        del lines[first : first + len(block) + 2]
    return "\n".join(lines)


def _block(text: str, where: str) -> tuple[int, list[str]]:
    """Find the index of the opening line, and the TOML lines between it and the closing one."""
    lines = [line.rstrip() for line in text.split("\n")]
    if _OPENING not in lines:
        raise CourseError(
            f"{where}: there is no exercise block; write `{_OPENING}`, TOML in comments, and `{_CLOSING}` "
            "below the module's docstring."
        )
    first = lines.index(_OPENING)
    toml: list[str] = []
    for line in lines[first + 1 :]:
        if line == _CLOSING:
            return first, toml
        if line != "#" and not line.startswith("# "):
            break
        toml.append(line[2:])
    raise CourseError(
        f"{where}, line {first + 1}: the exercise block is not closed; end it with `{_CLOSING}`, "
        "and begin every line of it with `# `."
    )


def _strings(values: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = values.get(key, [])
    if isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value):
        return tuple(value)
    raise CourseError(f'{where}: {key} must be a list of texts, as in `{key} = ["…"]`, and none may be empty.')
