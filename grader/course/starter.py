"""Writing a learner's folder: the stubs, what each unit teaches, and where to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.course.course_file import read_course_file
from grader.course.editors import LAUNCH, PROJECT, TASKS, launch, project, tasks
from grader.course.stubs import stub_of
from grader.course.tables import CONTENTS
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grader.course.model import Course

_GITIGNORE = "# what the grader remembers between runs\n.grade/\n__pycache__/\n"
_README = """\
# {title}

1. Open `exercises/{unit}/README.md`: it says what the unit teaches.
2. Write the code that `exercises/{unit}/{exercise}.py` asks for, in the place of `raise NotImplementedError`.
3. In this folder, run `grade {unit}.{exercise}{option}`. It says what is right, and what is not yet and why.

`grade {unit}{option}` grades a whole unit, `grade all{option}` everything.

`grade{alone}` says where you stand and what is next, `grade list{option}` has every exercise with its points, and
`grade reset {unit}.{exercise}{option}` begins one anew and keeps what you had. In VS Code, Ctrl+Shift+B grades the file
that is open, and puts what fails among the problems.

Units, in order:

{units}
"""


def init_course(target: Path, course: Course, option: str = "") -> list[Path]:
    """Write a folder for a learner: ``exercises/`` with every stub, a README, and what git and editors read.

    Files that are there already are left as they are.

    Args:
        target: the folder; made if it does not exist.
        course: where the stubs come from.
        option: what commands need to find the course, `` --course PATH``; empty for the one that came with the grader.

    Returns:
        The paths that were written.

    Raises:
        UsageError: if the target is a file, cannot be written, or has exercises already.
        CourseError: if a stub cannot be cut.
    """
    if not course.exercises:
        raise UsageError(f"The course in {course.root} has no exercises, so there is nothing to write.")
    return write_new(target, learners_files(course, option), ("exercises",))


def write_new(target: Path, texts: Mapping[str, bytes], parts: Sequence[str]) -> list[Path]:
    """Write files into a folder, and over nothing.

    Args:
        target: the folder; made if it does not exist.
        texts: each file's path below it, and what is in it. One that is there already is left as it is.
        parts: the folders below it that must be new, or empty.

    Returns:
        The paths that were written.

    Raises:
        UsageError: if the target is a file, cannot be written, or has one of the parts already.
    """
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file. Name a folder, new or empty.")
    for part in (target / part for part in parts):
        if part.is_symlink() or (part.exists() and (not part.is_dir() or any(part.iterdir()))):
            raise UsageError(
                f"{part} is there already, and nothing in it will be overwritten. "
                "Name another folder, or move it away first."
            )
    written: list[Path] = []
    try:
        for name, data in texts.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with path.open("xb") as file:
                    file.write(data)
            except FileExistsError:
                continue
            written.append(path)
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}. Name a folder that you may write to."
        ) from error
    return written


def learners_files(course: Course, option: str = "") -> dict[str, bytes]:
    """What learners get, each file's path and content: all of it first, so that an error leaves no half-written folder.

    Args:
        course: where the stubs come from.
        option: what commands need to find the course.

    Raises:
        CourseError: if a stub cannot be cut.
    """
    first = course.exercises[0]
    units = "\n".join(f"- `{unit.name}`: {unit.title}" for unit in course.units)
    title = course.title or "My exercises"
    readme = _README.format(
        title=title[0].upper() + title[1:],
        unit=first.unit,
        exercise=first.name,
        option=option,
        units=units,
        alone=f" progress{option}" if option else "",
    )
    texts = {
        "README.md": readme.encode(),
        ".gitignore": _GITIGNORE.encode(),
        TASKS: tasks(option),
        LAUNCH: launch(option),
        PROJECT: project(course),
    }
    if (course.root / CONTENTS).is_file():
        texts[CONTENTS] = read_course_file(course.root / CONTENTS).encode()
    for unit in course.units:
        folder = course.root / "exercises" / unit.name
        for name in ("unit.toml", "README.md"):
            if (folder / name).is_file():
                texts[f"exercises/{unit.name}/{name}"] = read_course_file(folder / name).encode()
        for exercise in unit.exercises:
            stub = stub_of(exercise.id, exercise.solution, exercise.stub)
            texts[f"exercises/{unit.name}/{exercise.name}.py"] = stub.encode()
    return texts
