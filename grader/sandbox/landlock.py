"""Landlock: what a worker may open. Two layers, so that the costly one is built once.

Rules of one layer add up, layers intersect. The shared layer lists the system folders that every worker may read and
is built once in the zygote (a few hundred rules); the own layer, three rules, confines writing to the worker's
scratch folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct

from grader.sandbox import syscalls

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

READ = _READ_FILE | _READ_DIR
LIST = _READ_DIR
WRITE = READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _TRUNCATE
_FOR_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV


def abi() -> int:
    """The Landlock ABI of this kernel; 0 where there is none."""
    try:
        return syscalls.syscall(_CREATE, "landlock_create_ruleset", None, 0, 1)
    except OSError:
        return 0


def _handled(version: int) -> tuple[int, bytes]:
    """The file rights this ABI knows, and the ruleset attribute that denies all it can deny."""
    rights = (1 << 13) - 1
    if version >= 2:
        rights |= _REFER
    if version >= 3:
        rights |= _TRUNCATE
    if version >= 5:
        rights |= _IOCTL_DEV
    tcp = 3 if version >= 4 else 0  # bind, connect: no port is granted
    scopes = 3 if version >= 6 else 0  # abstract unix sockets, signals
    attribute = struct.pack("QQQ", rights, tcp, scopes)
    return rights, attribute[: 8 if version < 4 else 16 if version < 6 else 24]


def ruleset(paths: list[tuple[str, int]]) -> int:
    """Make a ruleset that grants the rights listed and nothing else.

    Args:
        paths: (path, ``READ``, ``LIST`` or ``WRITE``) pairs; a path that is not there is left out.

    Returns:
        The ruleset's file descriptor.
    """
    version = abi()
    if version < 1:
        raise OSError("Landlock is not available")
    rights, attribute = _handled(version)
    ruleset_fd = syscalls.syscall(_CREATE, "landlock_create_ruleset", attribute, len(attribute), 0)
    for path, granted in paths:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            _grant(ruleset_fd, path, granted & rights)
    return ruleset_fd


def _grant(ruleset_fd: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _FOR_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, fd))
        syscalls.syscall(_ADD_RULE, f"landlock_add_rule {path}", ruleset_fd, _PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)


def restrict_self(ruleset_fd: int) -> None:
    """Put this thread, and all that it starts, under the ruleset; needs ``no_new_privs``."""
    syscalls.syscall(_RESTRICT_SELF, "landlock_restrict_self", ruleset_fd, 0)
