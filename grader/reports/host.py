"""Where a report is written: the folder of the run, and what the platform says of it in environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")  # what platforms call the folder that the repository is in


class Host(msgspec.Struct, frozen=True):
    """A platform, as a run sees it.

    Attributes:
        folder: the run's current folder, which paths in a report start from.
        variables: the environment.
    """

    folder: str = ""
    variables: Mapping[str, str] = {}

    def says(self, *names: str) -> str:
        """The first of these variables that holds something; empty where none does."""
        return next((self.variables[name] for name in names if self.variables.get(name)), "")

    def in_repository(self, path: str) -> str:
        """A path of a report from the repository's top, as annotations name files; as it is where it lies elsewhere.

        ``exercises/day1/first.py``, where the run is in ``homework/``, is ``homework/exercises/day1/first.py``.
        """
        top = self.says(*_CHECKOUTS)
        plain = os.path.normpath(path)
        if not top or not self.folder:
            return plain
        whole = os.path.join(self.folder, plain)  # noqa: PTH118 - as text: what is named need not be there
        seen = os.path.relpath(whole, os.path.realpath(top))  # the folder of a process has no links in it
        return plain if seen.startswith("..") else seen
