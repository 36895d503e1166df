"""Imports a submission from text: the learner's files travel over the wire and are never opened by a worker."""

from __future__ import annotations

import linecache
import sys
import types
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

ROOT = "exercises"


class SubmissionFinder(MetaPathFinder, Loader):
    """Finds ``exercises.lecture5.head`` (and ``lecture5.head``) among the sources of a submission.

    Args:
        sources: dotted module below the root -> (text, file name to show in tracebacks).
        barred: top-level packages that this exercise may not import -> the sentence that says why.
        root: the package that the sources are below.
    """

    def __init__(
        self, sources: dict[str, tuple[str, str]], barred: dict[str, str] | None = None, root: str = ROOT
    ) -> None:
        self.root = root
        self.sources = sources
        self.barred = barred or {}
        self.packages = {""} | {name.rpartition(".")[0] for name in sources}
        self.files = {shown for _, shown in sources.values()}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """See MetaPathFinder."""
        del path, target
        top = fullname.partition(".")[0]
        if top in self.barred:
            raise ImportError(self.barred[top], name=fullname)
        name = self._below_root(fullname)
        if name is None:
            return None
        if name in self.sources:
            spec = ModuleSpec(fullname, self, origin=self.sources[name][1])
            spec.has_location = True
            return spec
        if name in self.packages:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def is_own(self, fullname: str) -> bool:
        """Whether a module is one of the submission, or would be if it were there."""
        return self._below_root(fullname) is not None or fullname.partition(".")[0] in self.packages

    def _below_root(self, fullname: str) -> str | None:
        if fullname == self.root:
            return ""
        if fullname.startswith(self.root + "."):
            return fullname[len(self.root) + 1 :]
        if self.root != ROOT:
            return None
        # `from lecture5.head import Head` works too; a file beside them (random.py) shadows nothing.
        top = fullname.partition(".")[0]
        known = fullname in self.sources or fullname in self.packages
        return fullname if known and top in self.packages else None

    def exec_module(self, module: types.ModuleType) -> None:
        """Compile and run the module's text; a package has none."""
        name = self._below_root(module.__name__)
        if name is None or name not in self.sources:
            return
        text, shown = self.sources[name]
        linecache.cache[shown] = (len(text), None, text.splitlines(keepends=True), shown)
        exec(compile(text, shown, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - what a worker is for

    def install(self) -> None:
        """Look here before anywhere else: a barred package is barred wherever it lies."""
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Stop looking here, and forget what was imported from here."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
        for name in list(sys.modules):
            if name == self.root or name.startswith(self.root + ".") or self._below_root(name) is not None:
                del sys.modules[name]
