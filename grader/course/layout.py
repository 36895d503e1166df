"""Telling what a path holds: all exercises, one unit, or one exercise file."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from grader.course.notebooks import MOST_BYTES, cells_of, is_notebook
from grader.course.source import MOST_BYTES as _MOST_BYTES
from grader.course.source import Folder, decode
from grader.errors import UsageError
from grader.names import one_of, plain, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from grader.course.model import Course, Exercise

_T = TypeVar("_T")
_MOST_ENTRIES = 2_000
_MOST_READ = 30  # files of a nameless unit folder
_DEEPEST = 8  # folders around the exercises: archives keep those that they were made from
_MOST_BESIDE = 50  # folders that are looked into for one that is laid out as exercises
LAYOUTS = ("exercises", "solutions")
_STANDARD_INPUT = frozenset({"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
_SUFFIXES = (".py", ".ipynb")
_ADDITIONS = r"(?i)(\s*\(\d{1,3}\)|[-_ ]\d{1,3}|[-_ ]copy)+$"  # train (1), train-2
_DEFINITION = r"(?m)^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)"


class NothingRecognisedError(UsageError):
    """A path holds nothing that belongs to the course."""


@dataclass(frozen=True)
class Layout:
    """Where a submission's files are.

    Attributes:
        root: the folder to read.
        unit: the unit that the root is; empty where units are folders in it.
        file: the file in the root that is handed in alone, as each of ``only``; empty where a folder is.
        only: the ids of the exercises handed in; empty for all of the course.
        is_script: whether the file is no exercise by its name, or several, so that its definitions are what counts.
    """

    root: Path
    unit: str = ""
    file: str = ""
    only: tuple[str, ...] = ()
    is_script: bool = False


def lay_out(path: Path, course: Course, wanted: Collection[str] = (), within: Path | None = None) -> Layout:
    """Tell what a path holds.

    Args:
        path: a folder or a file.
        course: says which units and exercises there are.
        wanted: the ids of the exercises to be graded.
        within: the folder that nothing above is looked at of, or named. None: there is no such folder.

    Raises:
        NothingRecognisedError: if there is nothing that belongs to the course.
        UsageError: if there is nothing at all, or what it is cannot be told.
    """
    shown = shown_within(path, within)
    path = _absolute(path, shown)
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError) as error:
        raise UsageError(
            f"There is nothing at {shown}. Give the path of your exercises, or start: grade init my-course"
        ) from error
    if path.suffix.lower() in _SUFFIXES and not stat.S_ISDIR(mode):
        return _lay_out_file(path, course, shown, wanted)
    if not stat.S_ISDIR(mode):
        raise UsageError(_no_folder(path, mode, shown))
    folders = list(_descend(path))
    found = _first_layout(folders, course, wanted, within)
    if found is not None:
        return found
    if path.name in LAYOUTS and path != within:
        return Layout(root=path)
    found = _lay_out_one_of(folders[-1], course, wanted, within)
    if found is not None:
        return found
    units = ", ".join(unit.name for unit in course.units[:3])
    raise NothingRecognisedError(
        f"{shown} holds no exercise of this course. Give a folder with the units in it ({units}, …), "
        "one unit, or one exercise file."
    )


def shown_within(path: Path, within: Path | None) -> str:
    """Name a path as it is seen from a folder that a learner does not know; as it is typed where there is none."""
    if within is None:
        return printable(str(path))
    seen = os.path.relpath(path, within)
    return "the hand-in" if seen == "." else printable(seen)


def _absolute(path: Path, shown: str) -> Path:
    if str(path) in _STANDARD_INPUT and not path.is_dir():
        raise UsageError(
            "A submission is not read from standard input. Save it in a file named after its exercise, "
            "as in cross_entropy.py, and give the path of that."
        )
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
    except FileNotFoundError as error:
        raise UsageError(
            f"The current folder was deleted, and {shown} is looked for in it. Go to another, or give the whole path."
        ) from error


def _no_folder(path: Path, mode: int, shown: str) -> str:
    """Say what is there instead of a folder or a Python file, and what to do."""
    if stat.S_ISLNK(mode):
        target = printable(str(path.readlink()))
        if not path.exists():
            return f"{shown} is a link to {target}, where nothing is. Give the path of your exercises."
        return f"{shown} is a link, and links are not followed. Give the folder itself: {target}"
    if not stat.S_ISREG(mode):
        return f"{shown} is a pipe, a socket or a device. Give the path of a folder or of a Python file."
    return f"{shown} is neither a folder nor a Python file. Unpack it, or give another path."


def is_module_name(name: str) -> bool:
    """Tell whether an import statement can name it."""
    return name.isidentifier() and not iskeyword(name)


def stem_of(file: str) -> str:
    """Take the suffixes off a file's name: ``train.py.txt`` is ``train``."""
    return file.partition(".")[0]


def _descend(path: Path) -> Iterable[Path]:
    """Yield a folder and, as archives wrap their content, the only folder in it, the only one in that, and so on."""
    for _ in range(_DEEPEST):
        yield path
        inner = _folders(path)
        if len(inner) != 1:
            return
        path /= inner[0]


def _only_file_in(path: Path) -> str:
    """The only Python file or notebook in a folder; empty where there are others, or none."""
    files = _code_in(path)
    return files[0] if len(files) == 1 else ""


def _code_in(path: Path) -> list[str]:
    """The Python files and notebooks in a folder."""
    try:
        with Folder(path) as folder:
            return [e.name for e in folder.entries(_MOST_ENTRIES) if e.kind == "file" and e.name.endswith(_SUFFIXES)]
    except OSError:
        return []


def _first_layout(
    folders: Iterable[Path], course: Course, wanted: Collection[str], within: Path | None
) -> Layout | None:
    return next((found for one in folders if (found := _lay_out_folder(one, course, wanted, within))), None)


def _lay_out_one_of(path: Path, course: Course, wanted: Collection[str], within: Path | None) -> Layout | None:
    """Look for exercises in the folders of a folder, data and reports among them; None where there are none."""
    below = [path / name for name in _folders(path)[:_MOST_BESIDE]]
    found = [layout for folder in below if (layout := _units_below(folder, course))]
    if len(found) > 1:
        raise UsageError(
            f"There are exercises in several folders of {shown_within(path, within)}. "
            f"Give one of them: {one_of([shown_within(layout.root, within) for layout in found[:3]])}."
        )
    if found:
        return found[0]
    with_code = [folder for folder in below if any(map(_code_in, _descend(folder)))]
    if len(with_code) != 1 or _code_in(path):
        return None
    return _first_layout(_descend(with_code[0]), course, wanted, within)


def _units_below(path: Path, course: Course) -> Layout | None:
    """The folder with units in it that a folder wraps; None where there is none."""
    return next((found for folder in _descend(path) if (found := _with_units(folder, _folders(folder), course))), None)


def _with_units(path: Path, inner: list[str], course: Course) -> Layout | None:
    """A folder that has units in it, or ``exercises/`` with units in it."""
    units = {unit.name for unit in course.units}
    if LAYOUTS[0] in inner and units.intersection(_folders(path / LAYOUTS[0])):
        return Layout(root=path / LAYOUTS[0])
    return Layout(root=path) if units.intersection(inner) else None


def _lay_out_folder(path: Path, course: Course, wanted: Collection[str], within: Path | None) -> Layout | None:
    inner = _folders(path)
    found = _with_units(path, inner, course)
    if found is not None:
        return found
    for name in LAYOUTS:
        if name in inner:
            return Layout(root=path / name)
    alone = _only_file_in(path) if path.name not in {unit.name for unit in course.units} else ""
    shown = shown_within(path / alone, within)
    if alone and wanted:
        return _lay_out_file(path / alone, course, shown, wanted)
    unit = _unit_of(path, course, shown_within(path, within))
    if not unit and alone:
        return _lay_out_file(path / alone, course, shown, wanted)
    if not unit:
        return None
    only = tuple(exercise.id for exercise in course.unit(unit).exercises)
    if path.name == unit and path.parent.name in LAYOUTS and path != within:  # its neighbours are the same learner's
        return Layout(root=path.parent, only=only)
    return Layout(root=path, unit=unit, only=only)


def _lay_out_file(path: Path, course: Course, shown: str, wanted: Collection[str]) -> Layout:
    held = _exercises_in(path, course, shown, wanted)
    first, folder = held[0], path.parent
    if len(held) == 1 and path.name == f"{first.name}.py" and folder.name == first.unit:  # it lies where it belongs
        if folder.parent.name in LAYOUTS:
            return Layout(root=folder.parent, only=(first.id,))
        return Layout(root=folder, unit=first.unit, only=(first.id,))
    is_script = held != _named_as(path, course, wanted)
    return Layout(root=folder, file=path.name, only=tuple(exercise.id for exercise in held), is_script=is_script)


def _exercises_in(path: Path, course: Course, shown: str, wanted: Collection[str]) -> list[Exercise]:
    """Tell which exercises a file holds.

    It is the one that is to be graded, whatever its name; of several, it is all of which it defines something, and the
    one that it is named after. What is to be graded by nobody is told by the file alone.
    """
    asked = [exercise for exercise in course.exercises if exercise.id in wanted]
    if len(asked) == 1:
        return asked
    defined = _defined_in(_text_of(path.parent, path.name)) if asked else frozenset()
    held = {exercise.id for exercise in asked if not defined.isdisjoint(exercise.symbols)}
    named = _named_as(path, course, wanted)
    held.update(exercise.id for exercise in named if len(named) == 1 and exercise in asked)
    return [exercise for exercise in asked if exercise.id in held] or [_exercise_of(path, course, shown, named)]


def _named_as(path: Path, course: Course, wanted: Collection[str]) -> list[Exercise]:
    """The exercises that a file may be by its name, by its folder's, and by what is to be graded."""
    stem = re.sub(_ADDITIONS, "", path.stem[:200])
    named = [e for e in course.exercises if plain(stem) in (plain(e.name), plain(e.id))]
    if not named:  # Canvas and the like put the learner's name before the file's
        ending = [e for e in course.exercises if re.search(rf"(?:^|[^a-z0-9]){e.name}$", stem, re.IGNORECASE)]
        longest = max((len(e.name) for e in ending), default=0)
        named = [e for e in ending if len(e.name) == longest]
    here = [e for e in named if plain(e.unit) == plain(path.parent.name)]
    return here or [e for e in named if e.id in wanted] or named


def _exercise_of(path: Path, course: Course, shown: str, named: list[Exercise]) -> Exercise:
    """Tell which exercise a file is: by its name, then by what it says and defines."""
    if len(named) == 1:
        return named[0]
    text = _text_of(path.parent, path.name)
    defined = _defined_in(text)
    best = _best({e: _evidence(text, defined, e) for e in named or course.exercises})
    if len(best) == 1:
        return best[0]
    example = next((e for e in course.exercises), None)
    if example is None or not (best or named):
        name = f"{example.unit}/{example.name}.py" if example else "cross_entropy.py"
        raise UsageError(f"{shown} belongs to no exercise that is known. Name it as the exercise is, as in {name}")
    ids = [e.id for e in best or named]
    raise UsageError(
        f"{shown} could be {one_of([*ids[:3], 'another'] if len(ids) > 4 else ids)}. "
        f"Put it into a folder named after its unit, as in {ids[0].replace('.', '/')}.py"
    )


def _unit_of(path: Path, course: Course, shown: str) -> str:
    """Tell which unit a folder is: by its name, then by the files in it; empty if neither tells."""
    for unit in course.units:
        if unit.name == path.name:
            return unit.name
    with Folder(path) as folder:
        files = [e.name for e in folder.entries(_MOST_ENTRIES) if e.kind == "file" and e.name.endswith(_SUFFIXES)]
    names_of = {stem_of(file): file for file in reversed(files)}
    stems = set(names_of)
    scores = {unit: sum(e.name in stems for e in unit.exercises) for unit in course.units}
    most = max(scores.values(), default=0)
    best = [unit for unit, score in scores.items() if score == most and most]
    alike = [unit for unit in best or course.units if plain(unit.name) == plain(path.name)]
    if len(alike) == 1 or len(best) == 1:
        return (alike or best)[0].name
    texts = {stem: _text_of(path, names_of[stem]) for stem in sorted(stems)[:_MOST_READ]}
    names = {stem: _defined_in(text) for stem, text in texts.items()}

    def evidence(exercise: Exercise) -> tuple[int, ...]:
        return _evidence(texts.get(exercise.name, ""), names.get(exercise.name, frozenset()), exercise)

    told = _best({unit.name: tuple(map(sum, zip(*map(evidence, unit.exercises), strict=True))) for unit in best})
    if best and len(told) != 1:
        raise UsageError(
            f"The files in {shown} could belong to {one_of([unit.name for unit in best])}. "
            "Name the folder after its unit."
        )
    return told[0] if told else ""


def _defined_in(text: str) -> frozenset[str]:
    return frozenset(re.findall(_DEFINITION, text))


def _evidence(text: str, defined: frozenset[str], exercise: Exercise) -> tuple[int, ...]:
    """Weigh whether a text is an attempt at an exercise: its title first, then the names that it defines."""
    titled = f'# title = "{exercise.title}"' in text  # a stub's own line; a learner may have deleted it
    found = sum(symbol in defined for symbol in exercise.symbols)
    return (int(titled), found, found - len(exercise.symbols)) if titled or found else (0, 0, -1_000)


def _best(scores: dict[_T, tuple[int, ...]]) -> list[_T]:
    most = max(scores.values(), default=())
    return [key for key, score in scores.items() if score == most and any(part > 0 for part in score)]


def _text_of(folder: Path, name: str) -> str:
    try:
        with Folder(folder) as opened:
            data, _ = opened.read(name, MOST_BYTES if is_notebook(name) else _MOST_BYTES)
    except OSError:
        return ""
    return "\n".join(cell.text for cell in cells_of(data)[0]) if is_notebook(name) else decode(data, name)[0]


def _folders(path: Path) -> list[str]:
    try:
        with Folder(path) as folder:
            entries = folder.entries(_MOST_ENTRIES)
    except OSError:
        return []
    return [entry.name for entry in entries if entry.kind == "folder" and not entry.name.startswith((".", "__"))]
