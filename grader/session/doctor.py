"""Examines the machine: versions, the isolation in force, and how to get from one level to the next."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Sequence

import msgspec

from grader import __version__
from grader.course import Course
from grader.errors import GraderError
from grader.reports.model import Isolation
from grader.sandbox import landlock, syscalls
from grader.sandbox.choice import CONFINES_NOTHING
from grader.session import runners
from grader.session.sandboxes import Sandboxes

_PACKAGES = ("numpy", "torch", "torchvision", "pytest", "hypothesis", "msgspec")
_ADVICE = {
    "no namespaces": "Linux refuses namespaces to this user, so a submission can see that files exist and shares the "
    "machine's process list. Install bubblewrap (sudo apt install bubblewrap), which most policies allow them. Ubuntu "
    "24.04 also wants its profile: sudo apt install apparmor-profiles && sudo install -m 644 "
    "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && sudo systemctl reload apparmor. In a "
    "container: docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or grade on the host.",
    "no landlock": "Landlock is missing, so a submission can read files. It needs Linux 5.13 or later with "
    "`landlock` among the kernel's LSMs (lsm=landlock,… on the kernel command line; `cat /sys/kernel/security/lsm` "
    "lists them). In a container, its seccomp profile must allow the landlock_ calls. Do not grade others' work here.",
    "no landlock scopes": "This kernel's Landlock is older than ABI 6 (Linux 6.12): signals to other processes are "
    "stopped by the system call filter alone. A newer kernel adds the second wall.",
    "no seccomp": "There is no system call filter for this platform: a submission can open sockets and start "
    "processes. Grade on Linux (x86-64 or aarch64), for instance in WSL 2 or a virtual machine.",
    "switched off": "Confinement is switched off (--isolation none): leave that option out.",
}
# What a probe can do -> which lack explains it.
_EXPLAINED_BY = {
    "see where the course lies": "no namespaces",
    "see what the course's files are called": "no namespaces",
    "read the course": "no landlock",
    "read files": "no landlock",
    "write files": "no landlock",
    "open sockets": "no seccomp",
    "start processes": "no seccomp",
    "run programs": "no seccomp",
    "signal other processes": "no seccomp",
    "look into other processes": "no seccomp",
}


class Examination(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        facts: (name, value) pairs to show.
        isolation: the level, by self-test.
        advice: what to do about each lack.
    """

    facts: tuple[tuple[str, str], ...]
    isolation: Isolation
    advice: tuple[str, ...]


def examine(course: Course, *, ci: bool = False) -> Examination:
    """Examine this machine for grading a course.

    Args:
        course: the course.
        ci: say what to add to the runner of a platform, as far as that is known.
    """
    facts = [
        ("gradlings", __version__),
        ("python", f"{platform.python_version()} ({sys.executable})"),
        ("platform", platform.platform()),
        *((name, _version(name)) for name in _PACKAGES),
        ("course", f"{course.root} ({len(course.exercises)} exercises)"),
        ("user", f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown to this platform"),
        ("landlock", f"ABI {landlock.abi()}" if syscalls.IS_LINUX else "not on this platform"),
    ]
    try:
        with Sandboxes(course, course.exercises[:1]) as sandboxes:
            isolation = sandboxes.isolation()
            reasons = sandboxes.reasons()
    except GraderError as error:
        isolation, reasons = Isolation("none", (str(error),)), {}
    runner = runners.this_runner()
    if ci:
        facts += runners.facts(runner)
    facts.append(("isolation", str(isolation)))
    facts += [(f"no {part}", reason) for part, reason in reasons.items()]
    advice = advise(isolation.missing)
    if ci and (known := runners.advise_runner(runner, isolation.missing)):
        told = {_ADVICE[part] for part in ("no namespaces", "no landlock", "no seccomp")}
        advice = known + tuple(sentence for sentence in advice if sentence not in told)
    if ci and (short := runners.short_of_memory()):
        advice += (short,)
    lacking = tuple(
        f"{name} is not installed: pip install {name} -c constraints.txt"
        for name in _PACKAGES
        if _version(name) == "missing"
    )
    return Examination(tuple(facts), isolation, advice + lacking)


def advise(missing: Sequence[str]) -> tuple[str, ...]:
    """What to do about each part of the isolation that is missing; one sentence where one lack explains several."""
    told = []
    for part in missing:
        can = part.removeprefix("a submission can ")
        if part.endswith(CONFINES_NOTHING):
            told.append(
                f"{part}: fine for work of your own. Grade the work of others on Linux, in WSL 2, in Docker or in a "
                "virtual machine."
            )
        elif can == part:
            told.append(_ADVICE.get(part, f"{part[0].upper()}{part[1:]}."))
        elif _EXPLAINED_BY.get(can) not in missing:
            told.append(f"A submission can {can}, which nothing that is missing explains. Please report this output.")
    return tuple(told)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"
