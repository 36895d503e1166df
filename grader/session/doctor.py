"""Examines the machine: versions, the isolation in force, and how to get from one level to the next."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys

import msgspec

from grader import __version__
from grader.course import Course
from grader.errors import GraderError
from grader.reports.model import Isolation
from grader.sandbox import landlock, syscalls
from grader.session.sandboxes import Sandboxes

_PACKAGES = ("numpy", "torch", "torchvision", "pytest", "hypothesis", "msgspec")
_ADVICE = {
    "no namespaces": "User namespaces are refused, so a submission shares the machine's process list and can see that "
    "files exist. On Ubuntu 24.04: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0. In a container: run it "
    "with --security-opt seccomp=unconfined or --privileged, or grade on the host.",
    "no landlock": "Landlock is missing, so a submission can read files. It needs Linux 5.13 or later with "
    "`landlock` among the kernel's LSMs (lsm=landlock,… on the kernel command line). Do not grade others' work here.",
    "no landlock scopes": "This kernel's Landlock is older than ABI 6 (Linux 6.12): signals to other processes are "
    "stopped by the system call filter alone.",
    "no seccomp": "There is no system call filter for this platform: a submission can open sockets and start "
    "processes. Grade on Linux (x86-64 or aarch64), for instance in WSL 2 or a virtual machine.",
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


def examine(course: Course) -> Examination:
    """Examine this machine for grading a course."""
    facts = [
        ("gradlings", __version__),
        ("python", f"{platform.python_version()} ({sys.executable})"),
        ("platform", platform.platform()),
        *((name, _version(name)) for name in _PACKAGES),
        ("course", f"{course.root} ({len(course.exercises)} exercises)"),
        ("user", f"uid {os.getuid()}"),
        ("landlock", f"ABI {landlock.abi()}" if syscalls.IS_LINUX else "not on this platform"),
    ]
    try:
        with Sandboxes(course, course.exercises[:1]) as sandboxes:
            isolation = sandboxes.isolation()
    except GraderError as error:
        isolation = Isolation("none", (str(error),))
    facts.append(("isolation", str(isolation)))
    advice = tuple(_ADVICE.get(part, f"{part[0].upper()}{part[1:]}.") for part in isolation.missing)
    lacking = tuple(
        f"{name} is not installed: pip install {name} -c constraints.txt"
        for name in _PACKAGES
        if _version(name) == "missing"
    )
    return Examination(tuple(facts), isolation, advice + lacking)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"
