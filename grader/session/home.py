"""Hypothesis without a home: it keeps nothing in ``.hypothesis`` of the current folder, and believes nothing there.

There it keeps its table of Unicode, and a forged one would decide which texts a check draws. What is worth keeping
from run to run is known here anyway.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import configuration
from hypothesis.internal import charmap
from hypothesis.internal.intervalsets import IntervalSet

_NOWHERE = Path(os.devnull, "hypothesis")  # can be neither read nor made; Hypothesis then keeps all in memory
_SURROGATES = (0xD800, 0xDFFF)


@contextlib.contextmanager
def no_home() -> Iterator[None]:
    """Take Hypothesis's home away, and give back at the end what it had."""
    before = getattr(configuration, "__hypothesis_home_directory", None)
    configuration.set_hypothesis_home_dir(_NOWHERE)
    try:
        with _replaced(charmap, "intervals_from_codec", _with_utf8), _no_constants_of_modules():
            yield
    finally:
        configuration.set_hypothesis_home_dir(before)


def _with_utf8(found: Callable[[str], Any]) -> Callable[[str], Any]:
    """Tell what UTF-8 can encode, which Hypothesis takes a second to find out before it draws the first text.

    That is all but surrogates, and all of it comes back the same.
    """
    declared = getattr(found, "__annotations__", {}).get("return")
    if declared != tuple[IntervalSet, IntervalSet]:  # a Hypothesis that wants to know something else finds it out
        return found
    first, last = _SURROGATES
    utf8 = (IntervalSet([(0, first - 1), (last + 1, sys.maxunicode)]), IntervalSet([]))
    return lambda codec: utf8 if codec == "utf-8" else found(codec)


def _no_constants_of_modules() -> contextlib.AbstractContextManager[None]:
    """Draw no constants out of the source of modules.

    Hypothesis takes them from every module that is no installed package. In a checkout these are the grader's and the
    solutions', so the inputs of a seed would depend on how the grader was installed; torch names two of its modules by
    a relative path (``_ops.py``), which leads into the current folder; and reading a hundred files takes 0.15 s.
    """
    providers = importlib.import_module("hypothesis.internal.conjecture.providers")
    known = getattr(providers, "_local_constants", None)  # those of others in this process, perhaps
    return _replaced(providers, "_get_local_constants", lambda found: found if known is None else type(known))


@contextlib.contextmanager
def _replaced(module: Any, name: str, by: Callable[[Any], Any]) -> Iterator[None]:
    """Replace a function by what ``by`` makes of it. A Hypothesis without it is slower, and reads no more files."""
    found = getattr(module, name, None)
    if found is None:
        yield
        return
    setattr(module, name, by(found))
    try:
        yield
    finally:
        setattr(module, name, found)
