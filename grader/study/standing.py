"""How the watched exercises stand, and what a save makes it necessary to grade again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from grader.course import Course, Exercise, SourceFile, Submission
from grader.course.imports import names_imported
from grader.reports.model import ExerciseResult, Status, Verdict
from grader.session.files import is_stub
from grader.session.grading import in_order

_ROOTS = ("exercises", "solutions")


class Standing:
    """What is known of the exercises, for the files as they are now.

    Args:
        course: the course.
        watched: the exercises to be done, in order.

    Attributes:
        submission: the learner's files, as they were last read.
        results: what a run has found, by exercise.
        earlier: what the run before that found, of files that have changed since.
    """

    def __init__(self, course: Course, watched: Sequence[Exercise], submission: Submission) -> None:
        self.course = course
        self.watched = tuple(watched)
        self.submission = submission
        self.results: dict[str, ExerciseResult] = {}
        self.earlier: dict[str, ExerciseResult] = {}
        self._is_stub: dict[str, tuple[str, bool]] = {}
        self._imports: dict[str, tuple[str, frozenset[str]]] = {}

    # -- files --------------------------------------------------------------------------------------------------

    def changed(self, submission: Submission) -> set[str]:
        """The modules of which the files say something else than they did."""
        before, after = self.submission.files, submission.files
        return {name for name in {*before, *after} if _said(before.get(name)) != _said(after.get(name))}

    def is_half_written(self, submission: Submission, changed: Iterable[str]) -> bool:
        """Whether a change may be half of one: a file that was there is gone, empty, or no Python any more."""
        before = self.submission.files
        for name in changed:
            was, now = before.get(name), submission.files.get(name)
            if was is not None and not was.fault and (now is None or now.fault or not now.text.strip()):
                return True
        return False

    def take(self, submission: Submission, changed: Collection[str]) -> list[str]:
        """Take over new files; the exercises that they touch: those that were saved, then what builds on them."""
        self.submission = submission
        ids = [exercise.id for exercise in self.course.exercises]
        touched = self._touched(changed)
        for name in touched:
            if (old := self.results.pop(name, None)) is not None:
                self.earlier[name] = old
        first = [name for name in ids if name in changed]
        return [*first, *(name for name in ids if name in touched and name not in changed)]

    def _touched(self, changed: Collection[str]) -> set[str]:
        """The changed modules and all that import them, over however many others."""
        touched = set(changed)
        while more := {n for n in self.submission.files if n not in touched and self._imports_of(n) & touched}:
            touched |= more
        return touched

    def _imports_of(self, module: str) -> frozenset[str]:
        source = self.submission.files[module]
        known = self._imports.get(module)
        if known is None or known[0] != source.text:
            names = [] if source.fault else list(names_imported(source.text, source.module))
            found = (parts[1:] if parts[0] in _ROOTS else parts for parts in names)
            known = self._imports[module] = source.text, frozenset(".".join(parts[:2]) for parts in found)
        return known[1]

    def is_begun(self, exercise: Exercise) -> bool:
        """Whether there is a file that is not the stub any more."""
        source = self.submission.files.get(exercise.id)
        if source is None:
            return False
        known = self._is_stub.get(exercise.id)
        if known is None or known[0] != source.text:
            known = self._is_stub[exercise.id] = source.text, is_stub(source.text, exercise)
        return not known[1]

    # -- results ------------------------------------------------------------------------------------------------

    def status(self, exercise: Exercise) -> Status | None:
        """How an exercise stands; None where it must be graded to know."""
        result = self.results.get(exercise.id)
        if result is not None:
            return result.status
        return None if self.is_begun(exercise) else Status.NOT_STARTED

    def needs(self, exercise: Exercise) -> list[Exercise]:
        """What an exercise builds on and of which it is not known how it stands, in the order to grade it."""
        plan = in_order([exercise], self.submission, self.course)
        return [one for one in plan if one.id != exercise.id and self.status(one) is None]

    def others(self, exercise: Exercise) -> dict[str, Status]:
        """How all other exercises stand of which that is known."""
        known = {one.id: self.status(one) for one in self.course.exercises if one.id != exercise.id}
        return {name: status for name, status in known.items() if status is not None}

    def failed_last(self, exercise: Exercise) -> tuple[str, ...]:
        """The checks that failed when it was last graded."""
        last = self.results.get(exercise.id) or self.earlier.get(exercise.id)
        calm = {Verdict.PASSED, Verdict.BLOCKED, Verdict.NOT_STARTED, Verdict.GRADER_FAULT}
        return tuple(check.name for check in last.checks if check.verdict not in calm) if last is not None else ()

    def following(self, after: str = "") -> Exercise | None:
        """The next exercise that is not passed: behind one, else from the top; None where all are."""
        open_ones = [one for one in self.watched if self.status(one) is not Status.PASSED]
        places = {one.id: place for place, one in enumerate(self.watched)}
        behind = [one for one in open_ones if places[one.id] > places.get(after, -1)]
        others = [one for one in open_ones if one.id != after]
        return next(iter([*behind, *others]), None)

    def summary(self) -> str:
        """How many are passed, of how many, and what is next."""
        passed = sum(self.status(one) is Status.PASSED for one in self.watched)
        following = self.following()
        return f"{passed} of {len(self.watched)} passed." + (f" Next: {following.id}" if following is not None else "")


def _said(source: SourceFile | None) -> tuple[str, str] | None:
    return None if source is None else (source.text, source.fault)
