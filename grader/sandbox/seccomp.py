"""Seccomp: the system calls a worker may not make, as a classic BPF program assembled here.

A list of what is denied, not of what is allowed: torch and NumPy use hundreds of calls, and files are Landlock's part.
Denied is what reaches beyond the process, outlives it, or holds up the machine: new processes, programs and sockets,
looking into or signalling others, namespaces and mounts, metadata changes, IPC that outlives a process, and kernel
interfaces with a history. A denied call fails with EPERM, so that the learner gets a Python exception with a line
number rather than a dead process.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import msgspec

from grader.sandbox import syscalls

# Numbers for x86-64; aarch64 (the generic table) where the call exists there.
_DENIED_X86_64 = {
    # programs and processes, sessions and groups, priorities
    "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "ptrace": 101, "personality": 135, "kcmp": 312,
    "process_vm_readv": 310, "process_vm_writev": 311, "setpgid": 109, "setsid": 112, "tkill": 200,
    "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297, "setpriority": 141, "sched_setparam": 142,
    "sched_setscheduler": 144, "sched_setaffinity": 203, "sched_setattr": 314, "ioprio_set": 251,
    # namespaces, mounts, the machine as a whole
    "unshare": 272, "setns": 308, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "swapon": 167,
    "swapoff": 168, "reboot": 169, "acct": 163, "settimeofday": 164, "adjtimex": 159, "clock_settime": 227,
    "clock_adjtime": 305, "sethostname": 170, "setdomainname": 171, "vhangup": 153, "iopl": 172, "ioperm": 173,
    "create_module": 174, "init_module": 175, "delete_module": 176, "finit_module": 313, "kexec_load": 246,
    "kexec_file_load": 320, "syslog": 103, "quotactl": 179, "nfsservctl": 180, "sync": 162, "syncfs": 306,
    # files: metadata, special files, watching, locks, other ways in
    "utime": 132, "utimes": 235, "futimesat": 261, "utimensat": 280, "chmod": 90, "fchmod": 91, "fchmodat": 268,
    "chown": 92, "fchown": 93, "lchown": 94, "fchownat": 260, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190,
    "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "mknod": 133, "mknodat": 259, "flock": 73,
    "inotify_init": 253, "inotify_init1": 294, "fanotify_init": 300, "name_to_handle_at": 303,
    "open_by_handle_at": 304, "memfd_create": 319, "ustat": 136, "sysfs": 139,
    # sockets; IPC that outlives a process, or is found by a number that can be guessed
    "socket": 41, "connect": 42, "bind": 49, "listen": 50, "socketpair": 53, "setsockopt": 54, "shmget": 29,
    "shmat": 30, "shmctl": 31, "semget": 64, "semop": 65, "semctl": 66, "semtimedop": 220, "msgget": 68, "msgsnd": 69,
    "msgrcv": 70, "msgctl": 71, "mq_open": 240, "mq_unlink": 241, "add_key": 248, "request_key": 249, "keyctl": 250,
    # kernel interfaces with a history, and limits that all processes share
    "modify_ldt": 154, "uselib": 134, "_sysctl": 156, "remap_file_pages": 216, "lookup_dcookie": 212,
    "io_setup": 206, "io_destroy": 207, "io_getevents": 208, "io_submit": 209, "io_cancel": 210, "io_pgetevents": 333,
    "splice": 275, "tee": 276, "vmsplice": 278, "migrate_pages": 256, "move_pages": 279, "perf_event_open": 298,
    "seccomp": 317, "bpf": 321, "userfaultfd": 323,
}  # fmt: skip
_DENIED_AARCH64 = {
    "execve": 221, "execveat": 281, "ptrace": 117, "personality": 92, "kcmp": 272, "process_vm_readv": 270,
    "process_vm_writev": 271, "setpgid": 154, "setsid": 157, "tkill": 130, "rt_sigqueueinfo": 138,
    "rt_tgsigqueueinfo": 240, "setpriority": 140, "sched_setparam": 118, "sched_setscheduler": 119,
    "sched_setaffinity": 122, "sched_setattr": 274, "ioprio_set": 30,
    "unshare": 97, "setns": 268, "pivot_root": 41, "chroot": 51, "mount": 40, "umount2": 39, "swapon": 224,
    "swapoff": 225, "reboot": 142, "acct": 89, "settimeofday": 170, "adjtimex": 171, "clock_settime": 112,
    "clock_adjtime": 266, "sethostname": 161, "setdomainname": 162, "vhangup": 58, "init_module": 105,
    "delete_module": 106, "finit_module": 273, "kexec_load": 104, "kexec_file_load": 294, "syslog": 116,
    "quotactl": 60, "nfsservctl": 42, "sync": 81, "syncfs": 267,
    "utimensat": 88, "fchmod": 52, "fchmodat": 53, "fchown": 55, "fchownat": 54, "setxattr": 5, "lsetxattr": 6,
    "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16, "mknodat": 33, "flock": 32,
    "inotify_init1": 26, "fanotify_init": 262, "name_to_handle_at": 264, "open_by_handle_at": 265,
    "memfd_create": 279,
    "socket": 198, "connect": 203, "bind": 200, "listen": 201, "socketpair": 199, "setsockopt": 208, "shmget": 194,
    "shmat": 196, "shmctl": 195, "semget": 190, "semop": 193, "semctl": 191, "semtimedop": 192, "msgget": 186,
    "msgsnd": 189, "msgrcv": 188, "msgctl": 187, "mq_open": 180, "mq_unlink": 181, "add_key": 217, "request_key": 218,
    "keyctl": 219,
    "remap_file_pages": 234, "lookup_dcookie": 18, "io_setup": 0, "io_destroy": 1, "io_submit": 2, "io_cancel": 3,
    "io_getevents": 4, "io_pgetevents": 292, "splice": 76, "tee": 77, "vmsplice": 75, "migrate_pages": 238,
    "move_pages": 239, "perf_event_open": 241, "seccomp": 277, "bpf": 280, "userfaultfd": 282,
}  # fmt: skip
_DENIED_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443,
    "landlock_restrict_self": 446, "memfd_secret": 447, "process_mrelease": 448, "cachestat": 451, "fchmodat2": 452,
    "statmount": 457, "listmount": 458, "lsm_set_self_attr": 460, "setxattrat": 463, "removexattrat": 466,
    "open_tree_attr": 467, "file_setattr": 469,
}  # fmt: skip

# Calls that are many calls in one. Of these a list says what is allowed, since kernels go on adding to them.
_PRCTL = {
    "PR_GET_PDEATHSIG": 2, "PR_GET_DUMPABLE": 3, "PR_GET_TIMING": 13, "PR_SET_NAME": 15, "PR_GET_NAME": 16,
    "PR_GET_SECCOMP": 21, "PR_CAPBSET_READ": 23, "PR_SET_TIMERSLACK": 29, "PR_GET_TIMERSLACK": 30,
    "PR_SET_NO_NEW_PRIVS": 38, "PR_GET_NO_NEW_PRIVS": 39, "PR_GET_TID_ADDRESS": 40, "PR_SET_THP_DISABLE": 41,
    "PR_GET_THP_DISABLE": 42, "PR_SVE_SET_VL": 50, "PR_SVE_GET_VL": 51, "PR_GET_SPECULATION_CTRL": 52,
    "PR_PAC_RESET_KEYS": 54, "PR_SET_TAGGED_ADDR_CTRL": 55, "PR_GET_TAGGED_ADDR_CTRL": 56,
    "PR_PAC_SET_ENABLED_KEYS": 60, "PR_PAC_GET_ENABLED_KEYS": 61, "PR_SME_SET_VL": 63, "PR_SME_GET_VL": 64,
    "PR_FUTEX_HASH": 78, "PR_GET_AUXV": 0x41555856, "PR_SET_VMA": 0x53564D41,
}  # fmt: skip
# Not: F_SETOWN and F_SETSIG, which have the kernel signal others; F_SETLEASE and F_NOTIFY, which hold up or watch
# whoever opens a file; F_SETPIPE_SZ, which takes from what all processes of a user have.
_FCNTL = {
    "F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_GETLK": 5, "F_SETLK": 6, "F_SETLKW": 7,
    "F_GETOWN": 9, "F_GETSIG": 11, "F_OFD_GETLK": 36, "F_OFD_SETLK": 37, "F_OFD_SETLKW": 38, "F_GETLEASE": 1025,
    "F_DUPFD_QUERY": 1027, "F_CREATED_QUERY": 1028, "F_DUPFD_CLOEXEC": 1030, "F_GETPIPE_SZ": 1032,
    "F_ADD_SEALS": 1033, "F_GET_SEALS": 1034, "F_GET_RW_HINT": 1035, "F_SET_RW_HINT": 1036,
    "F_GET_FILE_RW_HINT": 1037, "F_SET_FILE_RW_HINT": 1038,
}  # fmt: skip
# What Python asks of any descriptor: is it a terminal, how wide, how much is there, does it block, is it inherited.
_IOCTL = {
    "TCGETS": 0x5401, "TIOCGWINSZ": 0x5413, "FIONREAD": 0x541B, "FIONBIO": 0x5421, "FIONCLEX": 0x5450,
    "FIOCLEX": 0x5451, "TCGETS2": 0x802C542A,
}  # fmt: skip
_CLONE3 = 435


class _Architecture(msgspec.Struct, frozen=True):
    """What differs between the processors: the audit number, and calls whose arguments are looked at."""

    audit: int
    denied: dict[str, int]
    clone: int
    prctl: int
    fcntl: int
    ioctl: int
    kill: int
    tgkill: int
    prlimit: int


ARCHITECTURES = {
    "x86_64": _Architecture(
        0xC000003E, _DENIED_X86_64, clone=56, prctl=157, fcntl=72, ioctl=16, kill=62, tgkill=234, prlimit=302
    ),
    "aarch64": _Architecture(
        0xC00000B7, _DENIED_AARCH64, clone=220, prctl=167, fcntl=25, ioctl=29, kill=129, tgkill=131, prlimit=261
    ),
}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x10000
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24  # offsets in struct seccomp_data (little endian: the low word first)


def _op(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _only(number: int, argument: int, allowed: Iterable[int]) -> list[bytes]:
    """Of one system call, allow some values of an argument, of which the kernel reads the low word only."""
    values = sorted(set(allowed))
    ops = [_op(_LOAD, 0, 0, argument)]
    ops += [_op(_EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
    ops += [_op(_RETURN, 0, 0, _ERRNO | _EPERM), _op(_RETURN, 0, 0, _ALLOW)]
    return [_op(_EQUAL, 0, len(ops), number), *ops]


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
    # clone: threads, no processes. A worker that cannot fork leaves no daemon behind.
    ops += [_op(_EQUAL, 0, 4, arch.clone), _op(_LOAD, 0, 0, _ARG0), _op(_ANY_BIT, 1, 0, _CLONE_THREAD)]
    ops += [deny, _op(_LOAD, 0, 0, _NR)]
    for number in (arch.kill, arch.tgkill):
        ops += _only(number, _ARG0, [pid])
    ops += _only(arch.prctl, _ARG0, _PRCTL.values())
    ops += _only(arch.fcntl, _ARG1, _FCNTL.values())
    ops += _only(arch.ioctl, _ARG1, _IOCTL.values())
    ops += _only(arch.prlimit, _ARG0, [0])  # on others it is theirs
    ops += [_op(_RETURN, 0, 0, _ALLOW)]
    return b"".join(ops)
