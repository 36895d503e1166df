"""The line between a pool and a process of it: a pair of sockets, of which the process inherits one.

Where sockets cannot be inherited, on Windows, it is a connection on this machine's own address. Whoever connects must
say first what only the process has been told, by its stdin.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

import msgspec

_SECRET_BYTES = 32
_SECONDS = 60.0  # to start an interpreter on a loaded machine
_LOOK = 0.5  # seconds after which it is seen that the process has ended instead


class Begun(msgspec.Struct, frozen=True, eq=False):
    """A line that waits for its process.

    Attributes:
        words: the process's argument.
        options: of Popen.
    """

    words: str
    options: dict[str, Any]
    ours: socket.socket
    secret: bytes = b""

    def to(self, process: subprocess.Popen[bytes]) -> Connection[Any, Any]:
        """The line to a process, once it is there.

        Raises:
            OSError: it did not come.
        """
        if not self.secret:
            return Connection(self.ours.detach())
        assert process.stdin is not None
        process.stdin.write(self.secret)
        process.stdin.flush()
        return Connection(_accept(self.ours, process, self.secret).detach())


@contextlib.contextmanager
def beginning() -> Iterator[Begun]:
    """The begin of a line to a process that is started in the body."""
    if os.name == "nt":
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield Begun(f"port {server.getsockname()[1]}", {}, server, secrets.token_bytes(_SECRET_BYTES))
        return
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Begun(str(theirs.fileno()), {"pass_fds": [theirs.fileno()]}, ours)


def _accept(server: socket.socket, process: subprocess.Popen[bytes], secret: bytes) -> socket.socket:
    server.settimeout(_LOOK)
    until = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(TimeoutError):
            found, _ = server.accept()
            found.settimeout(_LOOK)
            with contextlib.suppress(OSError):  # somebody else, who says nothing
                if hmac.compare_digest(_exactly(found, _SECRET_BYTES), secret):
                    found.settimeout(None)
                    return found
            found.close()
    raise OSError("it did not answer")


def _exactly(sock: socket.socket, size: int) -> bytes:
    said = b""
    while len(said) < size and (part := sock.recv(size - len(said))):
        said += part
    return said


def line_to_pool(words: str) -> Connection[Any, Any]:
    """The process's end of the line."""
    if not words.startswith("port "):
        return Connection(int(words))
    secret = b""
    while len(secret) < _SECRET_BYTES and (part := os.read(0, _SECRET_BYTES - len(secret))):
        secret += part
    sock = socket.create_connection(("127.0.0.1", int(words.removeprefix("port "))))
    sock.sendall(secret)
    return Connection(sock.detach())
