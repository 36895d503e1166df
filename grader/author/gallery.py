"""The gallery: every known wrong answer of a course, and the message that a learner gets for it.

A folder holds a page a unit, and a README.md with their list; a path that ends in ``.md`` is one page of everything.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from grader.course import Course, Exercise, SourceFile, Submission
from grader.diagnosis.bank import Misconception, read_bank
from grader.reports.failure import explain
from grader.reports.lines import plain
from grader.reports.model import CheckResult, ExerciseResult, Verdict

MOST_LINES = 6  # of prose, in 80 columns
_WIDTH = 80
_LIST = "README.md"
_CURVE = frozenset("▁▂▃▄▅▆▇█×")
_INTRODUCTION = """\
# What learners are told

Every wrong answer that the course knows, and what the grader says to it: first the sentence that corrects the mistake,
then a message as a terminal shows it. Numbers are those of one run. Written by `grade validate --gallery PATH`, which
brings the exercises that it validates up to date; a test fails when a sentence here is not that of the bank.
"""


def with_answer(solutions: Submission, exercise: Exercise, text: str) -> Submission:
    """The solutions as a learner's files, with one exercise's text replaced."""
    own = {
        name: dataclasses.replace(file, display=f"exercises/{name.replace('.', '/')}.py")
        for name, file in solutions.files.items()
    }
    return dataclasses.replace(solutions, files={**own, exercise.id: SourceFile(exercise.id, exercise.file, text)})


def message(entry: Misconception, result: ExerciseResult) -> CheckResult | None:
    """The failed check whose message says most: the first that names the mistake, else the first."""
    failed = [
        check for check in result.checks if check.verdict not in {Verdict.PASSED, Verdict.BLOCKED} and check.failure
    ]
    named = [check for check in failed if any(f.name == entry.name for f in check.failure.findings)]  # type: ignore[union-attr]
    return next(iter([*named, *failed]), None)


def prose(check: CheckResult) -> list[str]:
    """The headline and the findings of a message, as lines."""
    if check.failure is None:
        return []
    texts = [*_words(check.failure.headline), *(finding.text for finding in check.failure.findings)]
    return [line for text in texts for line in textwrap.wrap(text, _WIDTH)]


def _words(headline: str) -> Iterator[str]:
    """The lines of a headline without the curves in it, and without the figures that stand below a curve."""
    below_curve = False
    for line in headline.splitlines():
        is_curve = bool(line.strip()) and set(line.strip()) <= _CURVE
        below_curve = is_curve or (below_curve and line.startswith(("loss ", "in the end ")))
        if not below_curve:
            yield line


def section(exercise: Exercise, told: Iterable[tuple[Misconception, ExerciseResult]]) -> str:
    """One exercise's part of the gallery."""
    parts = [f"## {exercise.id}: {exercise.title}\n"]
    for entry, result in told:
        parts.append(_heading(entry))
        check = message(entry, result)
        if check is None or check.failure is None:
            parts.append("(accepted by every check)\n")
            continue
        lines = textwrap.wrap(f"✗ {check.demand}", _WIDTH)
        lines += [plain(line).rstrip() for line in explain(check.failure, width=_WIDTH)]
        parts.append("```\n" + "\n".join(lines) + "\n```\n")
    return "\n".join(parts)


def _heading(entry: Misconception) -> str:
    return f"### {entry.symbol}: {entry.name}\n> {' '.join(entry.sentence.split())}\n"


def write_gallery(
    path: Path, course: Course, told: Mapping[str, Iterable[tuple[Misconception, ExerciseResult]]]
) -> list[str]:
    """Write the gallery, or bring the sections of some exercises up to date.

    Args:
        path: the folder, or a file ``….md``.
        course: its exercises give the order.
        told: exercise -> each misconception with what it was told.

    Returns:
        What is wrong with messages: those that are too long.
    """
    sections = {key: text for page in _texts(path) for key, text in _sections(page).items()}
    problems = []
    for exercise in course.exercises:
        if exercise.id in told:
            entries = list(told[exercise.id])
            sections[exercise.id] = section(exercise, entries)
            problems += list(_too_long(exercise, entries))
    kept = {exercise.id: sections[exercise.id] for exercise in course.exercises if exercise.id in sections}
    for page, text in _pages(path, course, kept).items():
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, "utf-8")
    return problems


def gallery_text(path: Path) -> str:
    """All of a gallery, its pages one after the other; empty where there is none."""
    return "\n".join(_texts(path))


def _texts(path: Path) -> list[str]:
    pages = [path] if path.suffix == ".md" else [page for page in sorted(path.glob("*.md")) if page.name != _LIST]
    return [page.read_text("utf-8") for page in pages if page.is_file()]


def _pages(path: Path, course: Course, sections: Mapping[str, str]) -> dict[Path, str]:
    """What is to be written where."""
    if path.suffix == ".md":
        return {path: "\n".join([_INTRODUCTION, *sections.values()])}
    pages, rows = dict[Path, str](), list[str]()
    for unit in course.units:
        kept = [sections[exercise.id] for exercise in unit.exercises if exercise.id in sections]
        if kept:
            title = f"# {unit.name} · {unit.title}\n\nWhat learners are told; [all units](README.md).\n"
            pages[path / f"{unit.name}.md"] = "\n".join([title, *kept])
            mistakes = sum(text.count("\n### ") for text in kept)
            rows.append(f"| [{unit.name}]({unit.name}.md) | {unit.title} | {len(kept)} | {mistakes} |")
    table = ["| unit | | exercises | mistakes |", "| --- | --- | --- | --- |", *rows]
    pages[path / _LIST] = _INTRODUCTION + "\n" + "\n".join(table) + "\n"
    return pages


def _too_long(exercise: Exercise, told: Iterable[tuple[Misconception, ExerciseResult]]) -> Iterator[str]:
    for entry, result in told:
        check = message(entry, result)
        if check is not None and len(prose(check)) > MOST_LINES:
            yield f"{exercise.id}: the message of {entry.name!r} has {len(prose(check))} lines; {MOST_LINES} at most"


def _sections(text: str) -> dict[str, str]:
    """The sections of a gallery, by exercise."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {part[3:].partition(":")[0]: part.rstrip("\n") + "\n" for part in parts}


def outline(text: str) -> list[str]:
    """What of a gallery must be up to date: exercises, mistakes and sentences; not the numbers of one run."""
    prose = re.sub(r"^```\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)  # a message may begin a line with >
    return [line for line in prose.split("\n") if line.startswith(("## ", "### ", "> "))]


def wanted_outline(course: Course) -> list[str]:
    """The outline that a course's gallery should have, from its banks alone."""
    lines = []
    for exercise in course.exercises:
        bank = read_bank(exercise.bank, exercise.solution)
        if bank:
            lines += [f"## {exercise.id}: {exercise.title}"]
            lines += [line for entry in bank for line in _heading(entry).rstrip("\n").split("\n")]
    return lines
