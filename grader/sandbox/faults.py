"""What to do about a machine that has no more to give, in a sentence: faults that are no submission's."""

from __future__ import annotations

import errno
import os

from grader.errors import GraderError

_ADVICE = {
    errno.EMFILE: "Too few files may be open at once here: allow more, as with `ulimit -n 1024`.",
    errno.ENFILE: "The whole machine has too many files open: end some of what runs there.",
    errno.EAGAIN: "No more processes may be started here: end some of yours, or allow more with `ulimit -u`.",
    errno.ENOMEM: "There is too little memory: end some of what runs there, or allow more with `ulimit -v unlimited`.",
    errno.EFBIG: "Files may not grow large enough here: allow more with `ulimit -f unlimited`.",
    errno.ENOSPC: "A disk is full, or has no room for more files: free some, or set TMPDIR to a folder on another.",
    errno.EDQUOT: "Your quota is used up: free some of it, or set TMPDIR to a folder elsewhere.",
    errno.EACCES: "A folder for temporary files cannot be written: set TMPDIR to one that can.",
    errno.EROFS: "A folder for temporary files cannot be written: set TMPDIR to one that can.",
    errno.ENOENT: "There is no folder for temporary files: set TMPDIR to one.",
    errno.ETOOMANYREFS: "Too many open files are on their way between processes: allow more with `ulimit -n 1024`.",
}


def in_words(what: str, error: BaseException) -> str:
    """What could not be done, what the system said, and what to do.

    Example:
        >>> in_words("A worker could not be started", OSError(errno.EMFILE, "Too many open files"))
        'A worker could not be started: Too many open files. Too few files may be open at once here: allow more, …'
    """
    number = error.errno if isinstance(error, OSError) else errno.ENOMEM if isinstance(error, MemoryError) else None
    said = os.strerror(number) if number else f"{type(error).__name__}: {error}"
    advice = _ADVICE.get(number or 0, "")
    return f"{what}: {said.rstrip('.')}. {advice}".rstrip()


def fault(what: str, error: BaseException) -> GraderError:
    """The same as an error that ends the run."""
    return GraderError(in_words(what, error))
