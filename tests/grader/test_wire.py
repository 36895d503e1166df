"""The wire: what is sent arrives, and what is no message is refused."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import bounds
from grader.sandbox import wire
from grader.sandbox.unpacking import Unpacker


def through(value):
    """Send a value through a frame and back."""
    packer = wire.Packer(lambda thing: ["u", type(thing).__name__])
    buffers = packer.frame([packer.pack(value)])
    structure, blob = wire.parse_header(bytes(buffers[0]))
    assert structure == len(buffers[1])
    data = b"".join(bytes(memoryview(part)) for part in buffers[2:])
    assert blob == len(data)
    (node,) = wire.parse_structure(bytes(buffers[1]))
    return Unpacker(data, lambda node: node).unpack(node)


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and a.shape == b.shape and torch.equal(a.nan_to_num(7), b.nan_to_num(7))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b))
    if isinstance(a, float) and math.isnan(a):
        return math.isnan(b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return a == b


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers(), st.integers()), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values)
def test_plain_values_arrive_as_they_are(value):
    assert same(through(value), value)


def test_lone_surrogates_huge_integers_and_sets_arrive():
    value = ["\ud800", 2**400, -(2**70), {1, 2}, frozenset("a"), 1 + 2j, slice(1, None, 2), ...]
    assert same(through(value), value)


@pytest.mark.parametrize("dtype", [getattr(torch, name) for name in wire.DTYPES])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_tensors_of_every_dtype_arrive(dtype, shape):
    value = torch.arange(math.prod(shape)).reshape(shape).to(dtype)
    assert same(through(value), value)


def test_tensors_that_lie_strangely_in_memory_arrive():
    base = torch.arange(24.0).reshape(2, 3, 4)
    for value in (base.transpose(0, 2), base[:, ::2], torch.ones(3).expand(4, 3), base.mT):
        assert same(through(value), value.clone())
    assert same(through(np.arange(6.0)[::-1]), np.arange(6.0)[::-1].copy())


def test_an_arrived_tensor_may_be_written_to():
    arrived = through(torch.zeros(3))
    arrived += 1
    assert arrived.tolist() == [1, 1, 1]


def test_what_a_tensor_was_is_noted():
    notes = through(torch.nn.Parameter(torch.ones(2))).came_as
    assert notes.requires_grad
    assert notes.is_parameter
    assert not hasattr(through(torch.ones(2)), "came_as")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (torch.ones(2, 2).to_sparse(), "a sparse tensor"),
        (torch.ones(2, device="meta"), "meta device"),
        (np.array(["a"]), "an array of dtype str"),
        (np.array([object()]), "an array of dtype object"),
    ],
)
def test_what_cannot_be_sent_says_so(value, said):
    answer = through(value)
    assert type(answer) is wire.Unsendable
    assert said in answer.description


def test_a_list_within_itself_is_cut_off():
    loop = []
    loop.append(loop)
    answer = through(loop)
    for _ in range(bounds.MAX_DEPTH - 7):
        answer = answer[0]
    assert type(answer) is wire.Unsendable


def test_generators_arrive_in_their_state():
    generator = torch.Generator().manual_seed(5)
    torch.rand(3, generator=generator)
    assert torch.equal(torch.rand(4, generator=through(generator)), torch.rand(4, generator=generator))
    rng = np.random.default_rng(5)
    rng.random(3)
    assert (through(rng).random(4) == rng.random(4)).all()


nodes = st.recursive(
    scalars.filter(lambda v: not isinstance(v, int) or -(2**63) <= v < 2**64)
    | st.sampled_from(["T", "A", "N", "l", "L", "t", "d", "h", "G", "R", "float32", "int64", "y", "i", "s"]),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=30,
)


@given(nodes, st.binary(max_size=64))
@settings(max_examples=400)
def test_any_structure_is_a_value_or_a_protocol_error(node, blob):
    try:
        Unpacker(blob, lambda node: None).unpack(node)
    except wire.ProtocolError:
        pass


@given(st.binary(max_size=200))
@settings(max_examples=400)
def test_any_bytes_are_a_structure_or_a_protocol_error(raw):
    try:
        wire.parse_structure(raw)
    except wire.ProtocolError:
        pass


@pytest.mark.parametrize(
    "node",
    [
        ["T", "float64", [2, 2], 0, 31, 0, "cpu"],  # bytes that do not fit the shape
        ["T", "float64", [2**40, 2**40], 0, 0, 0, "cpu"],
        ["T", "float64", [-1, -32], 0, 256, 0, "cpu"],
        ["T", "float64", [4], 1000, 32, 0, "cpu"],  # beyond the frame
        ["T", "float64", [4], -1, 32, 0, "cpu"],  # in a memory that is not there
        ["T", "object", [1], 0, 8, 0, "cpu"],
        ["A", "bfloat16", [1], 0, 2],
        ["T", "float64", [True], 0, 8, 0, "cpu"],
        ["L", [["t", []]]],
        ["y", "__dict__"],
        ["R", ["d", []]],
        ["d", [[["l", []], 1]]],
        {},
        ["nonsense"],
        [],
    ],
)
def test_a_malformed_value_is_a_protocol_error(node):
    with pytest.raises(wire.ProtocolError):
        Unpacker(bytes(32), lambda node: None).unpack(node)


def test_deep_nesting_is_a_protocol_error():
    node = 1
    for _ in range(100):
        node = ["l", [node]]
    with pytest.raises(wire.ProtocolError, match="deeply"):
        Unpacker(b"", lambda node: None).unpack(node)
    with pytest.raises(wire.ProtocolError):
        wire.parse_structure(b"\x91" * 100_000 + b"\x01")


def test_a_large_frame_is_refused_by_its_header():
    with pytest.raises(wire.ProtocolError, match="too large"):
        wire.parse_header(wire.HEADER.pack(bounds.MAX_STRUCTURE + 1, 0))
    with pytest.raises(wire.ProtocolError, match="too large"):
        wire.parse_header(wire.HEADER.pack(10, bounds.MAX_BLOB + 1))


@pytest.mark.parametrize("answer", [{"passed": True}, [1, "ok", {"a": 1}, None], [1, "ok", ["l", [[{}]]], None]])
def test_a_map_is_no_message(answer):
    with pytest.raises(wire.ProtocolError):
        wire.parse_structure(msgspec.msgpack.encode(answer))


def test_no_time_goes_into_the_keys_of_a_map():
    keys = {(n, n): None for n in range(20_000)}  # tuples, whose hashes are anybody's to compute
    raw = msgspec.msgpack.encode([1, "ok", keys, None])
    with pytest.raises(wire.ProtocolError, match="no message"):
        wire.parse_structure(raw[: len(raw) // 2])  # refused at its first byte, not where it breaks off
