"""Answers requests from a module of this process, no wire between: known wrong answers are asked by the hundred."""

from __future__ import annotations

import dis
import sys
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

from grader.checks.in_words import is_tensor
from grader.sandbox import wire
from grader.sandbox.layouts import same_layout
from grader.sandbox.objects import Objects
from grader.sandbox.proxy import Handle, from_node, info_of, to_node
from grader.sandbox.request import Answer, Request
from grader.sandbox.runtime import message_of, seed_generators
from grader.sandbox.unpacking import Unpacker

_RAISE = dis.opmap["RAISE_VARARGS"]
_PLAIN = {int, float, str, bool, bytes, complex, type(None)}


class DirectPeer:
    """A module in this process; see ``Peer``. Arguments are copied, answers are not: they are compared at once.

    Args:
        module: what is asked.
    """

    def __init__(self, module: ModuleType) -> None:
        self.objects = Objects()
        self.objects.set_module(module)

    def exchange(self, request: Request, seconds: float) -> Answer:
        """See Peer; the deadline is not kept."""
        del seconds
        options, target = request.options, request.target
        self.objects.drop(options.get("drop", ()))
        if "seed" in options:
            seed_generators(options["seed"])
        try:
            positional = tuple(self._copy(arg) for arg in request.args)
            named = {key: self._copy(arg) for key, arg in request.kwargs.items()}
            result = self.objects.answer(request.operation, target, self.objects[target], positional, named)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a known wrong answer may raise whatever it likes
            described = {"type": type(error).__name__, "message": message_of(error), "frames": self._frames(error)}
            return "err", described, None
        echo = self._answer((positional, named)) if options.get("echo") else None
        return "ok", self._answer(result), echo

    def _frames(self, error: BaseException) -> list[tuple[str, int, str, str]]:
        """The frames of an exception that lie in the module, and in what was imported with it.

        Of the last it is told whether a ``raise`` stands there. Lines are not looked up: a wrong answer has no file.
        """
        root = self.objects[0].__name__.partition(".")[0]
        frames = []
        trace = error.__traceback__
        while trace is not None:
            code, names = trace.tb_frame.f_code, trace.tb_frame.f_globals
            if str(names.get("__name__")).partition(".")[0] == root:
                raises = code.co_code[trace.tb_lasti] == _RAISE and trace.tb_next is None
                frames.append((code.co_filename, trace.tb_lineno, code.co_name, "raise" if raises else ""))
            trace = trace.tb_next
        return frames

    def _copy(self, value: Any) -> Any:
        kind = type(value)
        if is_tensor(value):
            return _copy_of_tensor(value)
        if kind is np.ndarray:
            return same_layout(value)
        if kind in _PLAIN:
            return value
        if kind is list or kind is tuple:
            return kind(self._copy(item) for item in value)
        if kind is dict:
            return {key: self._copy(item) for key, item in value.items()}
        if isinstance(value, Handle):
            return self.objects[info_of(value).ref]
        packer = wire.Packer(to_node, layouts=True)  # a generator, and whatever else may travel
        node = packer.pack(value)
        return Unpacker(_joined(packer), lambda found: self.objects[found[1]], layouts=True).unpack(node)

    def _answer(self, value: Any) -> Any:
        """A value as it would have crossed the wire."""
        return value if _is_plain(value) else self._through_the_wire(value)

    def _through_the_wire(self, value: Any) -> Any:
        packer = wire.Packer(self._handle)
        try:
            node = packer.pack(value)
            return Unpacker(_joined(packer), from_node).unpack(node)
        except Exception:  # noqa: BLE001 - what cannot travel is an answer too
            return wire.Unsendable("a value too large or too strange to send")

    def _handle(self, value: Any) -> list[Any]:
        if type(value) is wire.Unsendable:
            return ["u", value.description]
        return ["h", *msgspec.structs.astuple(self.objects.add(value))]


def _copy_of_tensor(value: Any) -> Any:
    """A copy as it would have arrived: a view stays one."""
    torch = sys.modules["torch"]
    plain = value.detach()
    if plain.is_contiguous() or plain.device.type != "cpu" or plain.dtype is torch.bfloat16 or not _is_plain(plain):
        return plain.clone(memory_format=torch.contiguous_format)
    return torch.from_numpy(same_layout(plain.numpy()))


def _joined(packer: wire.Packer) -> bytearray:
    return bytearray(b"".join(map(bytes, packer.buffers)))


def _is_plain(value: Any) -> bool:
    kind = type(value)
    if kind in _PLAIN:
        return not (kind is int and abs(value) >= 2**63)
    if is_tensor(value):
        torch = sys.modules["torch"]
        strided = value.layout is torch.strided and value.device.type == "cpu"
        return strided and not (value.is_conj() or value.is_neg() or value.requires_grad or value.is_quantized)
    if kind is np.ndarray:
        return bool(value.dtype.kind in "biufc")
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    if kind is dict:
        return all(type(key) is str and _is_plain(item) for key, item in value.items())
    return False
