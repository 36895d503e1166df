"""The system call filter, run on a small interpreter of classic BPF: for both processors, on either."""

from __future__ import annotations

import struct

import pytest

from grader.sandbox import seccomp

ALLOW, KILL, EPERM, ENOTTY, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050019, 0x00050026


def run(program: bytes, arch: int, number: int, arg0: int = 0, arg1: int = 0) -> int:
    """What the filter answers to a system call."""
    data = struct.pack("<IIQQQQQQQ", number, arch, 0, arg0, arg1, 0, 0, 0, 0)
    ops = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    at, accumulator = 0, 0
    while True:
        code, if_true, if_false, value = ops[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x15:
            at += if_true if accumulator == value else if_false
        elif code == 0x35:
            at += if_true if accumulator >= value else if_false
        elif code == 0x45:
            at += if_true if accumulator & value else if_false
        elif code == 0x06:
            return value
        else:
            raise AssertionError(f"unknown instruction {code:#x}")


@pytest.fixture(params=sorted(seccomp.ARCHITECTURES))
def machine(request):
    return request.param


@pytest.fixture
def ask(machine):
    program = seccomp.program(77, machine)
    audit = seccomp.ARCHITECTURES[machine].audit
    return lambda number, arg0=0, arg1=0: run(program, audit, number, arg0, arg1)


def test_every_listed_call_is_denied(machine, ask):
    for numbers in (seccomp.ARCHITECTURES[machine].denied, seccomp._DENIED_EVERYWHERE):
        for name, number in numbers.items():
            assert ask(number) == EPERM, name


def test_reading_writing_and_memory_are_allowed(machine, ask):
    allowed = {"x86_64": [0, 1, 9, 11, 12, 202, 231, 257], "aarch64": [63, 64, 222, 215, 214, 98, 94, 56]}
    for number in allowed[machine]:
        assert ask(number) == ALLOW


def test_threads_are_allowed_and_processes_are_not(machine, ask):
    clone = seccomp.ARCHITECTURES[machine].clone
    assert ask(clone, 0x3D0F00) == ALLOW  # what pthread_create asks for
    assert ask(clone, 0x01200011) == EPERM  # what fork asks for
    assert ask(435) == ENOSYS  # clone3


def test_only_itself_may_be_signalled(machine, ask):
    arch = seccomp.ARCHITECTURES[machine]
    for number in (arch.kill, arch.tgkill):
        assert ask(number, 77) == ALLOW
        for other in (1, 76, 0, 0xFFFFFFFF):
            assert ask(number, other) == EPERM


PRCTL = {
    "PR_SET_PDEATHSIG": 1, "PR_SET_DUMPABLE": 4, "PR_SET_KEEPCAPS": 8, "PR_SET_SECCOMP": 22, "PR_SET_SECUREBITS": 28,
    "PR_SET_MM": 35, "PR_SET_CHILD_SUBREAPER": 36, "PR_CAP_AMBIENT": 47, "PR_SCHED_CORE": 62,
    "PR_SET_MEMORY_MERGE": 67, "PR_SET_PTRACER": 0x59616D61, "one that is not yet known": 9999,
}  # fmt: skip
FCNTL = {
    "F_SETOWN": 8, "F_SETSIG": 10, "F_SETOWN_EX": 15, "F_SETLEASE": 1024, "F_NOTIFY": 1026, "F_SETPIPE_SZ": 1031,
    "F_SETDELEG": 1040,
}  # fmt: skip
IOCTL = {
    "TIOCSTI": 0x5412, "TIOCSCTTY": 0x540E, "TIOCSPGRP": 0x5410, "TIOCSETD": 0x5423, "TIOCLINUX": 0x541C,
    "FIOASYNC": 0x5452, "FIOSETOWN": 0x8901, "SIOCSPGRP": 0x8902, "FIFREEZE": 0xC0045877, "FS_IOC_SETFLAGS": 0x40086602,
    "FS_IOC_ENABLE_VERITY": 0x40806685,
}  # fmt: skip


def test_of_calls_with_many_faces_only_the_harmless_ones_are_allowed(machine, ask):
    arch = seccomp.ARCHITECTURES[machine]
    assert [name for name, option in PRCTL.items() if ask(arch.prctl, option) != EPERM] == []
    assert [name for name, command in FCNTL.items() if ask(arch.fcntl, 3, command) != EPERM] == []
    assert [name for name, command in IOCTL.items() if ask(arch.ioctl, 3, command) != EPERM] == []


def test_the_high_word_of_a_command_opens_nothing(machine, ask):
    arch = seccomp.ARCHITECTURES[machine]
    high = 1 << 32  # the kernel reads an int
    assert ask(arch.prctl, high | 1) == EPERM
    assert ask(arch.fcntl, 3, high | 8) == EPERM
    assert ask(arch.ioctl, 3, high | 0x8901) == EPERM


def test_what_threads_files_and_terminals_need_is_allowed(machine, ask):
    arch = seccomp.ARCHITECTURES[machine]
    assert ask(arch.prctl, 15) == ALLOW  # PR_SET_NAME
    for command in (0, 1, 2, 3, 4, 6, 1030):  # F_DUPFD to F_SETFL, F_SETLK, F_DUPFD_CLOEXEC
        assert ask(arch.fcntl, 3, command) == ALLOW
    for command in (0x5401, 0x5421, 0x5451):  # TCGETS, FIONBIO, FIOCLEX
        assert ask(arch.ioctl, 3, command) == ALLOW


def test_limits_may_be_read_and_lowered_for_itself_alone(machine, ask):
    arch = seccomp.ARCHITECTURES[machine]
    assert ask(arch.prlimit, 0) == ALLOW
    assert ask(arch.prlimit, 1) == EPERM
    assert ask(arch.prlimit, 77) == EPERM


def test_both_processors_deny_the_same(machine):
    """A call is missing from the list of aarch64 only where that processor does not have it."""
    old = {
        "fork", "vfork", "create_module", "modify_ldt", "uselib", "_sysctl", "iopl", "ioperm", "ustat", "sysfs",
        "utime", "utimes", "futimesat", "chmod", "chown", "lchown", "mknod", "inotify_init",
    }  # fmt: skip
    assert set(seccomp._DENIED_X86_64) - set(seccomp._DENIED_AARCH64) == old
    assert set(seccomp._DENIED_AARCH64) <= set(seccomp._DENIED_X86_64)


def test_another_architecture_is_killed(machine):
    program = seccomp.program(77, machine)
    assert run(program, 0x40000003, 1) == KILL  # i386
    if machine == "x86_64":
        assert run(program, 0xC000003E, 0x40000000 | 1) == KILL  # x32


def test_an_unknown_processor_has_no_filter():
    with pytest.raises(OSError, match="no seccomp filter for riscv64"):
        seccomp.program(1, "riscv64")


def test_the_filter_fits_the_kernels_limit(machine):
    assert len(seccomp.program(1, machine)) // 8 < 4096
