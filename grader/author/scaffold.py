"""`grade new`: the files of a new exercise, around a small working example that its author replaces.

All that the author must write says TODO, and validation fails as long as one is left; the example itself holds.
"""

from __future__ import annotations

import functools
import json
import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grader.checks import seal
from grader.course import Course, CourseError, Exercise, cut_stub
from grader.course.model import Packages
from grader.course.tables import CONTENTS
from grader.errors import UsageError

if TYPE_CHECKING:
    import jinja2

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = r"[a-z][a-z0-9_]*"  # as Python has it for modules
_LONGEST_TITLE = 80  # of the 120 characters of a line
_ROW = r"\s*\|\s*`?(\w+)"  # of a table in a unit's README, to its first word
_TODO = r"\bTODO\b"


class Scaffold(msgspec.Struct, frozen=True):
    """What `grade new` does to a course.

    Attributes:
        files: paths that are not there yet, each with its text.
        edits: paths that are there, each with its new text: the old one and an entry or rows.
    """

    files: dict[Path, str]
    edits: dict[Path, str]


def scaffold(
    course: Course,
    name: str,
    packages: Packages = "torch",
    title: str = "",
    *,
    quiz: bool = False,
) -> Scaffold:
    """Think out the files of a new exercise; nothing is written.

    Args:
        course: the course, with solutions.
        name: the unit, new or not, and the exercise: ``lecture4.batchnorm``.
        packages: ``numpy`` where torch cannot be imported, ``python`` where NumPy cannot either.
        title: what reports call the exercise; left to be filled in without it.
        quiz: whether learners fill in answers, and write no code.

    Returns:
        What is to be written, for ``write``.

    Raises:
        UsageError: the name or title cannot be used, the exercise is there, or the course has no solutions.
    """
    unit, exercise = _parts(name)
    _check_title(title)
    if not (course.root / "solutions").is_dir():
        raise UsageError(f"{course.root} has no solutions/, which the stubs are cut from. Give a course that has.")
    if any(known.id == name for known in course.exercises):
        raise UsageError(f"{name} is there already. Choose another name for the exercise.")
    fill = functools.partial(
        _fill,
        unit=unit,
        exercise=exercise,
        packages=packages,
        title=title or "TODO: what reports call the exercise",
        lib="np" if packages == "numpy" else "torch",
        lib_import="numpy as np" if packages == "numpy" else "torch",
        array="np.ndarray" if packages == "numpy" else "torch.Tensor",
        sealed=seal("shape", "b") if quiz else "",
    )
    kind, tests = "quiz" if quiz else "python" if packages == "python" else "code", course.root / "tests"
    solution = fill(f"{kind}/solution.py.j2")
    files = {
        course.root / "solutions" / unit / f"{exercise}.py": solution,
        course.root / "exercises" / unit / f"{exercise}.py": cut_stub(solution, name),
        tests / "hidden" / unit / f"test_{exercise}.py": fill(f"{kind}/checks.py.j2"),
        tests / "misconceptions" / unit / f"{exercise}.py": fill(f"{kind}/bank.py.j2"),
    }
    for template in sorted((_TEMPLATES / kind / "alternatives").iterdir()):
        path = tests / "alternatives" / unit / exercise / template.name.removesuffix(".j2")
        files[path] = fill(f"{kind}/alternatives/{template.name}")
    for path in files:
        if path.exists():
            raise UsageError(f"{path} is there already, and nothing is overwritten. Move it away, or choose a name.")
    edits: dict[Path, str] = {}
    for path, added in ((_toml_of(course, unit), _with_entry), (_readme_of(course, unit), _with_rows)):
        if path.exists():
            edits[path] = added(path, exercise)
        else:
            text = fill(f"unit/{path.name}.j2")
            files[path] = text if path.suffix == ".toml" else _rows_added(text, exercise)
    contents = course.root / CONTENTS
    if contents.exists() and all(known.name != unit for known in course.units):
        edits[contents] = _with_entry(contents, unit, "units")
    return Scaffold(files, edits)


def write(plan: Scaffold) -> None:
    """Write what was thought out: all of it, or nothing.

    Raises:
        UsageError: a file cannot be written, or has come to be there in the meantime.
    """
    written: list[Path] = []
    old: dict[Path, bytes] = {}
    try:
        for path, text in plan.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                written.append(path)
                file.write(text.encode())
        for path, text in plan.edits.items():  # last: a course lists no exercise whose files are not there
            before = path.read_bytes()
            old[path] = before
            path.write_bytes(text.encode())
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        for path, data in old.items():
            path.write_bytes(data)
        why = f"{error.filename or 'A file'} cannot be written: {error.strerror}."
        raise UsageError(f"{why} Nothing was written; make the course's folders writable.") from error


def todos(course: Course, exercise: Exercise) -> Iterator[str]:
    """What its author has still to write: one sentence for each file of an exercise and of its unit with a TODO in it.

    In the unit's README the rows of tables that begin with another exercise are left to that.
    """
    others = {other.name for other in course.exercises if other.unit == exercise.unit} - {exercise.name}
    alternatives = course.root / "tests" / "alternatives" / exercise.unit / exercise.name
    own = (exercise.solution, exercise.checks, exercise.bank, *sorted(alternatives.glob("*.py")))
    for path in (*own, _toml_of(course, exercise.unit), _readme_of(course, exercise.unit)):
        if not path.is_file():
            continue
        lines = [
            number
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
            if re.search(_TODO, line) and not ((row := re.match(_ROW, line)) and row[1] in others)
        ]
        if lines:
            listed = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"
            yield f"a TODO is left in {path.relative_to(course.root)}, {listed}"


def _parts(name: str) -> tuple[str, str]:
    """The unit and the exercise that a name names."""
    match name.split("."):
        case [unit, exercise] if re.fullmatch(_NAME, unit) and re.fullmatch(_NAME, exercise):
            for part in (unit, exercise):
                if keyword.iskeyword(part) or part == "all":
                    raise UsageError(f"{part!r} has a meaning of its own, in Python or to `grade`. Choose another.")
            return unit, exercise
    raise UsageError(
        f"{name!r} names no exercise. Write a unit, a dot and the exercise, each in lower-case letters, digits and "
        "underscores, as in lecture4.batchnorm."
    )


def _check_title(title: str) -> None:
    if title != title.strip() or not title.isprintable() or len(title) > _LONGEST_TITLE:
        raise UsageError(f"A title is one line of at most {_LONGEST_TITLE} characters, without blanks at its ends.")


def _toml_of(course: Course, unit: str) -> Path:
    return course.root / "exercises" / unit / "unit.toml"


def _readme_of(course: Course, unit: str) -> Path:
    return course.root / "exercises" / unit / "README.md"


def _with_entry(path: Path, entry: str, key: str = "exercises") -> str:
    """A table of contents with one more entry at the end of a list, and all else as it was."""
    import tomllib

    text = _read(path)
    listed = re.search(rf"^{key}\s*=\s*\[", text, re.MULTILINE)
    # of the list: what may stand between texts, and the texts, whose ends are where the next one can be put
    items = list(re.finditer(r'"[^"\n]*"|\'[^\'\n]*\'|#[^\n]*|\]', text[listed.end() :])) if listed else []
    closing = next((number for number, item in enumerate(items) if item[0] == "]"), 0)
    last = next((item for item in reversed(items[:closing]) if item[0][0] in "\"'"), None)
    if listed is not None and last is not None:
        end = listed.end() + last.end()
        line = text[text.rfind("\n", 0, end) + 1 : end]
        alone = re.fullmatch(r"(\s*)(\"[^\"]*\"|'[^']*')", line)  # one exercise a line
        added = f'{_ending(text)}{alone[1]}"{entry}"' if alone else f' "{entry}"'
        new = f"{text[:end]},{added}{text[end:]}"
        before, after = tomllib.loads(text), tomllib.loads(new)
        if after == {**before, key: [*before[key], entry]}:
            return new
    raise UsageError(f'{path}: no place is found for "{entry}". Add it to the list {key}, and try again.')


def _with_rows(path: Path, exercise: str) -> str:
    return _rows_added(_read(path), exercise)


def _rows_added(text: str, exercise: str) -> str:
    """A README with a row for the exercise at the end of each table whose first column is "exercise"."""
    lines = text.splitlines(keepends=True)
    ending, found = _ending(text), False
    for number in reversed(range(len(lines) - 1)):
        cells = [cell.strip().lower() for cell in lines[number].strip().strip("|").split("|")]
        if cells[0] != "exercise" or len(cells) == 1 or not re.fullmatch(r"[\s|:-]+", lines[number + 1]):
            continue
        found, end = True, number + 2
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            end += 1
        if not lines[end - 1].endswith("\n"):
            lines[end - 1] += ending
        lines.insert(end, f"| `{exercise}` | {' | '.join(f'TODO: {cell}' for cell in cells[1:])} |{ending}")
    if not found:
        table = ["## The exercises, in order", "", "| exercise | you write |", "| --- | --- |"]
        lines += [f"{line}{ending}" for line in ("", *table, f"| `{exercise}` | TODO: you write |")]
    return "".join(lines)


def _read(path: Path) -> str:
    """A file of the course with its line endings as they are."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _fill(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(values)


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(  # noqa: S701 - Python, TOML and Markdown come of it, no HTML
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["toml"] = functools.partial(json.dumps, ensure_ascii=False)
    return environment
