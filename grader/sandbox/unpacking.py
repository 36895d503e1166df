"""The wire, read: nodes back into values, where whatever does not fit is no answer."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from msgspec.msgpack import Ext

from grader.bounds import INTEGER_BITS, MAX_DEPTH, MAX_NODES, MAX_SHARED, NAME, UNPACK_SECONDS
from grader.sandbox.layouts import laid_out
from grader.sandbox.lazily import np
from grader.sandbox.wire import (
    ARRAY_DTYPES,
    BYTES,
    DTYPES,
    IS_PARAMETER,
    REQUIRES_GRAD,
    SCALARS,
    ProtocolError,
    Unsendable,
)

_LOOKS_AT_CLOCK: Final = 1024  # values
_MOST_DIGITS: Final = INTEGER_BITS // 4 + 3  # hexadecimal, after the sign and 0x


class Unpacker:
    """Turns nodes back into values; whatever does not fit raises ProtocolError.

    Args:
        blob: the frame's blob.
        handle: makes a value of a handle node.
        read_shared: returns a copy of ``size`` bytes at an offset of the memfd.
        layouts: whether an array may come with strides.
    """

    def __init__(
        self,
        blob: bytes | bytearray,
        handle: Callable[[list[Any]], Any],
        read_shared: Callable[[int, int], bytearray] | None = None,
        *,
        layouts: bool = False,
    ) -> None:
        self.blob = memoryview(blob)
        self.inline_left = len(blob)  # each byte may be used once: no small frame becomes a large value
        self.shared_left = MAX_SHARED
        self.deadline = time.thread_time() + UNPACK_SECONDS
        self.nodes = 0
        self.handle = handle
        self.read_shared = read_shared
        self.layouts = layouts

    def unpack(self, node: Any, depth: int = 0) -> Any:
        """Make the value of a node."""
        self.nodes += 1
        if self.nodes % _LOOKS_AT_CLOCK == 0:
            self._demand_time()
        if type(node) is not list:
            if type(node) is Ext and node.code == BYTES:
                return node.data
            if type(node) not in SCALARS:
                raise ProtocolError("a kind of value that is not sent")
            return node
        if depth > MAX_DEPTH:
            raise ProtocolError("nested too deeply")
        try:
            return self._tagged(node, depth + 1)
        except (LookupError, ValueError, TypeError, OverflowError, AttributeError, RuntimeError, MemoryError) as error:
            raise ProtocolError(f"a malformed value ({type(error).__name__})") from None

    def _tagged(self, node: list[Any], depth: int) -> Any:  # noqa: PLR0912, C901 - one line per tag
        match node:
            case ["L", list() as items] if len(items) <= MAX_NODES:
                if not set(map(type, items)) <= {int, float, bool, type(None)}:
                    raise ProtocolError("a plain list that is not plain")
                return items
            case ["l", list() as items]:
                return [self.unpack(item, depth) for item in items]
            case ["t", list() as items]:
                return tuple(self.unpack(item, depth) for item in items)
            case ["d", list() as pairs]:
                return self._mapping(pairs, depth)
            case ["S", list() as items]:
                return set(self._mapping([[item, None] for item in items], depth))
            case ["F", list() as items]:
                return frozenset(self._mapping([[item, None] for item in items], depth))
            case [
                "T",
                str() as dtype,
                list() as shape,
                int() as at,
                int() as size,
                int() as flags,
                str() as device,
                *strides,
            ]:
                return self._tensor(dtype, shape, at, size, flags, device, strides)
            case ["A", str() as dtype, list() as shape, int() as at, int() as size, *strides]:
                return self._array(ARRAY_DTYPES[dtype], shape, at, size, strides)
            case ["N", str() as dtype, Ext(code=1, data=bytes() as raw)]:
                return np.frombuffer(raw, ARRAY_DTYPES[dtype], count=1)[0]
            case ["i", str() as digits] if len(digits) <= _MOST_DIGITS:
                return int(digits, 16)
            case ["s", Ext(code=1, data=bytes() as raw)]:
                return raw.decode("utf-8", "surrogatepass")
            case ["c", float() as real, float() as imaginary]:
                return complex(real, imaginary)
            case ["x", start, stop, step]:
                return slice(self.unpack(start, depth), self.unpack(stop, depth), self.unpack(step, depth))
            case ["e"]:
                return Ellipsis
            case ["y", str() as name] if name in DTYPES:
                return getattr(_torch(), name)
            case ["u", str() as description]:
                return Unsendable(description[:NAME])
            case ["G", Ext(code=1, data=bytes() as state)]:
                return _torch_generator(state)
            case ["R", state]:
                return _numpy_generator(self.unpack(state, depth))
            case ["h" | "r", *_]:
                return self.handle(node)
        raise ProtocolError("an unknown kind of value")

    def _mapping(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        made = {}
        for count, (key, value) in enumerate(pairs):
            made[self.unpack(key, depth)] = self.unpack(value, depth)
            if count % 64 == 0:
                self._demand_time()  # keys may be made to collide
        return made

    def _demand_time(self) -> None:
        if self.nodes > MAX_NODES:
            raise ProtocolError("too many values")
        if time.thread_time() > self.deadline:
            raise ProtocolError("values that take too long to read")

    def _raw(self, at: int, size: int) -> bytearray:
        if size < 0:
            raise ProtocolError("an array of negative size")
        if at < 0:
            self.shared_left -= size
        else:
            self.inline_left -= size
        if min(self.shared_left, self.inline_left) < 0:
            raise ProtocolError("more arrays than bytes")
        if at < 0:
            if self.read_shared is None:
                raise ProtocolError("an array in a memory that is not there")
            return self.read_shared(-1 - at, size)
        if at + size > len(self.blob):
            raise ProtocolError("an array that reaches beyond its frame")
        return bytearray(self.blob[at : at + size])

    def _array(
        self, code: str, shape: Sequence[Any], at: int, size: int, strides: Sequence[Any]
    ) -> np.ndarray[Any, Any]:
        if len(shape) > 32 or not all(type(n) is int and 0 <= n < 2**48 for n in shape):
            raise ProtocolError("an array of impossible shape")
        if math.prod(shape) * np.dtype(code).itemsize != size:
            raise ProtocolError("an array whose bytes do not fit its shape")
        if size > MAX_SHARED:
            raise ProtocolError("an array that is too large")
        array: np.ndarray[Any, Any] = np.frombuffer(self._raw(at, size), code).reshape(shape)
        if not strides:
            return array
        if len(strides) > 1 or not self.layouts:
            raise ProtocolError("an array with more than its numbers")
        return laid_out(array, strides[0])

    def _tensor(
        self, dtype: str, shape: Sequence[Any], at: int, size: int, flags: int, device: str, strides: Sequence[Any]
    ) -> Any:
        torch = _torch()
        tensor = torch.from_numpy(self._array(DTYPES[dtype], shape, at, size, strides))
        if dtype == "bfloat16":
            tensor = tensor.view(torch.bfloat16)
        if flags or device != "cpu":
            tensor.came_as = TensorNotes(bool(flags & REQUIRES_GRAD), bool(flags & IS_PARAMETER), device[:20])
        return tensor


class TensorNotes(msgspec.Struct, frozen=True):
    """What a tensor was where it came from; found as its attribute ``came_as`` when out of the ordinary."""

    requires_grad: bool
    is_parameter: bool
    device: str


def _torch() -> Any:
    """The library, where it is in use: no answer makes an exercise without it import it."""
    torch = sys.modules.get("torch")
    if torch is None:
        raise ProtocolError("a tensor in an exercise without torch")
    return torch


def _torch_generator(state: bytes) -> Any:
    torch = _torch()
    generator = torch.Generator()
    generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
    return generator


def _numpy_generator(state: dict[str, Any]) -> np.random.Generator:
    if state["bit_generator"] != "PCG64":
        raise ProtocolError("an unknown random generator")
    bits = np.random.PCG64()
    bits.state = state  # type: ignore[assignment]
    return np.random.Generator(bits)
