"""Results of full mode, kept as each check ends: a run that was cut short goes on where it was.

The file lies in the folder where the grader is called, which may be a learner's repository. So each result is signed
with a key of the user who grades, kept where no repository reaches: a forged one is not taken for a result.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from grader.reports.model import CheckResult, Verdict

NAME = "full.jsonl"
_KEY_BYTES = 32
_MOST_BYTES = 32 << 20
_ABOUT_THE_RUN = {Verdict.GRADER_FAULT, Verdict.BLOCKED, Verdict.TIMEOUT}  # these may come out otherwise next time


class _Line(msgspec.Struct, frozen=True):
    fingerprint: str
    signature: str
    result: CheckResult


class KeptResults:
    """The file of kept results; what cannot be read or written of it is only run again.

    Args:
        path: the file.
        key: signs the results.
        use_old: False only adds to it.
    """

    def __init__(self, path: Path, key: bytes, *, use_old: bool = True) -> None:
        self.path = path
        self._key = key
        self._results = dict(self._read()) if use_old else {}

    def _read(self) -> Iterable[tuple[str, CheckResult]]:
        try:
            if self.path.is_symlink() or self.path.stat().st_size > _MOST_BYTES:
                return
            lines = self.path.read_bytes().splitlines()
        except OSError:
            return
        for text in lines:
            with contextlib.suppress(msgspec.DecodeError):  # the last line of a run that was killed
                line = msgspec.json.decode(text, type=_Line)
                if hmac.compare_digest(line.signature, self._sign(line.fingerprint, line.result)):
                    yield line.fingerprint, line.result

    def _sign(self, fingerprint: str, result: CheckResult) -> str:
        return hmac.new(self._key, fingerprint.encode() + msgspec.json.encode(result), "sha256").hexdigest()

    def get(self, fingerprint: str) -> CheckResult | None:
        """The result of a check that has been run on the very same files."""
        return self._results.get(fingerprint)

    def put(self, fingerprint: str, result: CheckResult) -> None:
        """Keep a result, unless it says more about the run than about the files."""
        if result.verdict in _ABOUT_THE_RUN:
            return
        line = _Line(fingerprint, self._sign(fingerprint, result), result)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        with contextlib.suppress(OSError), os.fdopen(os.open(self.path, flags, 0o644), "ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")


def fingerprint(*parts: str | bytes) -> str:
    """What a result depends on, as one short text."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def signing_key() -> bytes | None:
    """This user's key, made at the first call; None where it cannot be kept."""
    from platformdirs import user_state_path

    path = user_state_path("gradlings", appauthor=False) / "key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        key = path.read_bytes()
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None
