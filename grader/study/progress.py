"""Where a learner stands: each exercise's mark, the points it has, and which one is next.

Nothing is graded for it. It goes by the history of the folder and by what the files hold now.
"""

from __future__ import annotations

import enum
from pathlib import Path

import msgspec

from grader.course import Course, Exercise, NothingRecognisedError, Submission, read_submission
from grader.course.stubs import stub_of
from grader.errors import UsageError
from grader.reports.model import Status
from grader.session.files import is_stub
from grader.study.history import Attempt, by_exercise, digest_of, read_history

FOLDER = Path("exercises")


class Mark(enum.StrEnum):
    """How an exercise stands with its learner."""

    PASSED = "passed"
    BEGUN = "begun"
    BLOCKED = "blocked"
    NOT_STARTED = "not started"


class Standing(msgspec.Struct, frozen=True):
    """One exercise, and how it stands.

    Attributes:
        exercise: its id.
        mark: by its last run; BEGUN as well where it was never graded and is no stub any more.
        changed: whether the file is another than the one that was graded last.
        attempts: how often it was graded, the oldest first.
        blocked_by: what it waits for.
        missing: whether there is no file of it.
    """

    exercise: str
    mark: Mark
    changed: bool = False
    attempts: tuple[Attempt, ...] = ()
    blocked_by: str = ""
    missing: bool = False

    @property
    def last(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def has_passed(self) -> bool:
        """Whether it passed at any time."""
        return any(attempt.status is Status.PASSED for attempt in self.attempts)


class Progress(msgspec.Struct, frozen=True):
    """All exercises of a course, in course order, and what comes next."""

    standings: tuple[Standing, ...]

    def of(self, exercise: str) -> Standing:
        """How one exercise stands."""
        return next(standing for standing in self.standings if standing.exercise == exercise)

    @property
    def passed(self) -> int:
        """How many have passed."""
        return sum(standing.mark is Mark.PASSED for standing in self.standings)

    @property
    def next(self) -> str:
        """The exercise to do next; empty where all are done.

        The one that was worked on last, until it passes; then what else is begun in its unit, what follows it there,
        what is begun elsewhere, the units behind it, and those before.
        """
        ids = [standing.exercise for standing in self.standings]
        latest = self._latest()
        at = ids.index(latest) if latest else 0
        unit = latest.partition(".")[0]
        around = [*self.standings[at:], *self.standings[:at]]
        in_unit = [standing for standing in around if standing.exercise.partition(".")[0] == unit]
        begun = {Mark.BEGUN}
        open_ = {Mark.BEGUN, Mark.NOT_STARTED, Mark.BLOCKED}
        for among, marks in ((in_unit, begun), (in_unit, open_), (around, begun), (around, open_)):
            found = next((standing for standing in among if standing.mark in marks), None)
            if found is not None:
                return self._unblocked(found)
        return ""

    def _latest(self) -> str:
        """The exercise that was worked on last, of those that a run found begun; empty before the first."""
        tried = [
            (attempt.time, standing.exercise)
            for standing in self.standings
            for attempt in standing.attempts[-1:]
            if attempt.status in {Status.PASSED, Status.FAILED}
        ]
        return max(tried, key=lambda pair: (pair[0] is not None, pair[0]))[1] if tried else ""

    def _unblocked(self, standing: Standing) -> str:
        """What an exercise waits for, if it waits for one that is not done; else the exercise itself."""
        for _ in self.standings:
            blocker = next((s for s in self.standings if s.exercise == standing.blocked_by), None)
            if blocker is None or blocker.mark is Mark.PASSED:
                break
            standing = blocker
        return standing.exercise


def is_course_folder(here: Path) -> bool:
    """Whether a folder is one to work in: it has exercises/, or the grader has made it."""
    return (here / FOLDER).is_dir()


def read_progress(course: Course, here: Path) -> Progress:
    """Find out how every exercise stands.

    Args:
        course: which exercises there are.
        here: the folder that is worked in; its exercises/ need not be there.

    Raises:
        UsageError: its files cannot be read.
    """
    tried = by_exercise(read_history(here))
    files = own_files(course, here)
    found = [_standing(exercise, files, tuple(tried.get(exercise.id, ()))) for exercise in course.exercises]
    passed = {standing.exercise for standing in found if standing.mark is Mark.PASSED}
    return Progress(tuple(_looked_at_again(standing, passed) for standing in found))


def own_files(course: Course, here: Path) -> Submission:
    """The learner's files in a folder; nothing where it has none of the course's.

    Raises:
        UsageError: they cannot be read.
    """
    try:
        if is_course_folder(here):
            return read_submission(here / FOLDER, course)
    except NothingRecognisedError:
        pass
    return Submission(here / FOLDER, {})


def is_own(path: Path, here: Path) -> bool:
    """Whether what was graded are the learner's own files of a folder, whose history is kept."""
    try:
        return path.resolve().is_relative_to((here / FOLDER).resolve(strict=True))
    except (OSError, RuntimeError):
        return False


def _standing(exercise: Exercise, files: Submission, attempts: tuple[Attempt, ...]) -> Standing:
    source = files.files.get(exercise.id)
    last = attempts[-1] if attempts else None
    if source is None:
        return Standing(exercise.id, Mark.NOT_STARTED, bool(last and last.digest), attempts, missing=True)
    untouched = not source.fault and _is_stub(source.text, exercise)
    if last is None:
        return Standing(exercise.id, Mark.NOT_STARTED if untouched else Mark.BEGUN)
    changed = last.digest != digest_of(source.text)
    if untouched and (changed or last.status is not Status.PASSED):
        return Standing(exercise.id, Mark.NOT_STARTED, attempts=attempts)
    mark = {Status.PASSED: Mark.PASSED, Status.BLOCKED: Mark.BLOCKED}.get(last.status, Mark.BEGUN)
    if last.status is Status.NOT_STARTED and not changed:
        mark = Mark.NOT_STARTED
    return Standing(exercise.id, mark, changed, attempts, last.blocked_by if mark is Mark.BLOCKED else "")


def _is_stub(text: str, exercise: Exercise) -> bool:
    """Whether a file is as it was handed out; a course may keep no stubs, and cut them where they are asked for."""
    if exercise.stub.is_file():
        return is_stub(text, exercise)
    return stub_of(exercise.id, exercise.solution, exercise.stub).split() == text.split()


def _looked_at_again(standing: Standing, passed: set[str]) -> Standing:
    """An exercise that was blocked by what has passed since is one to grade again."""
    if standing.mark is Mark.BLOCKED and standing.blocked_by in passed:
        return msgspec.structs.replace(standing, mark=Mark.BEGUN, blocked_by="")
    return standing


def the_one(course: Course, name: str, command: str) -> Exercise:
    """The exercise that a command was given.

    Raises:
        UsageError: it is none, or several.
    """
    exercises = course.resolve([name])
    if len(exercises) != 1:
        raise UsageError(f"Name one exercise of {name}, as in `{command} {exercises[0].id}`.")
    return exercises[0]
