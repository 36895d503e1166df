"""What each key does while a folder is watched."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import Exercise
from grader.errors import GraderError, UsageError
from grader.reports.model import Status
from grader.study.editor import editor_call, open_editor
from grader.study.place import place_of_failure
from grader.study.progress import FOLDER as EXERCISES

if TYPE_CHECKING:
    from grader.study.watching import Watch

_SCROLLS = {"down": 1, "up": -1, "j": 1, "k": -1, " ": 10, "page down": 10, "page up": -10}  # lines


class Keypresses:
    """What the keys have brought: which page is shown, how far it is scrolled, and what is said.

    Args:
        watch: what they act on.

    Attributes:
        page: ``check``, ``all``, ``list``, ``hint`` or ``solution``.
        hints: how many hints are shown.
        message: a sentence or two; the next key or save takes it away.
        solution: the course's own, of the exercise that it is shown of.
    """

    def __init__(self, watch: Watch) -> None:
        self.page = "check"
        self.hints = 0
        self.message = ""
        self.solution = ""
        self._watch = watch
        self._moved = False  # whether the learner has chosen an exercise
        self._asked: Exercise | None = None  # of which it was asked whether it is to be reset
        self._has_reset = False  # whether the save to come is our own

    def press(self, key: str) -> None:
        """Do what a key says."""
        self.message = ""
        asked, self._asked = self._asked, None
        acts: dict[str, Callable[[], None]] = {
            "h": self._hint,
            "n": self._next,
            "l": lambda: self._turn_to("list"),
            "a": lambda: self._turn_to("all"),
            "s": self._solution,
            "o": self._open_page,
            "e": self._edit,
            "r": lambda: self._reset(asked),
            "q": self._quit,
        }
        if key in _SCROLLS:
            self._watch.terminal.scroll(_SCROLLS[key])
        act = acts.get(key)
        if act is not None:
            try:
                act()
            except (UsageError, GraderError) as error:
                self.message = str(error)

    def follow_save(self) -> None:
        """A save brings the learner back to the verdict."""
        self.message, self._moved = self.message if self._has_reset else "", True
        self._has_reset, self._asked = False, None
        if self.page in {"list", "hint", "solution"}:
            self.page = "check"
        self._watch.terminal.scroll_to_top()

    def follow_verdict(self, exercise: Exercise) -> None:
        """At the beginning, before anything is chosen or saved, move on from what is passed already."""
        watch = self._watch
        if self._moved or exercise is not watch.focus:
            return
        if watch.standing.status(exercise) is Status.PASSED and (following := watch.standing.following()) is not None:
            watch.turn_to(following)

    def _turn_to(self, page: str) -> None:
        self.page = "check" if self.page == page else page
        self._watch.terminal.scroll_to_top()

    def _hint(self) -> None:
        """One hint more at each press; behind the last one, back to the checks."""
        known = len(self._watch.focus.hints)
        if self.page == "hint" and self.hints >= known:
            self._turn_to("check")
            return
        if self.page == "hint" or not self.hints:
            self.hints = min(self.hints + 1, known)
        self.page = "hint"
        self._watch.terminal.scroll_to_top()

    def _next(self) -> None:
        watch = self._watch
        following = watch.standing.following(watch.focus.id)
        if following is None:
            self.message = "All are passed."
        elif following is watch.focus:
            self.message = "This is the only one that is not passed yet."
        else:
            self._moved, self.page, self.hints = True, "check", 0
            watch.turn_to(following)

    def _solution(self) -> None:
        """The course's own beside the learner's; before theirs has passed there are hints."""
        from grader.study.solution import solution_text

        focus = self._watch.focus
        if self.page == "solution":
            self._turn_to("check")
        elif self._watch.standing.status(focus) is not Status.PASSED:
            self.message = "Once it has passed, s shows the course's solution beside yours. h gives a hint."
        else:
            self.solution = solution_text(focus)
            self._turn_to("solution")

    def _reset(self, asked: Exercise | None) -> None:
        """Put the stub back, at the second press: the first asks."""
        from grader.study.reset import reset

        watch, focus = self._watch, self._watch.focus
        here = Path.cwd()
        if watch.path.resolve() != (here / EXERCISES).resolve():
            self.message = f"`grade reset {focus.id}`, in the folder that holds {EXERCISES}/, puts the stub back."
        elif asked is not focus:
            self._asked = focus
            self.message = f"r again puts the stub of {focus.id} back. What you have is kept in .grade/."
        else:
            done = reset(watch.course, focus, here)
            if not done.changed:
                self.message = f"{done.file} is as it was handed out: there was nothing to reset."
                return
            self._has_reset = True
            kept = f" What it held is in {done.backup}; `grade reset {focus.id} --undo` puts it back."
            self.message = f"{done.file} is the stub again.{kept if done.backup is not None else ''}"

    def _edit(self) -> None:
        watch = self._watch
        source = watch.standing.submission.files.get(watch.focus.id)
        if source is None:
            raise UsageError(f"{watch.focus.file} is not there.")
        place = place_of_failure(watch.failure, watch.focus, source)
        file = watch.standing.submission.root.joinpath(*source.module.split(".")).with_suffix(".py")
        if source.cells or not file.is_file():
            file = watch.standing.submission.root / source.display
        open_editor(editor_call(file.resolve(), place.line), watch.terminal.handed_over())

    def _open_page(self) -> None:
        address = self._watch.open_page()
        self.message = f"The page is at {address}"
        if _has_browser():
            # in a process of its own: what a browser says, or one that wants the terminal, would spoil the screen
            subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-P", "-m", "webbrowser", address],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _quit(self) -> None:
        self._watch.is_done = True


def _has_browser() -> bool:
    """Whether a window can be opened here, or somebody has said how."""
    return sys.platform in {"darwin", "win32"} or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
