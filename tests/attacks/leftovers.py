"""What a run may have left behind: processes, and files in its scratch folders or anywhere else."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path

from grader.errors import GraderError
from grader.session.grading import Session

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0  # seconds


def zygotes(session: Session):
    """Its zygotes."""
    return session.sandboxes._zygotes.values()


def left_in_scratch(session: Session) -> list[str]:
    """Files of workers that are gone: in the tmpfs of the zygotes, else below the folder for temporary files.

    A large folder is removed beside what comes next: that may take as long as the disk does.
    """
    until = time.monotonic() + PATIENCE
    while _in_scratch(session) and time.monotonic() < until:
        for zygote in zygotes(session):
            with contextlib.suppress(GraderError):
                zygote.waited(0)  # any order has it look whether there is more to remove
        time.sleep(0.3)  # which is also for the one that removed to end
    return _in_scratch(session)


def _in_scratch(session: Session) -> list[str]:
    left = []
    for zygote in zygotes(session):
        outer = zygote.process.pid
        with contextlib.suppress(FileNotFoundError):  # it is not in namespaces, or killed
            for inner in Path(f"/proc/{outer}/task/{outer}/children").read_text().split():
                left += os.listdir(f"/proc/{inner}/root/scratch")
    return [*left, *(name for folder in scratch_folders() for name in os.listdir(folder))]


def scratch_folders() -> list[str]:
    """The folders of this process's zygotes that are in no namespace."""
    return [str(path) for path in Path(tempfile.gettempdir()).glob(f"gradlings-{os.getpid()}-*")]


def processes_of_zygotes() -> set[int]:
    """The processes of this process's zygotes, zombies not counted."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                command = (entry / "cmdline").read_bytes()
                ours = b"grader.sandbox.zygote" in command and command.endswith(f"\0{os.getpid()}\0".encode())
                if state != "Z" and ours:
                    found.add(int(entry.name))
    return found


def evil_files() -> list[str]:
    """What this user's attacks would leave in folders that are everybody's; all their files are called so."""
    places = ("/tmp", "/var/tmp", "/dev/shm", os.environ.get("TMPDIR", "/tmp"), str(ROOT), str(Path.home()))
    found = {path for place in places for path in Path(place).glob("gradlings-evil*")}
    return sorted(str(path) for path in found if path.lstat().st_uid == os.getuid())
