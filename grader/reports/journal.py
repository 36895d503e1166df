"""Keeps a run's report on disk as it grows: a killed run leaves what it had found, and says that it is partial."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from grader.reports.json_format import to_json
from grader.reports.model import Report

FOLDER = ".grade"
LAST = "last.json"
PAGE = "last.html"
_PARTIAL = "partial-*.json"
_KEPT = 10


class Journal:
    """One run's file, written whole after each check and renamed into place, so that it can always be read.

    Each run has a file of its own: runs in one folder do not disturb each other. At the end it becomes ``last.json``.

    Args:
        folder: where ``.grade`` is or shall be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self.path = self.folder / f"partial-{os.getpid()}.json"
        self.trouble = ""
        if self.folder.is_symlink():  # of a repository that is being graded, perhaps: it would say where to write
            self.trouble = f"No report is kept: {self.folder} is a link."
            return
        try:
            self.folder.mkdir(exist_ok=True)
            self._forget_old()
        except OSError as error:
            self.trouble = f"No report is kept in {self.folder}: {error.strerror}."

    def write(self, report: Report) -> None:
        """Write what is known so far."""
        self._put(msgspec.structs.replace(report, complete=False), self.path)

    def finish(self, report: Report) -> None:
        """Write the whole report as the last one, and remove the partial one."""
        self._put(report, self.folder / LAST)
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    @property
    def page(self) -> Path:
        """Where the last run's page is, as one would type it."""
        return Path(FOLDER) / PAGE

    def keep_page(self, page: bytes) -> None:
        """Write the report as a page, beside the last one."""
        self._put(page, self.folder / PAGE)

    def _put(self, content: Report | bytes, path: Path) -> None:
        if self.trouble:
            return
        new = self.folder / f".{os.getpid()}.new"
        try:
            new.unlink(missing_ok=True)
            with new.open("xb") as file:  # never through a link that a graded repository put there
                file.write(content if isinstance(content, bytes) else to_json(content))
            new.replace(path)
        except OSError as error:  # a full disk must not cost the verdicts
            self.trouble = f"No report is kept in {self.folder}: {error.strerror}."

    def _forget_old(self) -> None:
        ages = []
        for path in self.folder.glob(_PARTIAL):
            with contextlib.suppress(FileNotFoundError):  # another run has just ended
                ages.append((path.stat().st_mtime, path))
        for _, path in sorted(ages)[:-_KEPT]:
            path.unlink(missing_ok=True)
