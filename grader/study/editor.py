"""Opens the learner's editor at a line."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from grader.errors import UsageError

_GOTO = ("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf")  # file:line after --goto
_COLON = ("subl", "zed", "zeditor", "atom", "mate")  # file:line
_COLON_IN_TERMINAL = ("hx", "helix")
_WINDOWS_OF_THEIR_OWN = {*_GOTO, *_COLON, "gedit", "kate", "gvim", "notepad", "notepad++", "pycharm", "idea"}


class EditorCall(msgspec.Struct, frozen=True):
    """How to open a file.

    Attributes:
        command: the program and its arguments.
        in_terminal: whether it takes the terminal until it is left.
    """

    command: tuple[str, ...]
    in_terminal: bool


def editor_call(file: Path, line: int, environment: Mapping[str, str] = os.environ) -> EditorCall:
    """Find out how to open a file at a line: by VISUAL, EDITOR, or VS Code where we are in its terminal.

    Raises:
        UsageError: nobody has said which editor.
    """
    wanted = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()
    if not wanted and (environment.get("TERM_PROGRAM") == "vscode" or "DISPLAY" in environment or os.name == "nt"):
        wanted = next((name for name in _GOTO if shutil.which(name, path=environment.get("PATH"))), "")
    if not wanted:
        raise UsageError("Which editor? Say so before: `export EDITOR=vim`, or `export EDITOR=code`.")
    try:
        words = (
            [word.strip('"') for word in shlex.split(wanted, posix=False)] if os.name == "nt" else shlex.split(wanted)
        )
    except ValueError:
        words = [wanted]
    name = Path(words[0]).name.removesuffix(".exe").removesuffix(".cmd").lower()
    own_window = name in _WINDOWS_OF_THEIR_OWN
    if name in _GOTO:
        tail = ["--goto", f"{file}:{line}"]
    elif name in _COLON or name in _COLON_IN_TERMINAL:
        tail = [f"{file}:{line}"]
    elif name in {"notepad", "notepad++", "pycharm", "idea"}:
        tail = [str(file)]
    else:
        tail = [f"+{line}", str(file)]  # vi, nano, emacs, micro, kak and most others
    return EditorCall((*words, *tail), in_terminal=not own_window)


def open_editor(call: EditorCall, handed_over: AbstractContextManager[None]) -> None:
    """Open the editor; one that takes the terminal is waited for.

    Raises:
        UsageError: it is not there, or cannot be started.
    """
    program, *words = call.command
    command = [shutil.which(program) or program, *words]  # Windows finds no code.cmd by the name of code
    try:
        if call.in_terminal:
            with handed_over:
                subprocess.run(command, check=False)  # noqa: S603 - the learner's own choice
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.Popen(  # noqa: S603 - as above
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ).wait(0.2)
    except OSError as error:
        raise UsageError(f"{call.command[0]} cannot be started: {error.strerror}. EDITOR says which editor.") from None
