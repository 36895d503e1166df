"""What an exercise must have beside working code: hints, sentences, a source, a row in the README, alternatives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.author.scaffold import todos
from grader.course import Course, Exercise

_HINTS = 3  # a nudge, the formula, the line
_ALTERNATIVES = 3


def wanting(course: Course, exercise: Exercise) -> Iterator[str]:
    """What is missing of an exercise, or is left to do: a sentence each."""
    if len(exercise.hints) < _HINTS:
        yield f"it has {len(exercise.hints)} hints; {_HINTS} are wanted"
    alternatives = len(list(exercise.alternatives.glob("*.py")))
    if alternatives < _ALTERNATIVES:
        yield f"it has {alternatives} alternatives; at least {_ALTERNATIVES} are wanted"
    yield from _readme(course, exercise)
    yield from _source(course, exercise)
    if exercise.checks.is_file():
        yield from _sentences(exercise.checks.read_text("utf-8"))
    yield from todos(course, exercise)


def _readme(course: Course, exercise: Exercise) -> Iterator[str]:
    """The unit's README is there, and has the exercise's name as code: in its list, or elsewhere."""
    path = course.root / "exercises" / exercise.unit / "README.md"
    where = path.relative_to(course.root)
    if not path.is_file():
        yield f"{where} is missing"
    elif not re.search(rf"`({re.escape(exercise.unit)}\.)?{re.escape(exercise.name)}(\.py)?`", path.read_text("utf-8")):
        yield f"{where} does not name `{exercise.name}`"


def _source(course: Course, exercise: Exercise) -> Iterator[str]:
    """Learners read in a docstring, of the module or of what they write, where the lecture has it."""
    nodes = ast.walk(ast.parse(exercise.solution.read_text("utf-8"), str(exercise.solution)))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    if not any("Source:" in (ast.get_docstring(node) or "") for node in nodes if isinstance(node, kinds)):
        yield f'no docstring of {exercise.solution.relative_to(course.root)} has a "Source:"'


def _sentences(checks: str) -> Iterator[str]:
    """Each check has a sentence of its own, which says more than its name."""
    said: dict[str, str] = {}
    for node in ast.walk(ast.parse(checks)):
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test"):
            continue
        sentence = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
        words = _words(sentence)
        if not words:
            yield f"{node.name} has no sentence: its docstring is what learners read"
        elif words in (_words(node.name), _words(node.name.removeprefix("test"))):
            yield f"the sentence of {node.name} says no more than its name"
        elif words in said:
            yield f"{node.name} has the sentence of {said[words]}: one demand each"
        else:
            said[words] = node.name


def _words(text: str) -> str:
    """What two sentences have in common that differ in signs alone."""
    return " ".join(re.findall(r"\w+", text.replace("_", " ").lower()))
