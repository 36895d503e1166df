"""The watch: one loop that hears of saves, keys and verdicts, decides what is graded next, and draws the screen."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.course import Course, Exercise, Submission, read_submission
from grader.errors import GraderError, UsageError
from grader.reports.model import CheckResult, ExerciseResult, Report
from grader.session.options import RunOptions
from grader.session.task import Task
from grader.study.events import Pressed, Saved, Suspended, signals_of_terminal
from grader.study.keypress import Keypresses
from grader.study.keys import Keys
from grader.study.place import place_of_failure
from grader.study.saves import Saves
from grader.study.screen import Row, View
from grader.study.standing import Standing
from grader.study.warm import Lost, WarmGrader
from grader.study.warm_process import Checked, Graded, IsReady

if TYPE_CHECKING:
    from grader.study.live_page import LivePage
    from grader.study.terminal import Terminal

_HALF_WRITTEN = 0.25  # seconds in which the other half of a file may come
_TICK = 0.5  # seconds after which one looks around though nothing is heard of
_TOO_LONG = 3.0  # seconds that a run may take to end which has been called off; then its process is ended
_IDLE_TICK = 1.0
_LONG = 2.0  # seconds without an end of a check, after which that is said
_MOST_LOSSES = 2  # of the process, by one exercise as it stands


class Watch:
    """Watches a submission until it is told to end.

    Args:
        course: the course.
        watched: the exercises to be done, in order.
        path: the submission.
        options: how to grade.
        terminal: what shows it.
        keep: keeps, after each verdict, the report of all that is known, that of the exercise, and what was graded.
    """

    def __init__(
        self,
        course: Course,
        watched: Sequence[Exercise],
        path: Path,
        options: RunOptions,
        terminal: Terminal,
        keep: Callable[[Report, Report, Submission], None],
    ) -> None:
        self.course = course
        self.path = path
        self.options = options
        self.terminal = terminal
        self._keep = keep
        self.standing = Standing(course, watched, read_submission(path, course))
        self.focus = watched[0]
        self.report: Report | None = None  # the latest of one run
        self.live: LivePage | None = None
        self.is_done = False
        self.events: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.grader = WarmGrader(course, watched, options, self.events.put)
        self._keys = Keypresses(self)
        self._waiting: list[str] = []  # exercises to be graded
        self._at: Exercise | None = None  # what is being graded
        self._partial: dict[str, CheckResult] = {}
        self._is_ready = False
        self._look_at = 0.0  # when to look again at files that may be half written; 0: not at all
        self._saved_at = 0.0
        self._heard_at = 0.0  # when a check began
        self._saved: frozenset[str] = frozenset()  # what the last save has touched
        self._took: dict[str, float] = {}  # exercise -> seconds from save to verdict
        self._losses: dict[str, int] = {}
        self.trouble = ""

    # -- the loop -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Watch, until `q` or Ctrl-C.

        Raises:
            GraderError: the process that grades cannot be started.
        """
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: self.grader.close(is_ready=self._is_ready))
            self.grader.start()
            saves = Saves(self.path.resolve(), lambda: self.events.put(Saved()))
            stack.callback(saves.close)
            self._begin()
            saves.start()
            if self.terminal.reads_keys:
                stack.enter_context(signals_of_terminal(self.events.put))
            stack.enter_context(self.terminal)
            if self.terminal.reads_keys:
                keys = Keys(lambda key: self.events.put(Pressed(key)))
                self.terminal.keys = stack.enter_context(keys)
            self._notice()  # what was saved since it was read
            while not self.is_done:
                self._go_on()
                self.terminal.show(self.view(), self.finished)
                self._hear()

    def _hear(self) -> None:
        """Wait for something to happen, and hear all that has."""
        # never for long: a signal that comes right before the wait does not end it
        timeout = _IDLE_TICK if self.finished and self._is_ready else _TICK
        if self._look_at:
            timeout = min(timeout, max(self._look_at - time.monotonic(), 0.001))
        with contextlib.suppress(queue.Empty):
            self._take(self.events.get(timeout=timeout))
            while not self.is_done:
                self._take(self.events.get_nowait())
        if self._look_at and time.monotonic() >= self._look_at:
            self._notice()

    def _take(self, event: object) -> None:
        match event:
            case Saved():
                self._notice()
            case Pressed(key):
                self._keys.press(key)
            case Suspended():
                self.terminal.suspend()
            case Checked(number, exercise, result):
                if number == self.grader.busy and self._at is not None and exercise == self._at.id:
                    self._partial[result.name] = result
                    self._heard_at = time.monotonic()
            case Graded():
                self._end(event)
            case IsReady():
                self._is_ready = True
            case Lost():
                self._replace(event)

    # -- saves --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """What is graded first: the exercise that was worked on last, then all others that have been begun."""
        begun = [one for one in self.standing.watched if self.standing.is_begun(one)]
        root = self.standing.submission.root
        latest = max(begun, key=lambda one: _changed_at(root / one.unit / f"{one.name}.py"), default=None)
        self.focus = latest or self.standing.following() or self.focus
        self._waiting = [self.focus.id, *(one.id for one in begun if one is not self.focus)]

    def _notice(self) -> None:
        """Look at the files, and have graded what has changed."""
        try:
            found = read_submission(self.path, self.course)
        except (UsageError, GraderError) as error:
            if not self._look_at:
                self._look_at = time.monotonic() + _HALF_WRITTEN  # the folder may be on its way back
            elif time.monotonic() >= self._look_at:
                self._look_at, self.trouble = 0.0, str(error)
            return
        self.trouble = ""
        changed = self.standing.changed(found)
        if not changed:
            self._look_at = 0.0
            return
        self._saved_at = self._saved_at if self._look_at else time.monotonic()
        if self.standing.is_half_written(found, changed):
            if not self._look_at:
                self._look_at = time.monotonic() + _HALF_WRITTEN
                self._call_off()
                return
            if time.monotonic() < self._look_at:
                return
        self._look_at = 0.0
        self._call_off()
        self._took.clear()
        self._losses.clear()
        touched = self.standing.take(found, changed)
        self._saved = frozenset(touched)
        self._waiting = [*touched, *(name for name in self._waiting if name not in touched)]
        self._drop_what_need_not_be_graded(changed)
        watched = {one.id: one for one in self.standing.watched}
        ours = [watched[name] for name in touched if name in watched]
        if ours and self.focus.id not in changed:
            self.focus = ours[0]
        self._keys.follow_save()

    def _drop_what_need_not_be_graded(self, changed: set[str]) -> None:
        """What was not saved itself and is a stub, or is not watched and nothing watched builds on it."""
        known = {one.id for one in self.standing.watched}
        kept = []
        for name in self._waiting:
            exercise = self.course.exercise(name)
            if name in known and (name in changed or self.standing.is_begun(exercise)):
                kept.append(name)
        self._waiting = kept

    def _call_off(self) -> None:
        """Leave what is being graded, until the save has been looked at."""
        if self._at is not None:
            self.grader.cancel()
            if self._at.id not in self._waiting:
                self._waiting.insert(0, self._at.id)

    # -- grading ------------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Have the next exercise graded; end a process that does not leave what it was told to."""
        since = self.grader.cancelled_at
        if since and time.monotonic() - since > _TOO_LONG:
            self._at, self._is_ready = None, False
            self.grader.restart()
        if self._look_at or self.grader.busy:
            return
        while self._waiting:
            exercise = self.course.exercise(self._waiting[0])
            before = self.standing.needs(exercise)
            if before:
                exercise = before[0]
            elif exercise.id in self.standing.results:
                self._waiting.pop(0)
                continue
            else:
                self._waiting.pop(0)
            self._grade(exercise)
            return

    def _grade(self, exercise: Exercise) -> None:
        first = self.standing.failed_last(exercise)
        options = msgspec.structs.replace(self.options, first={exercise.id: first} if first else {})
        self._at, self._partial, self._heard_at = exercise, {}, time.monotonic()
        self.grader.grade(
            Task(
                course=str(self.course.root),
                exercises=(exercise.id,),
                submission=self.standing.submission,
                options=options,
                standing=self.standing.others(exercise),
            )
        )

    def _end(self, event: Graded) -> None:
        if event.number != self.grader.busy or self._at is None:
            return
        exercise, self._at = self._at, None
        self.grader.busy, self.grader.cancelled_at = 0, 0.0
        if event.trouble:
            self.trouble = event.trouble
            self._waiting = [name for name in self._waiting if name != exercise.id]
        elif event.report is not None:
            self.trouble = "\n".join(event.report.faults[:1])
            self.report = event.report
            self.standing.results[exercise.id] = event.report.exercises[0]
            if exercise.id in self._saved:
                self._took[exercise.id] = time.monotonic() - self._saved_at
            whole = self.whole_report(event.report)
            self._keep(whole, event.report, self.standing.submission)
            if self.live is not None:
                self.live.show(whole)
            self._keys.follow_verdict(exercise)

    def _replace(self, lost: Lost) -> None:
        """Start another process for one that has died; what it was at is graded again, once."""
        if not self.grader.is_current(lost):
            return
        exercise, self._at, self._is_ready = self._at, None, False
        if exercise is not None:
            self._losses[exercise.id] = self._losses.get(exercise.id, 0) + 1
            if self._losses[exercise.id] < _MOST_LOSSES:
                self._waiting.insert(0, exercise.id)
            else:
                self.trouble = f"{lost.why} `grade {exercise.id}` may say more."
        elif (losses := self._losses.setdefault("", 0)) >= _MOST_LOSSES:
            raise GraderError(f"{lost.why} `grade doctor` says what this machine lacks.")
        else:
            self._losses[""] = losses + 1
        self.grader.restart()

    def turn_to(self, exercise: Exercise) -> None:
        """Look at another exercise."""
        self.focus = exercise
        self.terminal.scroll_to_top()
        if exercise.id not in self.standing.results and self._at is not exercise:
            self._waiting = [exercise.id, *(name for name in self._waiting if name != exercise.id)]

    # -- what is seen -------------------------------------------------------------------------------------------

    def whole_report(self, latest: Report) -> Report:
        """All that is known of the watched exercises, as one report."""
        from grader.session.grading import units_of

        known = [self.standing.results[one.id] for one in self.standing.watched if one.id in self.standing.results]
        results = tuple(known) or latest.exercises
        return msgspec.structs.replace(latest, exercises=results, units=units_of(self.course, results))

    @property
    def failure(self) -> CheckResult | None:
        """The check that the screen tells of."""
        return first_failure(self._result()[0])

    def open_page(self) -> str:
        """Serve the report as a page; where it is."""
        if self.live is None:
            raise UsageError("There is no page here.")
        return self.live.start()

    @property
    def finished(self) -> bool:
        """Whether nothing is being graded, nor will be before the next save."""
        return self._at is None and not self._waiting and not self._look_at

    def view(self) -> View:
        """What the screen shows now."""
        standing, focus = self.standing, self.focus
        result, is_old = self._result()
        rows = tuple(Row(one, standing.status(one), standing.results.get(one.id)) for one in standing.watched)
        source = standing.submission.files.get(focus.id)
        place = None
        if source is not None:
            place = place_of_failure(first_failure(result), focus, source)
        following = standing.following(focus.id)
        return View(
            rows=rows,
            focus=focus,
            result=result,
            is_old=is_old,
            place=place,
            doing=self._doing(),
            page=self._keys.page,
            hints=self._keys.hints,
            solution=("" if source is None else source.text, self._keys.solution),
            message=self.trouble or self._keys.message,
            following=following.id if following is not None and following is not focus else "",
            keys=self.terminal.reads_keys,
        )

    def _result(self) -> tuple[ExerciseResult | None, bool]:
        """What is known of the focus, and whether that is of before the save.

        As soon as a check has failed that is the verdict, whatever the others say.
        """
        known = self.standing.results.get(self.focus.id)
        if known is not None:
            return known, False
        if self._at is not None and self._at.id == self.focus.id and not self.grader.cancelled_at:
            checks = tuple(self._partial.values())
            now = ExerciseResult(self.focus.id, self.focus.title, self.focus.file, checks)
            if first_failure(now) is not None:
                return now, False
        earlier = self.standing.earlier.get(self.focus.id)
        return earlier, earlier is not None

    def _doing(self) -> str:
        if self.trouble:
            return "waiting for a save"
        if self._at is not None and not self._is_ready:
            return "getting ready: the first verdict takes a few seconds"
        if self._at is not None and not self.grader.cancelled_at:
            ended = len(self._partial)
            last = self.standing.earlier.get(self._at.id)
            of = f" of {len(last.checks)}" if last is not None else ""
            silent = time.monotonic() - self._heard_at
            long = f", the next for {silent:.0f} s: a save stops it" if silent > _LONG else ""
            return f"grading {self._at.id}" + (f": {ended}{of} checks{long}" if ended or long else "")
        if self._waiting or self._look_at or self._at is not None:
            return "saved; reading"
        took = self._took.get(self.focus.id)
        return f"verdict {took:.1f} s after the save; watching" if took is not None else "watching; save a file"


def first_failure(result: ExerciseResult | None) -> CheckResult | None:
    """The check that the screen tells of."""
    from grader.reports.text_page import has_details

    if result is None:
        return None
    return next((check for check in result.checks if has_details(check) and not check.is_more), None)


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
