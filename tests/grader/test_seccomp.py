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


def test_dumpable_cannot_be_set_again(machine, ask):
    prctl = seccomp.ARCHITECTURES[machine].prctl
    assert ask(prctl, 4) == EPERM
    assert ask(prctl, 15) == ALLOW  # PR_SET_NAME, which threads use


def test_ioctl_knows_what_python_asks_of_a_descriptor_and_nothing_else(machine, ask):
    ioctl = seccomp._IOCTL[machine]
    for name, request in seccomp._ALLOWED_OF_IOCTL.items():
        assert ask(ioctl, 0, request) == ALLOW, name
        assert ask(ioctl, 0, request | 1 << 32) == ALLOW, "the kernel reads 32 bits"
    setflags, setflags_32, xattr, verity, setown, push = 0x40086602, 0x40046602, 0x401C5820, 0x40806685, 0x8901, 0x5412
    for request in (setflags, setflags | 1 << 32, setflags_32, xattr, verity, setown, push, 0):
        assert ask(ioctl, 3, request) == ENOTTY


def test_fcntl_names_nobody_who_gets_signals_and_takes_no_lease(machine, ask):
    fcntl = seccomp._FCNTL[machine]
    for name, command in seccomp._DENIED_OF_FCNTL.items():
        assert ask(fcntl, 3, command) == EPERM, name
    for command in (0, 1, 2, 3, 4, 5, 6, 9, 1030, 1031, 1033):  # F_DUPFD to F_GETOWN, and Linux's own
        assert ask(fcntl, 3, command) == ALLOW


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
