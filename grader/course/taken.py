"""One file of a submission as it was read: a module's text, or a notebook's cells put together."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from grader.course.definitions import blank
from grader.course.notebooks import MOST_BYTES, Notebook, cells_of, is_notebook, notebook_of
from grader.course.parsing import Allowance, nodes_of
from grader.course.source import Folder, decode
from grader.names import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


class Taken(NamedTuple):
    """One file, as far as it was read.

    Attributes:
        module: what it is below ``exercises/``.
        name: its own name.
        path: where it is, below the root.
        text: what it holds, as Python.
        fault: why it cannot be graded.
        notebook: its cells, where it is a notebook.
        notes: what was left out of it.
        size: how many bytes of a notebook were read.
    """

    module: str
    name: str
    path: str
    text: str
    fault: str
    notebook: Notebook | None = None
    notes: tuple[str, ...] = ()
    size: int = 0

    @property
    def lost(self) -> frozenset[str]:
        """What a notebook defines in cells that Python cannot read."""
        return frozenset(name for name, _ in self.notebook.lost) if self.notebook is not None else frozenset()


def take(folder: Folder, name: str, module: str, path: str, allowance: Allowance, room: int) -> Taken:
    """Read one file.

    Args:
        folder: where it is.
        name: what it is called there.
        module: what it is below ``exercises/``.
        path: where it is, below the root.
        allowance: how long the parser may take, which becomes less.
        room: how many bytes it may have, where it is a notebook.

    Raises:
        FileNotFoundError: if there is none.
    """
    if is_notebook(name):
        return _take_notebook(folder, name, module, path, allowance, room)
    data, fault = folder.read(name)
    text = ""
    if not fault:
        text, fault = decode(data, printable(name))
    if fault or "get_ipython(" not in text:
        return Taken(module, name, path, text, fault)
    calls = list(_calls_of_a_notebook(text))
    cells = [call for call in calls if ".run_cell_magic(" in ast.unparse(call)[:100]]
    notes = tuple(
        f"Line {cell.lineno} holds a cell that began with %%; what it defines was left out. Hand in the notebook."
        for cell in cells[:1]
    )
    return Taken(module, name, path, blank(text, calls), fault, None, notes)


def _take_notebook(folder: Folder, name: str, module: str, path: str, allowance: Allowance, room: int) -> Taken:
    data, fault = folder.read(name, min(MOST_BYTES, room))
    if room < len(data) <= MOST_BYTES:
        fault = "Your notebooks are larger than 32 MiB, taken together: this one was not read. Clear their outputs."
    if fault:
        return Taken(module, name, path, "", fault)
    cells, fault = cells_of(data)
    if fault:
        return Taken(module, name, path, "", fault, size=len(data))
    notebook = notebook_of(cells, allowance)
    return Taken(module, name, path, notebook.text, "", notebook, notebook.notes, len(data))


def _calls_of_a_notebook(text: str) -> Iterator[ast.stmt]:
    """The statements that jupyter nbconvert makes of ``%magic`` and ``!command``, which ask IPython."""
    for node in nodes_of(text):
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))))):
                yield node
