"""The wire: plain values as msgpack and raw array bytes, in frames whose size is bounded before anything is read.

A frame is ``<II`` (structure bytes, blob bytes), the structure as msgpack, and the blob with the arrays' bytes. No
pickle, no code, in either direction. A value is a *node*: itself where msgpack has it, else a tagged list::

    [1, 2.5]                        ["L", [1, 2.5]]
    (1, [True])                     ["t", [1, ["L", [True]]]]
    torch.zeros(2, 3)               ["T", "float32", [2, 3], offset, nbytes, flags, "cpu"]
    torch.zeros(3, 2).T             the same, and [1, 2] at its end: an argument's strides
    an object of the learner's      ["h", 7, "object", "Value", …]   (a handle: the object stays where it is)
    b"abc"                          an extension of msgpack's, with these bytes

A structure holds no map, and none is made of one that comes: its keys could be made to collide, which costs minutes
inside the decoder, where no clock is looked at.

Arrays over 1 MiB travel beside the frame: inputs in a sealed memfd, answers in a memfd of bounded size.
"""

from __future__ import annotations

import struct
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from msgspec.msgpack import Ext

from grader.bounds import (
    INTEGER_BITS,
    MAX_BLOB,
    MAX_DEPTH,
    MAX_NODES,
    MAX_STRUCTURE,
)
from grader.sandbox.layouts import strides_of
from grader.sandbox.lazily import np

HEADER: Final = struct.Struct("<II")
LARGE: Final = 1 << 20  # from here on an array travels in a memfd

REQUIRES_GRAD, IS_PARAMETER = 1, 2

# torch dtype name -> the NumPy dtype that carries its bytes
DTYPES: Final = {
    "float64": "<f8", "float32": "<f4", "float16": "<f2", "bfloat16": "<i2", "complex64": "<c8", "complex128": "<c16",
    "int64": "<i8", "int32": "<i4", "int16": "<i2", "int8": "|i1", "uint8": "|u1", "bool": "|b1",
    "uint16": "<u2", "uint32": "<u4", "uint64": "<u8",
}  # fmt: skip
ARRAY_DTYPES: Final = {name: code for name, code in DTYPES.items() if name != "bfloat16"}
_DICTS: Final = frozenset({dict, OrderedDict, defaultdict, Counter})
SCALARS: Final = frozenset({type(None), bool, int, float, str})
_INT64: Final = range(-(2**63), 2**64)

Buffer = bytes | bytearray | memoryview

_encoder = msgspec.msgpack.Encoder()


def _decoder_of_lists() -> msgspec.msgpack.Decoder[list[Any]]:
    """A decoder that ends at the first map. A type cannot name itself in msgspec, so it is spelt out as deep as needed.

    msgspec tells str and bytes apart by no union, hence the extension type for bytes.
    """
    inner: Any = None
    for _ in range(_LISTS_A_VALUE * MAX_DEPTH):
        inner = None | bool | int | float | str | Ext | list[inner]
    return msgspec.msgpack.Decoder(list[inner])


_LISTS_A_VALUE = 3  # one in another, of a dict: the node, its pairs, a pair
BYTES = 1  # the extension's code
_decoder = _decoder_of_lists()


class ProtocolError(Exception):
    """What came over the wire was no answer. The message says what it was, without quoting it."""


class Unsendable(msgspec.Struct, frozen=True):
    """Stands for a value that cannot be sent, and says why: ``a sparse tensor``, ``a tensor on meta``."""

    description: str


class HandleInfo(msgspec.Struct, frozen=True):
    """A handle to an object that stays in the worker.

    Attributes:
        ref: its number there.
        kind: ``function``, ``class``, ``module`` or ``object``.
        type_name: the name of its type.
        name: what a function or class is called.
        line: where a function or class is defined in the learner's file; 0 unknown.
        file: that file, as the learner would type it.
        subclass_of: the type that travels by value of which it is a subclass, such as ``torch.Tensor``.
    """

    ref: int
    kind: str
    type_name: str
    name: str = ""
    line: int = 0
    file: str = ""
    subclass_of: str = ""


class Packer:
    """Turns values into nodes and collects their arrays' bytes.

    Args:
        handle: makes a node for a value that has no form of its own here.
        large: places an array over 1 MiB elsewhere and returns its offset there, or None to send it inline.
        layouts: say of a view that it is one. Arguments arrive as views then; of answers the numbers alone count.
    """

    def __init__(
        self,
        handle: Callable[[Any], list[Any]],
        large: Callable[[Buffer, int], int | None] | None = None,
        *,
        layouts: bool = False,
    ) -> None:
        self.handle = handle
        self.large = large
        self.layouts = layouts
        self.buffers: list[Buffer] = []
        self.size = 0
        self.nodes = 0

    def pack(self, value: Any, depth: int = 0) -> Any:  # noqa: PLR0912, C901 - one line per type
        """Make the node of a value."""
        kind = type(value)
        if kind in SCALARS:
            return self._scalar(value, kind)
        if kind is bytes:
            return Ext(BYTES, value)
        if depth > MAX_DEPTH - 8:
            return ["u", "a value nested too deeply"]
        self.nodes += 1
        if self.nodes > MAX_NODES:
            return ["u", "too many values"]
        if kind is list:
            return self._list(value, depth)
        if kind is tuple:
            return ["t", [self.pack(item, depth + 1) for item in value]]
        if kind in _DICTS:
            return ["d", [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in value.items()]]
        if kind is set or kind is frozenset:
            return ["S" if kind is set else "F", [self.pack(item, depth + 1) for item in value]]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is np.ndarray:
            return self._array(value)
        if isinstance(value, np.generic):
            return self._numpy_scalar(value)
        if kind is slice:
            return ["x", *(self.pack(part, depth + 1) for part in (value.start, value.stop, value.step))]
        if value is Ellipsis:
            return ["e"]
        if kind is np.random.Generator:
            return ["R", self.pack(value.bit_generator.state, depth + 1)]
        torch = sys.modules.get("torch")
        if torch is not None:
            if kind is torch.Tensor or kind is torch.nn.Parameter:
                return self._tensor(torch, value)
            if kind is torch.Size:
                return ["t", list(value)]
            if kind is torch.dtype:
                return ["y", str(value).removeprefix("torch.")]
            if kind is torch.Generator:
                state = value.get_state().numpy().tobytes()
                return ["G", Ext(BYTES, state)]
        return self.handle(value)

    def _scalar(self, value: Any, kind: type) -> Any:
        if kind is int and value not in _INT64:
            bits = value.bit_length()
            return ["i", hex(value)] if bits <= INTEGER_BITS else ["u", f"an integer of {bits:,} bits"]
        if kind is str and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:  # lone surrogates: msgpack has no place for them
                return ["s", Ext(BYTES, value.encode("utf-8", "surrogatepass"))]
        return value

    def _list(self, value: list[Any], depth: int) -> list[Any]:
        kinds = set(map(type, value))
        self.nodes += len(value)
        plain = kinds <= {bool, float, type(None)} or (kinds == {int} and min(value) in _INT64 and max(value) in _INT64)
        if plain and self.nodes <= MAX_NODES:
            return ["L", value]
        return ["l", [self.pack(item, depth + 1) for item in value]]

    def _place(self, buffer: Buffer, size: int) -> list[int]:
        """Where the bytes lie: offset into the blob, or −1−offset into the memfd."""
        if size > LARGE and self.large is not None:
            offset = self.large(buffer, size)
            if offset is not None:
                return [-1 - offset, size]
        offset = self.size
        self.buffers.append(buffer)
        self.size += size
        return [offset, size]

    def _array(self, value: np.ndarray[Any, Any]) -> list[Any]:
        name = value.dtype.name
        if name not in ARRAY_DTYPES:
            return ["u", f"an array of dtype {name}"]
        flat = np.ascontiguousarray(value, dtype=ARRAY_DTYPES[name])
        if flat.nbytes > MAX_BLOB and self.large is None:
            return ["u", "an array larger than 64 MB"]
        node = ["A", name, list(value.shape), *self._place(_bytes_of(flat), flat.nbytes)]
        return [*node, *self._layout(value)]

    def _numpy_scalar(self, value: np.generic) -> list[Any]:
        if value.dtype.name not in ARRAY_DTYPES:
            return ["u", f"a NumPy scalar of dtype {value.dtype.name}"]
        return ["N", value.dtype.name, Ext(BYTES, value.tobytes())]

    def _tensor(self, torch: Any, value: Any) -> list[Any]:
        flags = REQUIRES_GRAD * bool(value.requires_grad) | IS_PARAMETER * (type(value) is torch.nn.Parameter)
        name = str(value.dtype).removeprefix("torch.")
        if value.layout is not torch.strided or value.is_quantized:
            return ["u", "a sparse tensor" if value.layout is not torch.strided else "a quantized tensor"]
        if name not in DTYPES:
            return ["u", f"a tensor of dtype {name}"]
        device = value.device.type
        if device == "meta":
            return ["u", "a tensor on the meta device, which holds no numbers"]
        plain = value.detach()
        if device != "cpu":
            plain = plain.cpu()
        plain = plain.resolve_conj().resolve_neg()
        array = plain.view(torch.int16).numpy() if name == "bfloat16" else plain.numpy()
        flat = np.ascontiguousarray(array)
        node = ["T", name, list(value.shape), *self._place(_bytes_of(flat), flat.nbytes), flags, device]
        return [*node, *self._layout(array)]

    def _layout(self, array: np.ndarray[Any, Any]) -> list[list[int]]:
        strides = strides_of(array) if self.layouts else None
        return [] if strides is None else [strides]

    def frame(self, node: list[Any]) -> list[Buffer]:
        """The buffers to send for a finished structure."""
        structure = _encoder.encode(node)
        if len(structure) > MAX_STRUCTURE or self.size > MAX_BLOB:
            raise ValueError("the value is too large to send")
        return [HEADER.pack(len(structure), self.size), structure, *self.buffers]


def _bytes_of(flat: np.ndarray[Any, Any]) -> Buffer:
    # memoryview.cast refuses shapes with a 0 in them
    return memoryview(flat.data).cast("B") if flat.size else b""


def parse_header(raw: bytes | bytearray) -> tuple[int, int]:
    """Read a frame's header.

    Raises:
        ProtocolError: it announces more than may be sent.
    """
    structure, blob = HEADER.unpack(raw)
    if structure > MAX_STRUCTURE or blob > MAX_BLOB:
        raise ProtocolError("a frame that is too large")
    return structure, blob


def parse_structure(raw: bytes | bytearray) -> list[Any]:
    """Decode a frame's structure into nodes.

    Raises:
        ProtocolError: it is not msgpack, or no list.
    """
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError) as error:
        raise ProtocolError(f"bytes that are no message ({type(error).__name__})") from None


def demand_answer_to(nonce: int, answer: list[Any]) -> None:
    """See that a structure is an answer, and to what was asked.

    Raises:
        ProtocolError: it is not.
    """
    if len(answer) != 4 or answer[0] != nonce or type(answer[0]) is not int:
        raise ProtocolError("an answer to something that was not asked")


def total(buffers: Iterable[Buffer]) -> int:
    """The number of bytes in the buffers."""
    return sum(memoryview(buffer).nbytes for buffer in buffers)
