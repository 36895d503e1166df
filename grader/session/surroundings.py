"""Turns the trusted process away from the folder that it grades: no file there decides anything but a submission's own.

Python and its libraries look for modules, settings and caches in the current folder, and nobody can list all that they
look for, today and after the next update. So the process is elsewhere while libraries are imported and checks run. What
may happen before that, or leads back whatever the current folder is, is shut off by name.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_ELSEWHERE = "/"  # nobody's: what a library looks for by a relative name is not there
_PACKAGES = str(Path(__file__).resolve().parents[2])  # where the grader itself is imported from
_FOLDERS_OF_OURS = ("GRADLINGS_DATA",)  # relative to where the user typed them
# torch makes a folder as its compiler is imported, which an optimizer does: /tmp/torchinductor_NAME. Anybody may put a
# file there, and no check could train; or a folder, with compiled code in it. Nothing of ours is compiled.
_CACHES: Mapping[str, str | None] = {"TORCHINDUCTOR_CACHE_DIR": _ELSEWHERE}
_SETTINGS: Mapping[str, str | None] = {
    # pytest: options and plugins of the surroundings
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": None,
    "PYTEST_PLUGINS": None,
    # Hypothesis: whatever is installed may change how inputs are drawn; a log of all inputs in its home folder
    "HYPOTHESIS_NO_PLUGINS": "1",
    "HYPOTHESIS_STORAGE_DIRECTORY": None,
    "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY": None,
    "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY_CHOICES": None,
    "HYPOTHESIS_EXPERIMENTAL_OBSERVABILITY_NOCOVER": None,
    # torch: as torch._dynamo is imported it makes a folder for compiled code, by a name that every user of the machine
    # knows; nothing is compiled in this process, so that any folder that is there does
    "TORCHINDUCTOR_CACHE_DIR": _ELSEWHERE,
}


def import_nothing_from_here() -> None:
    """Take the current folder out of ``sys.path``, for this process and the Pythons that it starts.

    It comes in as an empty entry with ``python -c``, and through an empty or relative entry of PYTHONPATH
    (``PYTHONPATH=$PYTHONPATH:/opt/lib`` has one where the variable was unset), which Python writes out in full. A
    ``random.py`` there would be imported in place of the library.
    """
    named = _python_path()
    relative = {os.path.abspath(name) for name in named if not os.path.isabs(name)}  # noqa: PTH100, PTH117
    relative.discard(_PACKAGES)
    sys.path[:] = [entry for entry in sys.path if os.path.isabs(entry) and entry not in relative]  # noqa: PTH117
    os.environ["PYTHONSAFEPATH"] = "1"  # a process of multiprocessing begins as `python -c` does
    if relative:
        os.environ["PYTHONPATH"] = os.pathsep.join(name for name in named if os.path.isabs(name))  # noqa: PTH117


def _python_path() -> list[str]:
    named = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    return named.split(os.pathsep) if named else []


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """Leave the current folder, and come back to it."""
    with _coming_back():
        folders = {name: _in_full(os.environ.get(name)) for name in _FOLDERS_OF_OURS}
        with _environment({**folders, **_CACHES}):
            os.chdir(_ELSEWHERE)
            yield


@contextlib.contextmanager
def _coming_back() -> Iterator[None]:
    """Stand in the folder again that is the current one now."""
    if not hasattr(os, "fchdir"):  # Windows
        name = os.getcwd()  # noqa: PTH109 - as chdir takes it
        try:
            yield
        finally:
            os.chdir(name)
        return
    here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield
    finally:
        os.fchdir(here)  # and not by its name, which may be another folder's by now
        os.close(here)


def environment_elsewhere() -> dict[str, str]:
    """The environment of a process of ours that begins in another folder: what was named from here is found there."""
    named = {name: _in_full(os.environ.get(name)) for name in _FOLDERS_OF_OURS}
    return {**os.environ, **{name: value for name, value in named.items() if value is not None}}


def _in_full(name: str | None) -> str | None:
    return os.path.abspath(os.path.expanduser(name)) if name else name  # noqa: PTH100, PTH111


@contextlib.contextmanager
def own_settings() -> Iterator[None]:
    """Keep the surroundings' settings out of pytest and Hypothesis, and write no bytecode of the checks beside them."""
    bytecode = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        with _environment(_SETTINGS):
            yield
    finally:
        sys.dont_write_bytecode = bytecode


@contextlib.contextmanager
def _environment(values: Mapping[str, str | None]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
