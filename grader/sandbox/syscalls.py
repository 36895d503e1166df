"""Linux system calls that Python does not wrap: one thin function each, errors as OSError."""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import struct
import sys

IS_LINUX = sys.platform.startswith("linux")
MACHINE = platform.machine().lower()

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

# System calls above 424 have one number on every architecture; older ones do not.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
CLOSE_RANGE = 436

_libc = ctypes.CDLL(None, use_errno=True) if IS_LINUX else None


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, what: str, *args: object) -> int:
    """Make a raw system call; ints are passed as C longs."""
    if _libc is None:
        raise OSError(f"{what}: not on this platform")
    converted = [ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args]
    return _checked(_libc.syscall(ctypes.c_long(number), *converted), what)


def seal(memory: int, *, size_alone: bool = False) -> None:
    """Let nobody change the size of a memfd any more, nor what is in it."""
    import fcntl  # not on every platform that this module is imported on

    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, seals | (0 if size_alone else fcntl.F_SEAL_WRITE))


def prctl(option: int, value: int = 0) -> None:
    """Set a property of this process (prctl with one argument)."""
    if _libc is None:
        raise OSError("prctl: not on this platform")
    _checked(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def unshare(flags: int) -> None:
    """Leave the namespaces in ``flags``; needs a single-threaded process for user namespaces."""
    if _libc is None:
        raise OSError("unshare: not on this platform")
    _checked(_libc.unshare(ctypes.c_int(flags)), "unshare")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount, bind or remount."""
    if _libc is None:
        raise OSError("mount: not on this platform")
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    options = None if data is None else data.encode()
    _checked(_libc.mount(*encoded, ctypes.c_ulong(flags), options), f"mount {target}")


def detach(target: str) -> None:
    """Unmount lazily (MNT_DETACH)."""
    if _libc is None:
        raise OSError("umount: not on this platform")
    _checked(_libc.umount2(os.fsencode(target), ctypes.c_int(2)), f"umount {target}")


def pivot_root(new_root: str, put_old: str) -> None:
    """Make ``new_root`` the root of this mount namespace."""
    syscall(_PIVOT_ROOT[MACHINE], "pivot_root", os.fsencode(new_root), os.fsencode(put_old))


def close_all_but(keep: set[int]) -> None:
    """Close every file descriptor from 3 up, except ``keep``."""
    low = 3
    for fd in [*sorted(keep), None]:
        high = 0xFFFFFFFF if fd is None else fd - 1
        if high >= low:
            syscall(CLOSE_RANGE, "close_range", low, high, 0)
        low = 0 if fd is None else fd + 1


def drop_capabilities() -> None:
    """Give up every capability, the bounding and the ambient set included."""
    if _libc is None:
        raise OSError("capset: not on this platform")
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break  # past the last one this kernel knows, or not ours to drop
    _libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    version_3 = struct.pack("II", 0x20080522, 0)
    syscall(_CAPSET[MACHINE], "capset", version_3, struct.pack("6I", 0, 0, 0, 0, 0, 0))


def install_seccomp(program: bytes) -> None:
    """Install a classic BPF filter on this thread; needs ``no_new_privs``."""
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    syscall(_SECCOMP[MACHINE], "seccomp", 1, 0, header)


def virtual_memory() -> int:
    """Bytes of address space in use by this process (VmSize); 0 where /proc is missing."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * mmap.PAGESIZE
    except OSError:
        return 0
