"""Which kind of worker a run has: forked and confined where the platform has what that takes, else a portable one."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
from typing import Literal

import msgspec

Kind = Literal["forked", "portable"]
CONFINES_NOTHING = "has nothing to confine a submission with"
_SYSTEMS = {"win32": "Windows", "darwin": "macOS"}


class Choice(msgspec.Struct, frozen=True):
    """A kind of worker, and why.

    Attributes:
        kind: ``forked`` out of a zygote, or ``portable``.
        why: for a portable one, the end of a sentence that says what it lacks.
    """

    kind: Kind
    why: str = ""


def choose(worker: str = "auto") -> Choice:
    """The kind of worker to use.

    Args:
        worker: ``auto``, or ``portable`` to have that whatever there is.
    """
    if worker == "portable":
        return Choice("portable", "a portable worker was asked for")
    if sys.platform != "linux":
        return Choice("portable", f"{_SYSTEMS.get(sys.platform, sys.platform)} {CONFINES_NOTHING}")
    lacks = _lacking()
    return Choice("portable", f"this Linux has no {lacks}") if lacks else Choice("forked")


def _lacking() -> str:
    """The first thing that forked workers need and that is not here; empty where all is."""
    if not hasattr(os, "fork"):
        return "fork"
    for module in ("fcntl", "resource"):
        if importlib.util.find_spec(module) is None:
            return f"module {module}"
    try:  # a name alone says nothing: some have it, and refuse
        for end in socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET):
            end.close()
    except (AttributeError, OSError):
        return "sockets that keep messages apart"
    return ""
