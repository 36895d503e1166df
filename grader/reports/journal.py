"""Keeps a run's report on disk as it grows: a killed run leaves what it had found, and says that it is partial."""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path

import msgspec

from grader.reports.folder import HeldFolder
from grader.reports.json_format import to_json
from grader.reports.model import Report

FOLDER = ".grade"
LAST = "last.json"
PAGE = "last.html"
_PARTIAL = re.compile(r"partial-(?:[0-9a-f]{16}|\d+)\.json")
_UNFINISHED = re.compile(r"\.(?:[0-9a-f]{16}|\d+)\.new")
_KEPT = 10
_STALE = 3600.0  # seconds after which no run is still writing a file


class Journal:
    """One run's file, written whole after each check and renamed into place, so that it can always be read.

    Each run has a file of its own, by a random name: runs in one folder do not disturb each other, and neither do two
    containers that share it and count their processes alike. At the end it becomes ``last.json``. A report that cannot
    be kept costs no verdict.

    Args:
        folder: where ``.grade`` is or shall be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self.path = self.folder / f"partial-{secrets.token_hex(8)}.json"
        self.trouble = ""
        try:
            self._held: HeldFolder | None = HeldFolder(self.folder)
            self._forget_old(self._held)
        except OSError as error:
            self._held = None
            # a link of a repository that is being graded, perhaps: it would say where to write
            link = f"No report is kept: {self.folder} is a link."
            self.trouble = link if self.folder.is_symlink() else self._trouble(error)

    def write(self, report: Report) -> None:
        """Write what is known so far."""
        self._put(msgspec.structs.replace(report, complete=False), self.path.name)

    def finish(self, report: Report) -> None:
        """Write the whole report as the last one, and remove the partial one."""
        self._put(report, LAST)
        if self._held is not None:
            self._held.remove(self.path.name)

    @property
    def page(self) -> Path:
        """Where the last run's page is, as one would type it."""
        return Path(FOLDER) / PAGE

    def keep_page(self, page: bytes) -> None:
        """Write the report as a page, beside the last one."""
        self._put(page, PAGE)

    def _put(self, content: Report | bytes, name: str) -> None:
        if self.trouble or self._held is None:
            return
        try:
            self._held.put(name, content if isinstance(content, bytes) else to_json(content))
        except OSError as error:  # a full disk must not cost the verdicts
            self.trouble = self._trouble(error)

    def _trouble(self, error: OSError) -> str:
        return f"No report is kept in {self.folder}: {error.strerror}."

    @staticmethod
    def _forget_old(held: HeldFolder) -> None:
        """Remove what killed runs have left: all but the latest partial reports, and files that were being written."""
        files = list(held.regular_files())
        partial = sorted((age, name) for name, age in files if _PARTIAL.fullmatch(name))
        stale = time.time() - _STALE
        unfinished = [name for name, age in files if _UNFINISHED.fullmatch(name) and age < stale]
        for name in [*(name for _, name in partial[:-_KEPT]), *unfinished]:
            held.remove(name)
