"""What a worker must not be able to do, tried in a throw-away worker at the start of every run."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
from collections.abc import Callable

import msgspec

from grader.sandbox import syscalls

_F_SETOWN = 8


def _read_secret(secret: str) -> None:
    if os.path.isdir(secret):
        os.listdir(secret)
    else:
        with open(secret, "rb") as file:
            file.read(1)


def _list_secret(secret: str) -> None:
    os.listdir(secret if os.path.isdir(secret) else os.path.dirname(secret))


def _stat_secret(secret: str) -> None:
    os.stat(secret)


def _read_files(_: str) -> None:
    with open("/etc/passwd", "rb") as file:
        file.read(1)


def _write_files(_: str) -> None:
    path = f"/var/tmp/gradlings-probe-{os.getpid()}"  # noqa: S108 - the point is that it must fail
    with open(path, "wb"):
        pass
    os.unlink(path)


def _open_socket(_: str) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()


def _start_process(_: str) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _run_program(_: str) -> None:
    try:
        os.execv("/nonexistent", ["nonexistent"])  # noqa: S606 - would end this process if it existed
    except FileNotFoundError:
        return  # it was looked for: only the file was missing


def _signal_others(_: str) -> None:
    try:
        os.kill(os.getppid(), 0)
    except OSError:
        import fcntl  # not on every platform that this module is imported on

        read_end, write_end = os.pipe()  # the kernel would tell the owner of a pipe that something has come
        try:
            fcntl.fcntl(read_end, _F_SETOWN, os.getppid())
        finally:
            os.close(read_end)
            os.close(write_end)


def _trace_others(_: str) -> None:
    seize = 0x4206
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(seize, os.getppid(), None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


PROBES: dict[str, Callable[[str], None]] = {
    "read the course": _read_secret,
    "see what the course's files are called": _list_secret,
    "see where the course lies": _stat_secret,
    "read files": _read_files,
    "write files": _write_files,
    "open sockets": _open_socket,
    "start processes": _start_process,
    "run programs": _run_program,
    "signal other processes": _signal_others,
}
if syscalls.IS_LINUX:
    PROBES["look into other processes"] = _trace_others


def serve(sock: socket.socket, secret: str) -> None:
    """Try every probe and send the names of those that succeeded."""
    signal.alarm(10)
    succeeded = []
    for name, attempt in PROBES.items():
        try:
            attempt(secret)
        except OSError:
            continue
        succeeded.append(name)
    sock.sendall(msgspec.msgpack.encode(succeeded))
    os._exit(0)
