"""Files that bear no exercise's name, as `linear (1).py` and `my_ce.py`, told by what is in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.course import Course, Exercise
from grader.course.layout import held_in

_MOST_LOOKED_AT = 30


def meant(path: Path, names: Sequence[str], course: Course, wanted: Collection[str]) -> Mapping[str, str]:
    """Tell what the files of a folder are, where their names do not.

    ``linear (1).py``, ``my_ce.py`` -> ``lecture5/linear.py``, ``lecture5/cross_entropy.py``, and what lies beside them
    comes along, as ``lecture5/plots.py``. Only of files that lie in one folder, and of the exercises of one unit: the
    files of several would have to be told apart, too. What two files may be is neither, and a file that may be two
    exercises is none. A file alone is told by ``read_submission``.

    Args:
        path: the folder that was opened.
        names: the files in it.
        course: says what its exercises are called, and what they define.
        wanted: the ids of the exercises to be graded.

    Returns:
        Where each file belongs; nothing at all, where no name has to be changed.
    """
    asked = {exercise.id: exercise for exercise in course.exercises if exercise.id in wanted}
    files = [PurePosixPath(name) for name in names if name.endswith((".py", ".ipynb"))]
    units = {exercise.unit for exercise in asked.values()}
    if len(units) != 1 or not 1 < len(files) <= _MOST_LOOKED_AT or len({file.parent for file in files}) != 1:
        return {}
    right = {exercise.name: exercise for exercise in asked.values()}
    there = {right[file.stem].id for file in files if file.stem in right}
    found: dict[str, list[PurePosixPath]] = {}
    for file in files:
        held = held_in(path / file, course, asked) if file.stem not in right else frozenset[str]()
        if len(held) == 1 and not held & there:
            found.setdefault(min(held), []).append(file)
    renamed = {those[0]: asked[exercise] for exercise, those in found.items() if len(those) == 1}
    (unit,) = units
    return {str(file): _place(file, unit, renamed.get(file)) for file in files} if renamed else {}


def _place(file: PurePosixPath, unit: str, exercise: Exercise | None) -> str:
    return f"{unit}/{exercise.name if exercise else file.stem}{file.suffix}"
