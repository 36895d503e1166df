"""Confines a worker, in the order that works: each step may block the ones that come after it."""

from __future__ import annotations

import os
import signal

import msgspec

from grader.sandbox import landlock, seccomp, syscalls
from grader.sandbox.home import go_home


class Limits(msgspec.Struct, frozen=True):
    """What a worker may use.

    Attributes:
        memory: bytes of address space beyond what the zygote has mapped.
        file_size: bytes of one file.
        open_files: file descriptors.
        cpu_seconds: a backstop behind the wall-clock deadlines.
        threads: processes and threads of this user in the namespace.
    """

    memory: int = 2 << 30
    file_size: int = 16 << 20
    open_files: int = 64
    cpu_seconds: int = 1800
    threads: int = 64


class Layers(msgspec.Struct, frozen=True):
    """What the zygote prepared for its workers; a part that is missing here is missing in the platform."""

    landlock: int = -1  # the shared ruleset's descriptor
    seccomp: bool = False
    in_namespaces: bool = False


def confine(layers: Layers, limits: Limits, scratch: str, keep: set[int]) -> None:
    """Give up every right that a worker does not need. Never undone.

    Args:
        layers: what there is to confine with.
        limits: what may be used.
        scratch: an empty folder of the worker's own.
        keep: descriptors to keep beside 0, 1 and 2.
    """
    # New session: signals to the group of the zygote do not come from here.
    os.setsid()
    if syscalls.IS_LINUX:
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
        syscalls.close_all_but(keep | ({layers.landlock} if layers.landlock >= 0 else set()))
    go_home(scratch)
    os.umask(0o077)
    _limit(limits, in_namespaces=layers.in_namespaces)
    if not syscalls.IS_LINUX:
        return
    syscalls.drop_capabilities()
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 0)
    if layers.landlock >= 0:
        landlock.restrict_self(layers.landlock)
        own = landlock.ruleset([("/", landlock.READ), (scratch, landlock.WRITE), ("/dev/null", landlock.WRITE)])
        landlock.restrict_self(own)
        os.close(own)
        os.close(layers.landlock)
    if layers.seccomp:
        syscalls.install_seccomp(seccomp.program(os.getpid()))


def _limit(limits: Limits, *, in_namespaces: bool) -> None:
    import resource  # not on every platform that this module is imported on

    def at_most(what: int, amount: int) -> None:
        _, hard = resource.getrlimit(what)
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(what, (amount, amount))

    at_most(resource.RLIMIT_CORE, 0)
    at_most(resource.RLIMIT_FSIZE, limits.file_size)
    at_most(resource.RLIMIT_NOFILE, limits.open_files)
    at_most(resource.RLIMIT_CPU, limits.cpu_seconds)
    if syscalls.IS_LINUX:  # elsewhere the address space says little about the memory in use
        at_most(resource.RLIMIT_AS, syscalls.virtual_memory() + limits.memory)
        at_most(resource.RLIMIT_MSGQUEUE, 0)
        at_most(resource.RLIMIT_MEMLOCK, 1 << 16)
    if in_namespaces:  # outside them this would count all processes of the user
        at_most(resource.RLIMIT_NPROC, limits.threads)
