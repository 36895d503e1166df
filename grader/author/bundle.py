"""`grade bundle`: what learners get. A course of its own, with stubs and the checks that are visible, and no answer."""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from grader.author.archive import write_archive
from grader.author.visible_checks import cut_checks, taken_from
from grader.course import Course, CourseError, Exercise, SourceFile, Unit, imports_of
from grader.course.course_file import read_course_file
from grader.course.graphs import SUFFIX
from grader.course.handout import handout_of, write_handout
from grader.course.starter import learners_files, write_new
from grader.course.submission import HANDOUT
from grader.course.tables import CONTENTS
from grader.errors import UsageError
from grader.session.collecting import FoundCheck, collect
from grader.session.grading import now

_CHECKS = Path("tests", "hidden")
_OPTION = " --course ."
_MOST_BESIDE = 1 << 24  # bytes of one file that goes with a unit
_HAND_IN = f"\nHand in `exercises/` together with `{HANDOUT}`: it tells whether the exercises have changed since.\n"


class Bundle(msgspec.Struct, frozen=True):
    """What learners get.

    Attributes:
        files: each file's path and content.
        exercises: those in it, by id.
        added: those of them that were not asked for, and that others build on.
        ungraded: those that come as stubs alone: all their checks are hidden.
        visible: how many checks are in it.
        hidden: how many were left out.
    """

    files: Mapping[str, bytes]
    exercises: tuple[str, ...]
    added: tuple[str, ...]
    ungraded: tuple[str, ...]
    visible: int
    hidden: int


def bundle(course: Course, exercises: Sequence[Exercise]) -> Bundle:
    """Make what learners get of some exercises, and of what these build on.

    Raises:
        UsageError: if all checks of all exercises are hidden.
        CourseError: if a file of checks cannot be parted into what is visible and what is hidden.
        GraderError: if a file of checks cannot be loaded.
    """
    whole = with_what_they_build_on(course, exercises)
    checks = collect(course, whole)
    graded = [e for e in whole if any(check.visible for check in checks[e.id])]
    if not graded:
        raise UsageError("All checks of these exercises are hidden: a bundle of them could grade nothing.")
    handed_out = _part_of(course, graded)
    files = learners_files(handed_out, _OPTION)
    files["README.md"] += _HAND_IN.encode()
    stubs = learners_files(_part_of(course, whole))
    files |= {e.file: stubs[e.file] for e in whole}
    files |= _contents(course, handed_out)
    files |= _beside(course, handed_out, checks)
    files |= {path.as_posix(): text.encode() for path, text in _checks(course, graded, checks).items()}
    files |= _tables(course, {name: data for name, data in files.items() if name.startswith(_CHECKS.as_posix())})
    found = [check for e in whole for check in checks[e.id]]
    _demand_no_secret(
        files, [check for check in found if not check.visible], [check for check in found if check.visible]
    )
    files[HANDOUT] = write_handout(handout_of(course, whole, now())).encode()
    asked, kept = {e.id for e in exercises}, {e.id for e in graded}
    return Bundle(
        dict(sorted(files.items())),
        tuple(e.id for e in whole),
        tuple(e.id for e in whole if e.id not in asked),
        tuple(e.id for e in whole if e.id not in kept),
        sum(check.visible for check in found),
        sum(not check.visible for check in found),
    )


def write_bundle(made: Bundle, output: Path) -> None:
    """Write a bundle into a folder that is new or empty, or into a new .zip.

    Raises:
        UsageError: if something is there already, or nothing can be written there.
    """
    if output.suffix.lower() == ".zip":
        write_archive({f"{output.stem}/{name}": data for name, data in made.files.items()}, output)
        return
    if output.is_dir() and any(output.iterdir()):
        raise UsageError(
            f"{output} holds something already, and nothing in it will be overwritten. Name another folder."
        )
    write_new(output, made.files, ("exercises", "tests"))


def with_what_they_build_on(course: Course, exercises: Sequence[Exercise]) -> tuple[Exercise, ...]:
    """Some exercises and those that their solutions, or their stubs, import: in course order."""
    wanted: dict[str, None] = {}
    waiting = [exercise.id for exercise in exercises]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = None
            exercise = course.exercise(name)
            source = exercise.solution if exercise.solution.is_file() else exercise.stub
            waiting += imports_of(SourceFile(name, str(source), read_course_file(source)), course)
    return tuple(exercise for exercise in course.exercises if exercise.id in wanted)


def _part_of(course: Course, exercises: Sequence[Exercise]) -> Course:
    """The course with some of its exercises."""
    ids = {exercise.id for exercise in exercises}
    units = [Unit(u.name, u.title, tuple(e for e in u.exercises if e.id in ids)) for u in course.units]
    return dataclasses.replace(course, units=tuple(unit for unit in units if unit.exercises))


def _contents(course: Course, part: Course) -> dict[str, bytes]:
    """The tables of contents, where not all of the course is in them. No solution can stand in for what is not done."""
    files: dict[str, bytes] = {}
    names = [unit.name for unit in part.units]
    if (course.root / CONTENTS).is_file():
        files[CONTENTS] = f"title = {_quoted(course.title)}\nunits = {_list(names)}\n".encode()
    for unit in part.units:
        if len(unit.exercises) < len(course.unit(unit.name).exercises):
            listed = _list([exercise.name for exercise in unit.exercises])
            files[f"exercises/{unit.name}/unit.toml"] = (
                f"title = {_quoted(unit.title)}\nexercises = {listed}\n".encode()
            )
    return files


def _quoted(text: str) -> str:
    """A text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _beside(course: Course, part: Course, checks: Mapping[str, Sequence[FoundCheck]]) -> dict[str, bytes]:
    """What lies beside the stubs: graphs that the page draws, data and pictures, modules whose name begins with _."""
    files: dict[str, bytes] = {}
    for unit in part.units:
        folder = course.root / "exercises" / unit.name
        for path in sorted(folder.iterdir()):
            if path.name.endswith(SUFFIX):
                name = path.name.removesuffix(SUFFIX)
                wanted = any(e.name == name and not _draws_hidden(e, checks[e.id]) for e in unit.exercises)
            else:
                wanted = path.name.startswith("_") or path.suffix not in (".py", ".ipynb", ".pyc")
                wanted = wanted and path.name not in ("unit.toml", "README.md")
            if wanted and not path.name.startswith((".", "__")) and path.is_file() and not path.is_symlink():
                if path.stat().st_size > _MOST_BESIDE:
                    raise UsageError(f"{path} is larger than 16 MiB, too large for a bundle. Let a stub download it.")
                files[path.relative_to(course.root).as_posix()] = path.read_bytes()
    return files


def _draws_hidden(exercise: Exercise, checks: Sequence[FoundCheck]) -> bool:
    """Whether the nodes of an exercise's graph are hidden checks."""
    hidden = {check.name for check in checks if not check.visible}
    nodes = exercise.graph.nodes if exercise.graph is not None else ()
    return any(node.check.partition("[")[0] in hidden for node in nodes)


def _checks(
    course: Course, exercises: Sequence[Exercise], checks: Mapping[str, Sequence[FoundCheck]]
) -> dict[Path, str]:
    """The files of visible checks, and of what these import from beside them, each with what is needed of it alone."""
    hidden = {check.name for found in checks.values() for check in found if not check.visible}
    wanted: dict[Path, set[str]] = {}
    for exercise in exercises:
        path = exercise.checks.relative_to(course.root)
        made = _made_in(read_course_file(exercise.checks))
        visible = [check for check in checks[exercise.id] if check.visible]
        wanted[path] = {check.name for check in visible} | {
            name for check in visible for name in check.fixtures if name in made
        }
    as_they_are = {e.checks.relative_to(course.root) for e in exercises if all(check.visible for check in checks[e.id])}
    texts: dict[Path, str] = {}
    waiting = list(wanted)
    while waiting:
        path = waiting.pop()
        text = read_course_file(course.root / path)
        if "*" not in wanted[path] and path not in as_they_are:
            text = cut_checks(text, wanted[path], hidden - wanted[path], str(path))
        texts[path] = text
        for parts, names in taken_from(text, ".".join(path.relative_to(_CHECKS).with_suffix("").parts)).items():
            for other in (_CHECKS.joinpath(*parts).with_suffix(".py"), _CHECKS.joinpath(*parts, "__init__.py")):
                if parts and (course.root / other).is_file():
                    more = {name for name in names if not (other.parent / f"{name}.py").is_file()}
                    if other not in texts or not more <= wanted[other]:
                        wanted[other] = wanted.get(other, set()) | more
                        waiting.append(other)
    return texts


def _made_in(text: str) -> set[str]:
    from grader.course.definitions import names_of

    return names_of(ast.parse(text).body).bound


def _tables(course: Course, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files beside the checks that what is left of them names."""
    found: dict[str, bytes] = {}
    for name, text in files.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w./-]+", node.value):
                for folder in (Path(name).parent, _CHECKS):
                    path = course.root / folder / node.value
                    inside = path.resolve().is_relative_to((course.root / _CHECKS).resolve())
                    if inside and path.is_file() and path.suffix not in (".py", ".pyc"):
                        found[Path(os.path.normpath(folder / node.value)).as_posix()] = path.read_bytes()
    return found


def _demand_no_secret(
    files: Mapping[str, bytes], hidden: Collection[FoundCheck], visible: Collection[FoundCheck]
) -> None:
    """See that no comment or docstring of what is left tells of a hidden check.

    Raises:
        CourseError: one does; the message says where.
    """
    known = {check.name for check in visible}
    for path, data in files.items():
        if not path.startswith(_CHECKS.as_posix()) or not path.endswith(".py"):
            continue
        text = data.decode()
        plain = " ".join(text.split())
        for check in hidden:
            told = check.name not in known and re.search(rf"\b{re.escape(check.name)}\b", text)
            if told or any(len(sentence) > len(check.name) and sentence in plain for sentence in check.sentences):
                raise CourseError(
                    f"{path}: what is visible still tells of {check.name}, which is hidden. Take its name, or its "
                    "sentence, out of the comments and texts of the visible checks."
                )
