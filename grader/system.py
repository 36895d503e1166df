"""What operating systems have under different names, or not at all: flags for opening files, and locks."""

from __future__ import annotations

import errno
import importlib
import os
import time
from pathlib import Path
from typing import Any, Final

HOLDS_FOLDERS: Final = os.open in os.supports_dir_fd and os.scandir in os.supports_fd  # by a descriptor
_IS_WINDOWS = os.name == "nt"
_LOCKED_BYTE = 1 << 30  # far behind what is in the file: Windows lets nobody read what is locked
_ATTEMPTS, _PAUSE = 10, 0.1  # seconds


def flags(*names: str) -> int:
    """Flags for ``os.open``; one that this system lacks is left out. Line ends are never changed.

    ``flags("O_RDONLY", "O_NOFOLLOW")``
    """
    found = getattr(os, "O_BINARY", 0)
    for name in names:
        found |= getattr(os, name, 0)
    return found


def refuse_link(path: str | os.PathLike[str]) -> None:
    """What ``O_NOFOLLOW`` does, where there is none.

    Raises:
        OSError: it is a link.
    """
    if hasattr(os, "O_NOFOLLOW"):
        return
    is_junction = getattr(Path(path), "is_junction", bool)  # Windows' other kind, which Python knows since 3.12
    if Path(path).is_symlink() or is_junction():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def lock(opened: int) -> bool:
    """Lock a file that is open, for this process alone and until it is closed; False where another has it.

    Raises:
        OSError: the file system has no locks.
    """
    if _IS_WINDOWS:
        console: Any = importlib.import_module("msvcrt")
        before = os.lseek(opened, 0, os.SEEK_CUR)
        try:
            os.lseek(opened, _LOCKED_BYTE, os.SEEK_SET)
            console.locking(opened, console.LK_NBLCK, 1)
        except PermissionError:
            return False
        finally:
            os.lseek(opened, before, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def replace(old: str, new: str, *, folder: int | None = None) -> None:
    """Rename a file over another; both names are relative to a folder that is open, if one is given.

    Windows refuses as long as somebody reads the other, if only a virus scanner: it is tried for a second there.
    """
    for left in reversed(range(_ATTEMPTS)):
        try:
            os.replace(old, new, src_dir_fd=folder, dst_dir_fd=folder)
        except PermissionError:
            if not _IS_WINDOWS or not left:
                raise
            time.sleep(_PAUSE)
        else:
            return
