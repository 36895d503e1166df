"""What the commands of `grade book` share: the gradebook, the policies, and which units are meant."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.options import NamedPath, course_option
from grader.cli.output import say
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.cohort.exports.class_grades import ClassGrades
    from grader.cohort.gradebook import Gradebook
    from grader.course import Course, Exercise


class Opened:
    """A gradebook that is read, with the grades of its class.

    Attributes:
        book: the gradebook.
        course: says which units and exercises there are.
        exercises: those that are asked for.
        grades: of the class, in these.
    """

    def __init__(self, book: Gradebook, course: Course, policies: Path | None, units: Sequence[str]) -> None:
        from grader.cohort.exports.class_grades import class_grades
        from grader.cohort.grades import unknown_extensions
        from grader.cohort.policies import read_policies

        self.book, self.course = book, course
        self.exercises = _exercises(book, course, units)
        rules = read_policies(policies, course)
        self.grades: ClassGrades = class_grades(book, rules, self.exercises)
        for said in unknown_extensions(rules, self.grades.learners):
            say(f"Note: {said}")


def with_book(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that name a gradebook, and the opened gradebook as its first argument."""

    @functools.wraps(command)
    def called(
        *args: Any,
        gradebook: Path,
        policies: Path | None,
        units: tuple[str, ...],
        course_path: Path | None,
        **options: Any,
    ) -> Any:
        from grader.cohort.gradebook import Gradebook
        from grader.course import find_course

        with Gradebook(gradebook) as book:
            return command(Opened(book, find_course(course_path), policies, units), *args, **options)

    for option in (
        course_option,
        click.option(
            "--units",
            multiple=True,
            metavar="UNIT|UNIT.EXERCISE",
            help="Only these, parted by commas or given again. Without it: all of which something was graded.",
        ),
        click.option("--policies", type=NamedPath(dir_okay=False), help="cohort.toml: due dates, late days, rounding."),
        click.option("--gradebook", type=NamedPath(dir_okay=False), required=True, help="As given to `grade batch`."),
    ):
        called = option(called)
    return called


def _exercises(book: Gradebook, course: Course, units: Sequence[str]) -> tuple[Exercise, ...]:
    """The exercises that are meant: by name, or those of the units of which something was graded."""
    names = [name.strip() for given in units for name in given.split(",") if name.strip()]
    if names:
        return course.resolve(names)
    graded = {str(row[0]) for row in book.query("SELECT DISTINCT exercise FROM grading")}
    of_units = {name.partition(".")[0] for name in graded}
    found = tuple(exercise for exercise in course.exercises if exercise.unit in of_units)
    strangers = sorted(graded - {exercise.id for exercise in course.exercises})
    if strangers:
        say(f"Note: the course has no {', '.join(strangers[:8])}, which the gradebook has. Is it --course another one?")
    if not found:
        raise UsageError(f"Nothing in {book.path} was graded yet. `grade batch HAND-INS --gradebook {book.path}` does.")
    return found
