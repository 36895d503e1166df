"""Where a command's words go: the terminal or a file, and one sentence where neither takes them."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from grader.errors import GraderError
from grader.reports.text import sanitize

if TYPE_CHECKING:
    from rich.console import Console

_LONGEST = 500  # characters of an exception's message


def open_standard_streams() -> None:
    """Fill the descriptors 0, 1 and 2 where they are closed: no file or socket of ours may take their place.

    Python's own streams stay None, and ``printing`` says so. What cannot be encoded is spelt out, and costs nothing.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest that is free: this one, as those below are filled
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Say something on stderr, or to nobody where that cannot be written.

    Folders and files of a learner's are named in it: what would command a terminal is spelt out.
    """
    with contextlib.suppress(OSError, ValueError):
        click.echo(sanitize(text, multiline=True), err=True)


def sentence_of(error: Exception, more: str = "") -> str:
    """What is said of an exception. One of ours speaks for itself; one that nobody expected is no learner's.

    Args:
        error: the exception.
        more: what else is said of one that nobody expected.
    """
    if isinstance(error, GraderError):
        return str(error)
    try:
        Path.cwd()
    except OSError:
        return "The current folder is gone. Change to one that is there, and call the grader again."
    if isinstance(error, OSError):
        about = f" ({error.filename})" if error.filename else ""
        said = f"The machine failed the grader: {error.strerror or error}{about}."
    elif isinstance(error, MemoryError):
        said = "The grader has no memory left."
    else:
        said = f"The grader failed ({type(error).__name__}: {str(error)[:_LONGEST]})."
    return f"{sanitize(said)} This is no verdict on the submission. {more}".rstrip()


@contextlib.contextmanager
def printing(kept: str = "") -> Iterator[None]:
    """See that what the body prints is out.

    Where the reader of a pipe has gone (``grade lecture5 | head``) that is its own choice: nothing more is printed.

    Args:
        kept: where else the reader finds it, a sentence.

    Raises:
        GraderError: it could not be written.
    """
    if sys.stdout is None:
        raise GraderError(_unprinted("it is closed", kept))
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)
    except OSError as error:
        silence(sys.stdout)
        raise GraderError(_unprinted(error.strerror or type(error).__name__, kept)) from None


def _unprinted(why: str, kept: str) -> str:
    return f"Standard output cannot be written: {why}. {kept}".rstrip()


def flush(stream: IO[str] | None) -> bool:
    """Write out what is still to be written; whether that went well, or nobody reads it any more."""
    if stream is None:
        return True
    try:
        stream.flush()
    except BrokenPipeError:
        silence(stream)
    except (OSError, ValueError):
        silence(stream)
        return False
    return True


def silence(stream: IO[str] | None) -> None:
    """Let Python's exit write what is left to nobody: a failure there would change the exit code."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def console(file: IO[str] | None = None, **settings: Any) -> Console:
    """Rich's console, but for what it does where the reader of a pipe has gone: it would exit with 1."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> NoReturn:
            raise BrokenPipeError

    return Plain(file=file, **settings)


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole, never through a link to another: one that stands there is replaced.

    Raises:
        GraderError: it cannot be written; the message says why.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if _is_written_to(path):
            flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0)  # a FIFO that nobody reads
            with os.fdopen(os.open(path, flags), "wb") as file:
                if hasattr(os, "set_blocking"):
                    os.set_blocking(file.fileno(), True)
                file.write(content)
            return
        new = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.new")
        try:
            with new.open("xb") as file:
                file.write(content)
            new.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise GraderError(f"{path} cannot be written: {error.strerror or type(error).__name__}.") from None


def _is_written_to(path: Path) -> bool:
    """Whether there is something that is written to and not replaced: /dev/stdout, a FIFO.

    A link in a learner's folder may lead to any device. One that the system made lies in a folder of devices.

    Raises:
        OSError: it is a disk, which nobody means.
    """
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            if path.parent.resolve() not in (Path("/dev"), Path("/dev/fd").resolve()):
                return False
            mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISBLK(mode):
        raise OSError(errno.EINVAL, "it is a disk")
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
