"""Results of full mode, kept as each check ends: a run that was cut short goes on where it was.

The file lies in the folder where the grader is called, which may be a learner's repository. So each result is signed
with a key of the user who grades, kept where no repository reaches: a forged one is not taken for a result.
"""

from __future__ import annotations

import contextlib
import hmac
import importlib.metadata
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import msgspec

from grader.course.fingerprints import fingerprint
from grader.reports.folder import HeldFolder, read_regular
from grader.reports.model import CheckResult, Verdict
from grader.system import flags

NAME = "full.jsonl"
_KEY_BYTES = 32
_MOST_BYTES = 32 << 20
_MOST_LINES = 100_000
_ABOUT_THE_RUN = {Verdict.GRADER_FAULT, Verdict.BLOCKED, Verdict.TIMEOUT}  # these may come out otherwise next time
_PACKAGES = (
    *("hypothesis", "msgspec", "numpy", "pillow", "pytest", "regex", "tiktoken", "torch", "torchvision"),
    *("click", "matplotlib", "platformdirs", "pooch", "requests", "rich"),
)
_GRADER = Path(__file__).resolve().parents[1]
_CODE = (".py", ".toml", ".json", ".txt")


class _Line(msgspec.Struct, frozen=True):
    fingerprint: str
    signature: str
    result: CheckResult


class KeptResults:
    """The file of kept results; what cannot be read or written of it is only run again.

    Args:
        path: the file, in a folder that is there.
        key: signs the results.
        use_old: False only adds to it.

    Attributes:
        trouble: why nothing is kept, and what to do about it; empty if all is well.
    """

    def __init__(self, path: Path, key: bytes, *, use_old: bool = True) -> None:
        self.path = path
        self._key = key
        self.trouble = ""
        self._folder: HeldFolder | None = None
        try:
            folder = HeldFolder(path.parent)
            folder.append(path.name, b"", _MOST_BYTES)
            self._folder = folder
        except OSError as error:
            self.trouble = (
                f"No results of full mode are kept: {path} cannot be added to ({error.strerror}). "
                f"Remove it, so that a run that is cut short can go on."
            )
        self._results = dict(self._read()) if use_old else {}

    def _read(self) -> Iterable[tuple[str, CheckResult]]:
        if self._folder is None:
            return
        try:
            content = self._folder.read(self.path.name, _MOST_BYTES)
        except OSError:
            return
        for text in islice(_lines(content), _MOST_LINES):
            # the last line of a run that was killed; or lines that no run has written, nested as deep as they like
            with contextlib.suppress(msgspec.MsgspecError, ValueError, RecursionError):
                line = msgspec.json.decode(text, type=_Line)
                if hmac.compare_digest(line.signature.encode(), self._sign(line.fingerprint, line.result).encode()):
                    yield line.fingerprint, line.result

    def _sign(self, fingerprint: str, result: CheckResult) -> str:
        return hmac.new(self._key, fingerprint.encode() + msgspec.json.encode(result), "sha256").hexdigest()

    def get(self, fingerprint: str) -> CheckResult | None:
        """The result of a check that has been run on the very same files."""
        return self._results.get(fingerprint)

    def put(self, fingerprint: str, result: CheckResult) -> None:
        """Keep a result, unless it says more about the run than about the files."""
        if result.verdict in _ABOUT_THE_RUN or self._folder is None:
            return
        # UnicodeEncodeError: a path whose bytes were no UTF-8
        with contextlib.suppress(OSError, UnicodeEncodeError, msgspec.ValidationError):
            # what is signed is what will be read: 2 points come back as 2.0
            result = msgspec.json.decode(msgspec.json.encode(result), type=CheckResult)
            line = msgspec.json.encode(_Line(fingerprint, self._sign(fingerprint, result), result)) + b"\n"
            self._folder.append(self.path.name, line, _MOST_BYTES)


def _lines(content: bytes) -> Iterator[bytes]:
    """The lines one by one: a file of nothing but line ends has millions."""
    start = 0
    while start < len(content):
        end = content.find(b"\n", start)
        end = len(content) if end < 0 else end
        yield content[start:end]
        start = end + 1


def fingerprint_of_code(course: Path) -> str:
    """All code of the trusted side that a result may depend on, in one text.

    These are the checks and whatever lies beside them, tables too, the solutions, the stubs (whose headers say what is
    forbidden where there is no solution), the bank, the grader itself (with the sha256 of each file of real data) and
    the versions of the packages: a check may import or read any of them, by any way.
    """
    parts: list[str | bytes] = []
    of_checks = [course / name for name in ("tests/hidden", "tests/misconceptions", "solutions")]
    for folder in (*of_checks, course / "exercises", _GRADER):
        wanted = (path for path in folder.rglob("*") if folder in of_checks or path.suffix in _CODE)
        for path in sorted(path for path in wanted if path.suffix != ".pyc" and path.is_file()):
            name = path.relative_to(folder).as_posix()
            if folder != _GRADER or not name.startswith("_course/"):  # the course of a wheel lies in the grader
                parts += [name, path.read_bytes()]
        parts.append("")
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            parts += [package, importlib.metadata.version(package)]
    return fingerprint(*parts)


def signing_key(graded: Path | None = None) -> bytes | None:
    """This user's key, made at the first call; None where it cannot be kept.

    Args:
        graded: the folder that is graded: a key that lies in it would be its author's.
    """
    try:
        path = _key_path()
        if path is None or (graded is not None and path.resolve().is_relative_to(graded.resolve())):
            return None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_key(path)
        key = read_regular(path, _KEY_BYTES)
        return key if len(key) == _KEY_BYTES and _is_ours_alone(path) else None
    except (OSError, RuntimeError, KeyError):  # a user without HOME and without an entry in passwd, as in containers
        return None


def _key_path() -> Path | None:
    """Where this user's key is; None for a user who has no folder of their own."""
    from platformdirs import user_state_path

    if os.name == "nt":  # which asks the system, and none of these
        return user_state_path("gradlings", appauthor=False) / "key"
    state, home = os.environ.get("XDG_STATE_HOME", ""), os.environ.get("HOME", "/")
    # HOME=. or HOME= would lead into the folder that is graded, or the root folder
    named = Path(state) if state else Path(home) if home else Path("nowhere")
    if not named.is_absolute() or (not state and not named.is_dir()):
        return None
    return user_state_path("gradlings", appauthor=False) / "key"


def _make_key(path: Path) -> None:
    """Write a key and give it its name in one step: another run that begins at once sees all of it or nothing."""
    new = path.with_name(f".{secrets.token_hex(8)}.new")
    try:
        handle = os.open(new, flags("O_WRONLY", "O_CREAT", "O_EXCL", "O_NOFOLLOW", "O_CLOEXEC"), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)


def _is_ours_alone(path: Path) -> bool:
    status = path.lstat()
    if not hasattr(os, "geteuid"):  # Windows: the folder of a user's state is closed to others, and a mode says nothing
        return stat.S_ISREG(status.st_mode)
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
