"""Seccomp: the system calls a worker may not make, as a classic BPF program assembled here.

A list of what is denied, not of what is allowed: torch and NumPy use hundreds of calls, and files are Landlock's part.
Denied are new processes, programs and sockets, looking into or signalling others, namespaces and mounts, metadata
changes, IPC that outlives a process, and kernel interfaces with a history. A denied call fails with EPERM, so that
the learner gets a Python exception with a line number rather than a dead process.
"""

from __future__ import annotations

import struct

from grader.sandbox import syscalls

# Numbers for x86-64; aarch64 (the generic table) where the call exists there.
_DENIED_X86_64 = {
    "fork": 57, "vfork": 58, "execve": 59, "ptrace": 101, "syslog": 103, "utime": 132, "personality": 135,
    "modify_ldt": 154, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "swapon": 167, "swapoff": 168,
    "reboot": 169, "init_module": 175, "delete_module": 176, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190,
    "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "tkill": 200, "sched_setaffinity": 203,
    "utimes": 235, "mq_open": 240, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250,
    "inotify_init": 253, "migrate_pages": 256, "fchownat": 260, "futimesat": 261, "fchmodat": 268, "unshare": 272,
    "vmsplice": 278, "move_pages": 279, "utimensat": 280, "inotify_init1": 294, "perf_event_open": 298,
    "fanotify_init": 300, "name_to_handle_at": 303, "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "finit_module": 313, "seccomp": 317, "memfd_create": 319,
    "kexec_file_load": 320, "bpf": 321, "execveat": 322, "userfaultfd": 323, "shmget": 29, "shmat": 30, "shmctl": 31,
    "socket": 41, "connect": 42, "bind": 49, "listen": 50, "socketpair": 53, "semget": 64, "msgget": 68, "flock": 73,
    "chmod": 90, "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94, "mknod": 133, "mknodat": 259,
    "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "setpriority": 141, "sched_setscheduler": 144,
    "sched_setattr": 314, "ioprio_set": 251, "io_setup": 206,
}  # fmt: skip
_DENIED_AARCH64 = {
    "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
    "inotify_init1": 26, "ioprio_set": 30, "flock": 32, "mknodat": 33, "umount2": 39, "mount": 40, "pivot_root": 41,
    "chroot": 51, "fchmod": 52, "fchmodat": 53, "fchownat": 54, "fchown": 55, "vmsplice": 75, "utimensat": 88,
    "personality": 92, "unshare": 97, "kexec_load": 104, "init_module": 105, "delete_module": 106, "syslog": 116,
    "ptrace": 117, "sched_setscheduler": 119, "sched_setaffinity": 122, "tkill": 130, "rt_sigqueueinfo": 138,
    "setpriority": 140, "reboot": 142, "mq_open": 180, "msgget": 186, "semget": 190, "shmget": 194, "shmctl": 195,
    "shmat": 196, "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "connect": 203, "add_key": 217,
    "request_key": 218, "keyctl": 219, "execve": 221, "swapon": 224, "swapoff": 225, "migrate_pages": 238,
    "move_pages": 239, "rt_tgsigqueueinfo": 240, "perf_event_open": 241, "fanotify_init": 262,
    "name_to_handle_at": 264, "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
    "process_vm_writev": 271, "kcmp": 272, "finit_module": 273, "sched_setattr": 274, "seccomp": 277,
    "memfd_create": 279, "bpf": 280, "execveat": 281, "userfaultfd": 282, "kexec_file_load": 294, "io_setup": 0,
}  # fmt: skip
_DENIED_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "pidfd_getfd": 438, "mount_setattr": 442, "landlock_restrict_self": 446, "memfd_secret": 447,
    "fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "open_tree_attr": 467, "file_setattr": 469,
}  # fmt: skip
_CLONE3 = 435

# ioctl is a door to every driver and file system, and whoever may read a file may use it: what is its owner's changes
# the file's flags there, or seals it for ever (fs-verity). Allowed is what Python asks of a descriptor.
_IOCTL = {"x86_64": 16, "aarch64": 29}
_ALLOWED_OF_IOCTL = {
    "TCGETS": 0x5401, "TIOCGPGRP": 0x540F, "TIOCGWINSZ": 0x5413, "FIONREAD": 0x541B, "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450, "FIOCLEX": 0x5451, "TCGETS2": 0x802C542A, "FICLONE": 0x40049409,
}  # fmt: skip
# Signals to whoever is named as a descriptor's owner, without kill; leases, which hold up others that open a file.
_FCNTL = {"x86_64": 72, "aarch64": 25}
_DENIED_OF_FCNTL = {"F_SETOWN": 8, "F_SETSIG": 10, "F_SETOWN_EX": 15, "F_SETLEASE": 1024, "F_NOTIFY": 1026}


class _Architecture:
    """What differs between the processors: the audit number, and calls whose arguments are looked at."""

    def __init__(
        self, audit: int, denied: dict[str, int], clone: int, prctl: int, kill: int, tgkill: int, prlimit: int
    ) -> None:
        self.audit, self.denied, self.clone, self.prctl = audit, denied, clone, prctl
        self.kill, self.tgkill, self.prlimit = kill, tgkill, prlimit


ARCHITECTURES = {
    "x86_64": _Architecture(0xC000003E, _DENIED_X86_64, clone=56, prctl=157, kill=62, tgkill=234, prlimit=302),
    "aarch64": _Architecture(0xC00000B7, _DENIED_AARCH64, clone=220, prctl=167, kill=129, tgkill=131, prlimit=261),
}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOTTY, _ENOSYS = 1, 25, 38
_CLONE_THREAD = 0x10000
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24  # offsets in struct seccomp_data (little endian: the low word first)


def _op(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def program(pid: int, machine: str = syscalls.MACHINE) -> bytes:
    """Assemble the filter for the worker with this pid.

    Args:
        pid: the only process that the worker may signal: itself (``abort()`` does).
        machine: ``x86_64`` or ``aarch64``.

    Raises:
        OSError: on another processor, where there is no filter.
    """
    if machine not in ARCHITECTURES:
        raise OSError(f"no seccomp filter for {machine}")
    arch = ARCHITECTURES[machine]
    deny = _op(_RETURN, 0, 0, _ERRNO | _EPERM)
    ops = [_op(_LOAD, 0, 0, _ARCH), _op(_EQUAL, 1, 0, arch.audit), _op(_RETURN, 0, 0, _KILL)]
    ops.append(_op(_LOAD, 0, 0, _NR))
    if machine == "x86_64":
        ops += [_op(_AT_LEAST, 0, 1, 0x40000000), _op(_RETURN, 0, 0, _KILL)]  # no x32
    for number in sorted({*arch.denied.values(), *_DENIED_EVERYWHERE.values()}):
        ops += [_op(_EQUAL, 0, 1, number), deny]
    # clone3 hides its flags behind a pointer: as if it were missing, so that the C library uses clone.
    ops += [_op(_EQUAL, 0, 1, _CLONE3), _op(_RETURN, 0, 0, _ERRNO | _ENOSYS)]
    allowed = sorted(_ALLOWED_OF_IOCTL.values())
    ops += [_op(_EQUAL, 0, len(allowed) + 3, _IOCTL[machine]), _op(_LOAD, 0, 0, _ARG1)]
    ops += [_op(_EQUAL, len(allowed) - at, 0, request) for at, request in enumerate(allowed)]
    ops += [_op(_RETURN, 0, 0, _ERRNO | _ENOTTY), _op(_LOAD, 0, 0, _NR)]
    ops += [_op(_EQUAL, 0, 2 * len(_DENIED_OF_FCNTL) + 2, _FCNTL[machine]), _op(_LOAD, 0, 0, _ARG1)]
    for command in _DENIED_OF_FCNTL.values():
        ops += [_op(_EQUAL, 0, 1, command), deny]
    ops.append(_op(_LOAD, 0, 0, _NR))
    # clone: threads, no processes. A worker that cannot fork leaves no daemon behind.
    ops += [_op(_EQUAL, 0, 4, arch.clone), _op(_LOAD, 0, 0, _ARG0), _op(_ANY_BIT, 1, 0, _CLONE_THREAD)]
    ops += [deny, _op(_LOAD, 0, 0, _NR)]
    for number in (arch.kill, arch.tgkill):
        ops += [_op(_EQUAL, 0, 4, number), _op(_LOAD, 0, 0, _ARG0), _op(_EQUAL, 1, 0, pid), deny]
        ops += [_op(_LOAD, 0, 0, _NR)]
    # prctl(PR_SET_DUMPABLE) would open the process to others again; prlimit on others is theirs.
    ops += [_op(_EQUAL, 0, 4, arch.prctl), _op(_LOAD, 0, 0, _ARG0)]
    ops += [_op(_EQUAL, 0, 1, syscalls.PR_SET_DUMPABLE), deny, _op(_LOAD, 0, 0, _NR)]
    ops += [_op(_EQUAL, 0, 3, arch.prlimit), _op(_LOAD, 0, 0, _ARG0), _op(_EQUAL, 1, 0, 0), deny]
    ops += [_op(_RETURN, 0, 0, _ALLOW)]
    return b"".join(ops)
