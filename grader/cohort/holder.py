"""Who writes to a gradebook: one run at a time, known to all others, and forgotten with the process that it was."""

from __future__ import annotations

import contextlib
import datetime
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from grader.errors import GraderError
from grader.system import flags, lock, refuse_link

_AGAIN = 0.2  # seconds until it is tried again


@contextlib.contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a gradebook for writing. The lock is the kernel's: it ends with its process, however that ends.

    Args:
        path: the gradebook.
        wait: whether to wait for whoever holds it.

    Raises:
        GraderError: another run holds it, or nothing can be written beside it.
    """
    beside = path.with_name(f"{path.name}-run")
    try:
        refuse_link(beside)
        opened = os.open(beside, flags("O_RDWR", "O_CREAT", "O_CLOEXEC", "O_NOFOLLOW"), 0o600)
    except OSError as error:
        raise GraderError(f"{beside} cannot be written: {error.strerror}. A gradebook needs its folder.") from error
    with os.fdopen(opened, "r+b", buffering=0) as file:
        while not _locked(file.fileno()):
            if not wait:
                holder = file.read(200).decode(errors="replace").strip()
                file.seek(0)
                raise GraderError(
                    f"{path} is being written to by another run ({holder or 'it does not say which'}). Wait for its "
                    "end, or call again with --wait, which does."
                )
            time.sleep(_AGAIN)
        since = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}, since {since}\n".encode())
        yield


def _locked(opened: int) -> bool:
    try:
        return lock(opened)
    except OSError as error:  # a file system without locks: nobody can promise anything
        raise GraderError(
            f"The folder of the gradebook knows no locks ({error.strerror}). Put the gradebook on a local disk."
        ) from error
