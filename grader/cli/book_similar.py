"""`grade book similar`: which hand-ins resemble each other, as a hint for a human."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from grader.cli.book_options import Opened, with_book
from grader.cli.output import console, printing

if TYPE_CHECKING:
    from grader.cohort.gradebook import Gradebook
    from grader.course import Exercise


@click.command()
@click.option(
    "--threshold",
    type=click.FloatRange(0.05, 1.0),
    default=0.8,
    show_default=True,
    help="How much of either must be in the other.",
)
@with_book
def similar(opened: Opened, threshold: float) -> None:
    """List hand-ins that resemble each other, without what the stub gave: a hint for a human, and no verdict."""
    from grader.cohort.similarity import in_words, resemblances
    from grader.course.stubs import stub_of

    stubs = {one.id: stub_of(one.id, one.solution, one.stub) for one in opened.exercises}
    found = resemblances(_texts(opened.book, opened.exercises), stubs, threshold)
    with printing():
        for line in in_words(found):
            console().print(line, markup=False, highlight=False, soft_wrap=True)


def _texts(book: Gradebook, exercises: tuple[Exercise, ...]) -> dict[str, dict[str, str]]:
    """Learner -> exercise -> what stands for it."""
    from grader.cohort.overview.counts import latest_standing

    names = _names(book)
    wanted = {exercise.id for exercise in exercises}
    contents: dict[str, dict[str, str]] = {}
    found: dict[str, dict[str, str]] = {}
    for grading in latest_standing(book):
        files = contents.setdefault(grading.content, book.content(grading.content))
        if grading.exercise in wanted and grading.exercise in files:
            found.setdefault(names[grading.learner], {})[grading.exercise] = files[grading.exercise]
    return found


def _names(book: Gradebook) -> dict[int, str]:
    """What to call each learner: by name, and by the key, too, where the name is not theirs alone."""
    learners = book.learners()
    shown = [learner.shown for learner in learners]
    return {
        learner.id: learner.shown if shown.count(learner.shown) == 1 else f"{learner.shown} ({learner.key})"
        for learner in learners
    }
