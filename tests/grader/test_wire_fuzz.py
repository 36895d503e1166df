"""A worker that sends anything at all: the trusted side raises its own errors only, and in time."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from grader.sandbox import wire
from grader.sandbox.channel import Channel
from grader.sandbox.client import Worker
from grader.sandbox.peers import RemotePeer
from grader.sandbox.request import LostError, Request
from grader.sandbox.unpacking import Unpacker

SECONDS = 0.1
MARGIN = 2.0  # what a busy machine may take beside: an answer that never ends would take for ever


class Zygote:
    """Stands in for a zygote: there is no process to end, or to say where it stands: its output ends instead."""

    def __init__(self, output: int) -> None:
        self._output = output

    def end(self, worker: int) -> int:
        return -9

    def waited(self, worker: int) -> float:
        return 0.0

    def tell(self, worker: int) -> None:
        os.close(self._output)
        self._output = -1

    def close(self) -> None:
        if self._output >= 0:
            self.tell(0)


class Liar:
    """The worker's end of a socket, in the hands of a test."""

    def __init__(self) -> None:
        ours, self.sock = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        read_end, output = os.pipe()
        ours.setblocking(False)
        self.zygote = Zygote(output)
        self.worker = Worker(self.zygote, 1, Channel(ours, read_end, -1))
        self.peer = RemotePeer(self.worker)

    def answer(self, make) -> tuple:
        """Ask for something; the liar answers with what ``make`` makes of the nonce."""

        def lie() -> None:
            request = self.sock.recv(1 << 16)
            structure, _ = wire.HEADER.unpack_from(request)
            nonce = wire.parse_structure(request[8 : 8 + structure])[0]
            for part in make(nonce):
                self.sock.sendall(part)

        thread = threading.Thread(target=lie)
        thread.start()
        try:
            return self.peer.exchange(Request("call"), SECONDS)
        finally:
            thread.join()

    def close(self) -> None:
        self.sock.close()
        self.zygote.close()
        self.worker.close()


def framed(structure: bytes, blob: bytes = b"") -> bytes:
    return wire.HEADER.pack(len(structure), len(blob)) + structure + blob


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary()
tags = st.sampled_from([*"LltdSFTANiscxeyuGRhr", "ok", "err", "float64", "int8", "cpu", "type", "frames", "message"])
nodes = st.recursive(
    scalars | tags,
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=25,
)


class AnyAnswer(RuleBasedStateMachine):
    """Answers of every kind, one after the other, until one costs the worker its life."""

    @initialize()
    def begin(self) -> None:
        self.liar = Liar()

    def _ask(self, make) -> None:
        if not self.liar.worker.alive:
            self.liar.close()
            self.liar = Liar()
        started = time.monotonic()
        try:
            kind, _, _ = self.liar.answer(make)
        except LostError as lost:
            assert lost.kind in {"timeout", "crashed", "protocol"}
            assert not self.liar.worker.alive
        else:
            assert kind in {"ok", "err"}
        assert time.monotonic() - started < SECONDS + MARGIN

    @rule(raw=st.binary(max_size=300))
    def bytes_that_are_anything(self, raw: bytes) -> None:
        self._ask(lambda nonce: [raw])

    @rule(raw=st.binary(max_size=100), blob=st.binary(max_size=100))
    def a_frame_of_anything(self, raw: bytes, blob: bytes) -> None:
        self._ask(lambda nonce: [framed(raw, blob)])

    @rule(node=nodes, blob=st.binary(max_size=64), word=tags)
    def an_answer_of_any_structure(self, node, blob: bytes, word: str) -> None:
        self._ask(lambda nonce: [framed(msgspec.msgpack.encode([nonce, word, node, None]), blob)])

    @rule(node=nodes)
    def an_error_of_any_structure(self, node) -> None:
        self._ask(lambda nonce: [framed(msgspec.msgpack.encode([nonce, "err", node, node]))])

    @rule(extra=st.binary(min_size=1, max_size=50))
    def an_answer_and_more(self, extra: bytes) -> None:
        self._ask(lambda nonce: [framed(msgspec.msgpack.encode([nonce, "ok", 1, None])), extra])

    @rule(size=st.integers(0, 2**32 - 1), blob=st.integers(0, 2**32 - 1))
    def a_header_alone(self, size: int, blob: int) -> None:
        self._ask(lambda nonce: [wire.HEADER.pack(size, blob)])

    @rule(cut=st.integers(0, 20))
    def half_an_answer_and_the_end(self, cut: int) -> None:
        def make(nonce):
            yield framed(msgspec.msgpack.encode([nonce, "ok", [1] * 10, None]))[:cut]
            self.liar.sock.shutdown(socket.SHUT_RDWR)

        self._ask(make)

    def teardown(self) -> None:
        self.liar.close()


AnyAnswer.TestCase.settings = settings(
    max_examples=30, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyAnswer = AnyAnswer.TestCase


@given(nodes, st.binary(max_size=64))
@settings(max_examples=300, deadline=None)
def test_any_error_description_is_made_harmless(node, blob):
    from grader.sandbox.peers import _unpack_answer
    from grader.sandbox.request import RaisedError

    try:
        kind, value, _ = _unpack_answer(["err", node, None], Unpacker(blob, lambda node: None))
    except wire.ProtocolError:
        return
    error = RaisedError(value, None)
    assert kind == "err"
    assert all(type(line) is int and line >= 0 for _, line, _, _ in error.frames)
    assert len(error.message) <= 4000


@pytest.mark.slow
def test_a_minute_of_coverage_guided_fuzzing():
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: pip install atheris")
    script = Path(__file__).with_name("fuzz_wire.py")
    done = subprocess.run(
        [sys.executable, str(script), "-max_total_time=60", "-rss_limit_mb=2048", "-timeout=10"],
        capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
