"""The gallery: every known wrong answer of a course, and the message that a learner gets for it."""

from __future__ import annotations

import dataclasses

from grader.course import Exercise, SourceFile, Submission


def with_answer(solutions: Submission, exercise: Exercise, text: str) -> Submission:
    """The solutions, with one exercise's text replaced."""
    display = f"exercises/{exercise.unit}/{exercise.name}.py"
    file = SourceFile(exercise.id, display, text)
    return dataclasses.replace(solutions, files={**solutions.files, exercise.id: file})
