"""One notebook a unit, for a learner to work in: what the README says, a cell for each stub, and one that grades it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from grader.course.course_file import read_course_file
from grader.course.definitions import blank
from grader.course.header import without_header
from grader.course.stubs import stub_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grader.course import Course, Exercise, Unit

FOLDER = "notebooks"
_INSTALL = """\
# where the grader is not installed, as in Colab, take the # away, run this cell, and restart the runtime
# %pip install -q "gradlings[notebook]"
%load_ext grader.notebook"""
_FIRST = """\
Write each exercise into its cell, in the place of `raise NotImplementedError`; run the cell, and the one below, which
grades it. `%hint {first}` in a cell of its own shows a hint, `%hint {first} 2` says more. `%grade {unit}` grades all of
the unit. A cell that begins with `%%grade {first}` does both at once: it runs, and what it defines is graded."""
_RUN = re.compile(r"## Run it\b")
_BLANKS = re.compile(r"\n{4,}")


def notebooks_of(course: Course, option: str = "") -> dict[str, bytes]:
    """Make the notebooks of a course, each one's path and content.

    Args:
        course: where stubs and READMEs come from.
        option: what commands need to find the course, `` --course PATH``; empty for the one that came with the grader.

    Raises:
        CourseError: if a stub cannot be cut.
    """
    return {f"{FOLDER}/{unit.name}.ipynb": _notebook(course, unit, option) for unit in course.units if unit.exercises}


def code_of(text: str, unit: Unit, before: Sequence[tuple[str, str]] = ()) -> str:
    """The code of an exercise's file as a cell of its unit's notebook.

    Without the module's docstring and the header, which stand in a cell of text; and without what it imports from the
    files of other exercises, whose cells stand above. Where one in between has a thing of the same name, the right one
    is taken by the name that it was given there, see ``kept_names``.

    Args:
        text: the stub, or a solution.
        unit: the unit.
        before: the exercises above, and each one's file.
    """
    text = without_header(text)
    body = ast.parse(text).body
    gone: list[ast.stmt] = body[:1] if ast.get_docstring(ast.Module(body, [])) is not None else []
    own = {exercise.name for exercise in unit.exercises}
    imports = [node for node in body if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module in own]
    taken = []
    for node in imports:
        for alias in node.names:
            kept = f"{node.module}_{alias.name}"
            there = kept if _is_covered(node.module or "", alias.name, before) else alias.name
            if (alias.asname or alias.name) != there:
                taken.append(f"{alias.asname or alias.name} = {there}  # that of {node.module}\n")
    code = _BLANKS.sub("\n\n\n", blank(text, [*gone, *imports])).strip("\n")
    return _after_future(code, "".join(taken)) if taken else code


def kept_names(name: str, stubs: Sequence[tuple[str, str]]) -> list[str]:
    """What the cells above must keep under another name, since an exercise defines something of the same name.

    Args:
        name: the exercise.
        stubs: every exercise of the unit, in order, and its stub.

    Returns:
        Assignments, as ``mlp_forward = forward``.
    """
    place = [other for other, _ in stubs].index(name)
    defined = _defined(stubs[place][1])
    wanted = {
        (node.module or "", alias.name)
        for _, text in stubs[place + 1 :]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
        if alias.name in defined
    }
    return [
        f"{other}_{symbol} = {symbol}"
        for other, text in stubs[:place]
        for symbol in sorted(_defined(text))
        if (other, symbol) in wanted
    ]


def _notebook(course: Course, unit: Unit, option: str) -> bytes:
    import nbformat

    readme = course.root / "exercises" / unit.name / "README.md"
    text = read_course_file(readme) if readme.is_file() else f"# {unit.title}\n"
    above, below = _parts(text, unit)
    first = unit.exercises[0].id
    cells = [_markdown(f"readme-{number}", part) for number, part in enumerate(above)]
    cells += [_code("load", _INSTALL), _markdown("how", _FIRST.format(first=first, unit=unit.name))]
    stubs = [(exercise.name, stub_of(exercise.id, exercise.solution, exercise.stub)) for exercise in unit.exercises]
    for place, exercise in enumerate(unit.exercises):
        stub = stubs[place][1]
        cells.append(_markdown(f"{place}-text", _told(exercise, place + 1, stub, text)))
        kept = kept_names(exercise.name, stubs)
        if kept:
            line = f"# {exercise.name} has things of the same names\n"
            cells.append(_code(f"{place}-kept", line + "\n".join(kept)))
        cells.append(_code(f"{place}-code", code_of(stub, unit, stubs[:place])))
        cells.append(_code(f"{place}-grade", f"%grade {exercise.id}{option}"))
    cells += [_markdown(f"readme-{number}", part) for number, part in enumerate(below, len(above))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )
    nbformat.validate(notebook)
    return f"{nbformat.writes(notebook)}\n".encode()  # type: ignore[no-untyped-call]


def _parts(readme: str, unit: Unit) -> tuple[list[str], list[str]]:
    """The sections of a README: those up to the list of the exercises, and the others; how to run it is told anew."""
    sections = [part for part in _sections(readme) if not _RUN.match(part)]
    rows = [f"| `{exercise.name}` |" for exercise in unit.exercises]
    listing = [place for place, part in enumerate(sections) if any(row in part for row in rows)]
    split = listing[-1] + 1 if listing else len(sections)
    return sections[:split], sections[split:]


def _sections(readme: str) -> Iterator[str]:
    """The parts between headings of the second level; what looks like one in a block of code is none."""
    lines: list[str] = []
    in_code = False
    for line in readme.splitlines():
        in_code ^= line.startswith("```")
        if line.startswith("## ") and not in_code and any(lines):
            yield "\n".join(lines).strip()
            lines = []
        lines.append(line)
    if any(lines):
        yield "\n".join(lines).strip()


def _told(exercise: Exercise, number: int, stub: str, readme: str) -> str:
    """What stands above an exercise: its title, its row of the README's table, and what its file begins with."""
    parts = [f"## {number}. {exercise.name}: {exercise.title}"]
    header: list[str] = []
    for line in readme.splitlines():
        row = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if row and row[0] == f"`{exercise.name}`" and len(row) == len(header):
            told = zip(header[1:], row[1:], strict=True)
            parts.append("  \n".join(f"**{name[:1].upper()}{name[1:]}**: {cell}" for name, cell in told if cell))
            break
        if row and not set("".join(row)) <= set("-: "):
            header = row if not header or len(row) != len(header) or row[0] == "exercise" else header
    parts.append(ast.get_docstring(ast.parse(stub)) or "")
    return "\n\n".join(part for part in parts if part)


def _is_covered(module: str, symbol: str, before: Sequence[tuple[str, str]]) -> bool:
    """Whether an exercise between that module and here defines something of the same name."""
    names = [name for name, _ in before]
    after = before[names.index(module) + 1 :] if module in names else ()
    return any(symbol in _defined(text) for _, text in after)


def _defined(text: str) -> set[str]:
    return {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _after_future(code: str, lines: str) -> str:
    """Put lines above a cell's code, below what must come first in it."""
    future = re.match(r"from __future__ import .*\n+", code)
    return f"{future[0]}{lines}{code[future.end() :]}" if future else f"{lines}{code}"


def _markdown(name: str, text: str) -> Any:
    import nbformat

    return nbformat.v4.new_markdown_cell(text, id=name)  # type: ignore[no-untyped-call]


def _code(name: str, text: str) -> Any:
    import nbformat

    return nbformat.v4.new_code_cell(text, id=name)  # type: ignore[no-untyped-call]
