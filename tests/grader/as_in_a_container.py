"""Calls a program as an unprivileged container would: without namespaces, and without Landlock where that is said.

`python as_in_a_container.py [--no-landlock | --apparmor] PROGRAM …`. A filter of system calls stands for what Docker's
profile refuses; --apparmor lets namespaces be made and nothing be mounted in them, as Ubuntu 24.04 does.
"""

from __future__ import annotations

import os
import struct
import sys

from grader.sandbox import syscalls
from grader.sandbox.seccomp import ARCHITECTURES

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EPERM, _EACCES, _ENOSYS = 1, 13, 38
_NAMESPACES = 0x7E020000  # the flags of clone that make them
_LANDLOCK = (444, 445, 446)
_MOUNTS = (428, 429, 430)


def main() -> None:
    words = sys.argv[1:]
    how = words.pop(0) if words[0].startswith("--") else ""
    arch = ARCHITECTURES[syscalls.MACHINE]
    refused = {}
    if how == "--apparmor":
        refused |= {arch.denied["mount"]: _EACCES}
    else:
        refused |= {arch.denied["unshare"]: _EPERM, arch.denied["setns"]: _EPERM, arch.denied["mount"]: _EPERM}
        refused |= dict.fromkeys(_MOUNTS, _EPERM)
    if how == "--no-landlock":
        refused |= dict.fromkeys(_LANDLOCK, _ENOSYS)
    ops = [struct.pack("HBBI", 0x20, 0, 0, 0)]  # the number of the call
    for number, error in refused.items():
        ops += [struct.pack("HBBI", 0x15, 0, 1, number), struct.pack("HBBI", 0x06, 0, 0, _ERRNO | error)]
    if how != "--apparmor":
        ops += [struct.pack("HBBI", 0x15, 0, 1, 435), struct.pack("HBBI", 0x06, 0, 0, _ERRNO | _ENOSYS)]  # clone3
        ops += [struct.pack("HBBI", 0x15, 0, 3, arch.clone), struct.pack("HBBI", 0x20, 0, 0, 16)]
        ops += [struct.pack("HBBI", 0x45, 0, 1, _NAMESPACES), struct.pack("HBBI", 0x06, 0, 0, _ERRNO | _EPERM)]
    ops += [struct.pack("HBBI", 0x06, 0, 0, _ALLOW)]
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
    syscalls.install_seccomp(b"".join(ops))
    os.execvp(words[0], words)


main()
