"""The tables of contents that a course is written with, `course.toml` and `unit.toml`: reading them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from grader.course.course_file import CourseError, read_course_file
from grader.names import closest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CONTENTS = "exercises/course.toml"
_SIBLINGS = ("own", "reference")


def read_toml(root: Path, name: str, keys: Sequence[str]) -> dict[str, Any]:
    """Read a TOML file of the course.

    Args:
        root: the course's folder.
        name: the file below it, which messages name as well.
        keys: those that it may have.

    Raises:
        CourseError: if it is no TOML, or has another key.
    """
    import tomllib

    try:
        values = tomllib.loads(read_course_file(root / name))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CourseError(f"{name} is not valid TOML: {error}.") from error
    for key in values:
        if key not in keys:
            meant = closest(key, keys)
            advice = f"write {meant}" if meant else f"the keys are {', '.join(keys[:-1])} and {keys[-1]}"
            raise CourseError(f"{name}: there is no key {key!r}; {advice}.")
    return values


def title_of(values: dict[str, Any], name: str, example: str) -> str:
    """Give the title in a table.

    Raises:
        CourseError: if there is none.
    """
    title = values.get("title")
    if not isinstance(title, str) or not title.strip():
        raise CourseError(f'{name}: a title is missing, as in `title = "{example}"`.')
    return title


def read_unit_toml(root: Path, unit: str) -> tuple[str, list[str]]:
    """Read a unit's title, and the names of its exercises in order.

    Raises:
        CourseError: if ``unit.toml`` or the folder's name is wrong.
    """
    name = f"exercises/{unit}/unit.toml"
    if not unit.isidentifier():
        raise CourseError(f"{name}: {unit!r} cannot be imported; name the folder as a Python module.")
    values = read_toml(root, name, ("title", "exercises"))
    title, exercises = title_of(values, name, "becoming a backprop ninja"), values.get("exercises")
    if not isinstance(exercises, list) or not exercises:
        raise CourseError(f'{name}: list the exercises in order, as in `exercises = ["forward", "atomic"]`.')
    for exercise in exercises:
        if not isinstance(exercise, str) or not exercise.isidentifier():
            raise CourseError(f"{name}: {exercise!r} is not an exercise; write its file's name without .py.")
        if exercises.count(exercise) > 1:
            raise CourseError(f"{name}: {exercise!r} is listed twice.")
    return title, exercises


class Contents(NamedTuple):
    """What ``course.toml`` says.

    Attributes:
        title: what the course calls itself; empty where there is no ``course.toml``.
        units: their names, in order.
        stands_in: whether the course's own solution stands in for an exercise that is not done, where another builds
            on it.
    """

    title: str
    units: list[str]
    stands_in: bool = False


def read_contents(root: Path) -> Contents:
    """Read the course's title, the names of its units in order, and its policies.

    A course without ``course.toml`` has no title; its units come by name, lecture2 before lecture10.

    Raises:
        CourseError: if ``course.toml`` is wrong, or lists other units than there are.
    """
    there = sorted((path.parent.name for path in (root / "exercises").glob("*/unit.toml")), key=_by_number)
    if not (root / CONTENTS).exists():
        return Contents("", there)
    values = read_toml(root, CONTENTS, ("title", "units", "siblings"))
    title, units = title_of(values, CONTENTS, "neural networks by hand"), values.get("units")
    if not isinstance(units, list):
        example = ", ".join(f'"{unit}"' for unit in there or ["lecture1"])
        raise CourseError(f"{CONTENTS}: list the units in order, as in `units = [{example}]`.")
    for unit in units:
        if unit not in there:
            raise CourseError(_absent(unit, [name for name in there if name not in units]))
        if units.count(unit) > 1:
            raise CourseError(f"{CONTENTS}: {unit!r} is listed twice.")
    for unit in there:
        if unit not in units:
            raise CourseError(f'{CONTENTS} does not list exercises/{unit}: put "{unit}" in `units`, where it comes.')
    siblings = values.get("siblings", "own")
    if siblings not in _SIBLINGS:
        raise CourseError(
            f'{CONTENTS}: siblings is "own" or "reference", not {siblings!r}. With "reference" the course\'s own '
            "solution stands in for an exercise that is not done, where another builds on it."
        )
    return Contents(title, units, siblings == "reference")


def _absent(unit: Any, unlisted: list[str]) -> str:
    """What is said of a unit that is listed and not there."""
    if not isinstance(unit, str) or not unit.isidentifier():
        return f"{CONTENTS}: {unit!r} is not a unit; write its folder's name."
    meant = closest(unit, unlisted)
    if meant:
        return f"{CONTENTS} lists {unit!r}, which is not there; did you mean {meant!r}?"
    return (
        f"{CONTENTS} lists {unit!r}, and there is no exercises/{unit}/unit.toml. Write one, with a title and the "
        'exercises, as in `title = "…"` and `exercises = ["…"]`, or take the unit off the list.'
    )


def _by_number(name: str) -> tuple[list[tuple[bool, int, str]], str]:
    """Order names as people do: what is a number in them counts as one."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts], name
