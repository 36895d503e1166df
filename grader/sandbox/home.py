"""What the environment of a worker is: its own folder, and nothing of the user's."""

from __future__ import annotations

import os

# Without these Python finds no random numbers on Windows, and no library of the system's.
_OF_WINDOWS = ("SYSTEMROOT", "WINDIR", "SYSTEMDRIVE", "PROCESSOR_ARCHITECTURE", "NUMBER_OF_PROCESSORS")


def go_home(scratch: str) -> None:
    """Let a worker's own folder be its home, its place and all that its environment speaks of.

    Libraries that look for settings or keep a cache, as matplotlib does, find nothing of the user's there.
    """
    kept = needed_by_the_system()
    os.environ.clear()
    os.environ.update({"HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "PATH": "/nonexistent", **kept})
    if kept:  # Windows' own names for the same
        os.environ.update({"USERPROFILE": scratch, "TEMP": scratch, "TMP": scratch})
    os.chdir(scratch)


def needed_by_the_system() -> dict[str, str]:
    """What must stay of the environment on Windows; nothing elsewhere."""
    kept = {name: os.environ[name] for name in _OF_WINDOWS if name in os.environ}
    return kept if "SYSTEMROOT" in kept else {}


def built_environment() -> dict[str, str]:
    """The environment that a process for submissions begins with."""
    # Built, not inherited: the caller's environment may hold tokens. One thread: forks must not find a pool.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
    kept = needed_by_the_system()
    path = os.path.join(kept["SYSTEMROOT"], "System32") if kept else "/usr/bin:/bin"
    return {"PATH": path, "LANG": "C.UTF-8", "HOME": "/nonexistent", **threads, **kept}
