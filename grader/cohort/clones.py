"""Reading a commit out of a learner's repository, without doing anything that the repository says.

A clone comes with a configuration that may name programs (a monitor of files, filters, hooks, transports, aliases), and
with pointers to other repositories of this machine. None of them is read: git is given a repository of our own, with
nothing in it but the way to the objects of theirs.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from grader.cohort.private import PrivateFolder, RefusedError, most_of, safe_parts
from grader.cohort.times import seconds_of, utc_of_seconds
from grader.course.source import Folder

_HASH = r"[0-9a-f]{40}|[0-9a-f]{64}"
_REF = r"ref: (refs/heads/[^\s~^:?*\[\\\x00-\x1f\x7f]+)"
_MOST_REFS = 16 << 20  # bytes of packed-refs
_MOST_OBJECTS = 200_000  # files below objects/
_MOST_COMMITS = 100_000
_SECONDS = 60.0  # that git may take for one hand-in
_LINE = 1 << 16  # bytes of a line of git's
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # nothing is fetched, whatever is missing
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ALLOC_LIMIT": "512m",  # a small pack may hold an object of gigabytes
    "LC_ALL": "C",
}
_CONFIG = "[core]\n\trepositoryformatversion = {}\n\tbare = true\n\tcommitGraph = false\n\tmultiPackIndex = false\n"


class Commit(NamedTuple):
    """A commit: its hash, and when it was made, as whoever made it says; ISO 8601 in UTC."""

    hash: str
    time: str


def is_clone(path: Path) -> bool:
    """Whether a folder is a clone of a repository, with its files or without (``name.git``)."""
    if os.path.lexists(path / ".git"):
        return True
    return path.suffix == ".git" and all((path / name).exists() for name in ("HEAD", "objects", "refs"))


def head_of(path: Path) -> Commit:
    """The commit that is checked out.

    Raises:
        RefusedError: there is none, or the repository is not one that can be read.
    """
    with _git(path) as git:
        return _commits(git, _head(git.theirs), most=1)[0]


def last_commit_before(path: Path, time: str) -> Commit | None:
    """The last commit of the branch that is checked out which was made at a time, or before it.

    The time is what whoever made it says: a learner can set it.

    Args:
        path: the clone.
        time: ISO 8601, with its zone.

    Returns:
        The commit; None where the first is later.

    Raises:
        RefusedError: the repository is not one that can be read.
    """
    until = utc_of_seconds(seconds_of(time))
    with _git(path) as git:
        found = [
            commit for commit in _commits(git, _head(git.theirs), _MOST_COMMITS) if commit.time and commit.time <= until
        ]
    return next(iter(found), None)


def check_out(path: Path, commit: str, folder: PrivateFolder) -> None:
    """Write what a commit holds of code into a private folder, as it was committed: no filter touches it.

    Raises:
        RefusedError: it cannot be read, or is meant to do harm.
        GraderError: there is no room for it.
    """
    with _git(path) as git:
        found: list[tuple[str, str, str, int]] = []
        with git.running("ls-tree", "-r", "-z", "-l", "--full-tree", commit) as listing:
            for line in _parted(listing, b"\0"):
                about, _, called = line.partition(b"\t")
                mode, _, blob_hash, size_of_it = about.split()
                found.append((os.fsdecode(called), _kind(mode), blob_hash.decode(), _number(size_of_it)))
                if len(found) > folder.budget.entries:
                    raise RefusedError(
                        "Its commit holds more files than anybody hands in. Hand in the exercises alone."
                    )
        with git.running("cat-file", "--batch", asked=True) as blobs:
            for name, kind, blob, size in found:
                if "/".join(safe_parts(name)) != name:
                    raise RefusedError("Its commit holds a name that no file can have.")
                most = most_of(name)
                if size <= most:
                    folder.add(name, kind, partial(_blob, blobs, blob))
                elif most:
                    folder.note(f"{name} was left out: it is larger than {most >> 20} MiB.")


def _kind(mode: bytes) -> str:
    return {b"100": "file", b"120": "link"}.get(mode[:3], "other")  # other: a repository in the repository


class _Git:
    """git, on a repository of our own that has the objects of a learner's."""

    def __init__(self, theirs: Path, ours: Path) -> None:
        self.theirs = theirs
        program = shutil.which("git")
        if program is None:
            raise RefusedError("It is a clone of a repository, and git is not installed here. Install git.")
        self._command = [program, f"--git-dir={ours}"]
        path = os.environ.get("PATH", os.defpath)
        objects = {"GIT_OBJECT_DIRECTORY": str(theirs / "objects"), "HOME": str(ours), "XDG_CONFIG_HOME": str(ours)}
        self._environment = {**_ENVIRONMENT, **objects, "PATH": path}
        self._ours = ours

    @contextmanager
    def running(self, *words: str, asked: bool = False) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command of git's that reads objects; its exit code counts where all of its answer was read."""
        process = subprocess.Popen(  # noqa: S603 - no word of it is a learner's, but for the hash of a commit
            [*self._command, *words],
            env=self._environment,
            cwd=self._ours,
            stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        watch = threading.Timer(_SECONDS, process.kill)
        watch.start()
        try:
            with process:
                try:
                    yield process
                    if process.stdin is not None:
                        process.stdin.close()
                    if process.wait() != 0:
                        raise RefusedError(_DAMAGED)
                finally:
                    process.kill()
        finally:
            watch.cancel()


_DAMAGED = "Its repository is damaged, or not all of it is there. See whether you can clone it, and hand that in."


@contextmanager
def _git(path: Path) -> Iterator[_Git]:
    theirs = path / ".git" if os.path.lexists(path / ".git") else path
    _demand_own_objects(theirs)
    with tempfile.TemporaryDirectory(prefix="gradlings-git-") as made:
        ours = Path(made)
        (ours / "refs").mkdir()
        (ours / "HEAD").write_text("ref: refs/heads/none\n")
        is_long = len(_head(theirs)) == 64
        config = _CONFIG.format(1 if is_long else 0) + ("[extensions]\n\tobjectFormat = sha256\n" if is_long else "")
        (ours / "config").write_text(config)
        with Folder(theirs) as folder:
            shallow = _read(folder, "shallow", _MOST_REFS)
        if shallow:  # where the history was cut off: commits that are not looked for
            (ours / "shallow").write_text("".join(f"{line}\n" for line in shallow.split() if re.fullmatch(_HASH, line)))
        yield _Git(theirs, ours)


def _demand_own_objects(theirs: Path) -> None:
    """See that all objects are the learner's: links and alternates may lead to another repository of this machine."""
    try:
        if not stat.S_ISDIR(os.lstat(theirs).st_mode) or not stat.S_ISDIR(os.lstat(theirs / "objects").st_mode):
            raise RefusedError(
                "Its .git is not a repository, but points to one elsewhere, which is not followed. Clone it again."
            )
        seen = 0
        waiting = [theirs / "objects"]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_symlink() or entry.name in ("alternates", "http-alternates"):
                        raise RefusedError(
                            "Its repository borrows what it holds from another one (by a link, or by alternates), "
                            "which is not followed. Clone it again, without --shared."
                        )
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    if seen > _MOST_OBJECTS:
                        raise RefusedError("Its repository holds more objects than that of any course. Clone it again.")
    except OSError as error:
        raise RefusedError(f"Its repository cannot be read: {error.strerror or type(error).__name__}.") from error


def _head(theirs: Path) -> str:
    """The hash of the commit that is checked out."""
    with Folder(theirs) as folder:
        head = _read(folder, "HEAD", _LINE).strip()
        if re.fullmatch(_HASH, head):
            return head
        ref = re.fullmatch(_REF, head)
        if ref is None or ".." in ref[1]:
            raise RefusedError("What its repository has checked out cannot be told. Clone it again.")
        if ref[1] == "refs/heads/.invalid":
            raise RefusedError(
                "Its repository keeps its branches in a way that is not read (reftable). Clone it again."
            )
        loose = _read_below(theirs, ref[1])
        packed = _read(folder, "packed-refs", _MOST_REFS)
    found = re.search(rf"(?m)^({_HASH}) {re.escape(ref[1])}$", packed)
    if re.fullmatch(_HASH, loose):
        return loose
    if found is None:
        raise RefusedError("Its repository holds no commit yet: nothing was pushed.")
    return found[1]


def _read_below(theirs: Path, ref: str) -> str:
    """A loose ref, with no link on the way to it."""
    *above, last = ref.split("/")
    at = theirs
    for name in above:
        at /= name
        if not os.path.lexists(at) or at.is_symlink():
            return ""
    try:
        with Folder(at) as folder:
            return _read(folder, last, _LINE).strip()
    except OSError:
        return ""


def _read(folder: Folder, name: str, most: int) -> str:
    try:
        return folder.read(name, most)[0].decode("utf-8", "replace")
    except OSError:
        return ""


def _commits(git: _Git, head: str, most: int) -> list[Commit]:
    found: list[Commit] = []
    words = ("rev-list", "--first-parent", "--timestamp", f"--max-count={most}", head)
    with git.running(*words) as process:
        for line in _parted(process, b"\n"):
            seconds, _, commit = line.decode("ascii", "replace").partition(" ")
            found.append(Commit(commit, utc_of_seconds(int(seconds) if seconds.isdigit() else -1)))
    if not found:
        raise RefusedError(_DAMAGED)
    return found


def _blob(process: subprocess.Popen[bytes], blob: str) -> Iterator[bytes]:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(f"{blob}\n".encode())
        process.stdin.flush()
    except OSError:
        raise RefusedError(_DAMAGED) from None
    about = process.stdout.readline(_LINE).split()
    if len(about) != 3 or about[1] != b"blob":
        raise RefusedError(_DAMAGED)
    left = _number(about[2])
    while left:
        chunk = process.stdout.read(min(left, _LINE))
        if not chunk:
            raise RefusedError(_DAMAGED)
        left -= len(chunk)
        yield chunk
    process.stdout.read(1)  # a line end


def _parted(process: subprocess.Popen[bytes], mark: bytes) -> Iterator[bytes]:
    """What a process writes, in parts that end with a mark."""
    assert process.stdout is not None
    out: IO[bytes] = process.stdout
    rest = b""
    while chunk := out.read1(_LINE):  # type: ignore[attr-defined]  # of a pipe it is buffered
        *whole, rest = (rest + chunk).split(mark)
        yield from whole
        if len(rest) > _LINE:
            raise RefusedError("Its commit holds a name that no file can have.")


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() else 0
