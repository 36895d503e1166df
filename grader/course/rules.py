"""What an exercise forbids, under every name that torch has for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AUTOGRAD = "torch.autograd"
# Other ways to a gradient: who forbids torch.autograd means them too.
_WITH_AUTOGRAD = (
    *("torch.enable_grad", "torch.ops", "torch._functorch", "functorch"),
    *("torch._C._autograd", "torch._C._functorch", "torch._C._set_grad_enabled", "torch._C._EngineBase"),
    *(f"torch.func.{name}" for name in ("grad", "grad_and_value", "vjp", "jvp", "linearize")),
    *(f"torch.func.{name}" for name in ("jacrev", "jacfwd", "hessian")),
)
# These record nothing, wherever they are taken from.
_HARMLESS = ("torch.autograd.no_grad", "torch.autograd.grad_mode.no_grad", "torch.autograd.inference_mode")


class Rules:
    """What is forbidden: full names and all below them, methods of tensors, and asking for a graph."""

    def __init__(self, forbids: Sequence[str]) -> None:
        self.paths: dict[str, str] = {}  # full name -> as the header has it
        self.methods: dict[str, str] = {}
        self.graph = ""
        for name in forbids:
            path = _canonical(name)
            self.paths.setdefault(path, name)
            if path.startswith("torch.Tensor."):
                self.methods[path.removeprefix("torch.Tensor.")] = name
            if path.startswith("torch.nn.functional."):
                for same in _same_function(path.rpartition(".")[2]):
                    self.paths.setdefault(same, name)
        self._roots = {path.partition(".")[0] for path in self.paths}  # most names of a file are below none of them
        if _AUTOGRAD in self.paths:
            self.graph = self.paths[_AUTOGRAD]
            self.methods.setdefault("backward", self.graph)
            self._roots.update(path.partition(".")[0] for path in _WITH_AUTOGRAD)
            self.paths.update({path: self.graph for path in _WITH_AUTOGRAD if not self.name_of(path)})

    def name_of(self, path: str) -> str:
        """The forbidden name that a full name falls under; empty if none."""
        if path.partition(".")[0] not in self._roots:
            return ""
        path = _canonical(path)
        if path in _HARMLESS:
            return ""
        while path:
            if path in self.paths:
                return self.paths[path]
            path = path.rpartition(".")[0]
        return ""


def _canonical(path: str) -> str:
    """One name for what torch offers under several."""
    path = re.sub(r"^Tensor\.", "torch.Tensor.", path)
    path = re.sub(r"^torch\._tensor\.", "torch.", path)
    path = re.sub(r"^torch\.functional\.", "torch.", path)
    return re.sub(r"^torch\.nn\.modules\.(?:[a-z_]+\.)?(?=[A-Z])", "torch.nn.", path)


def _same_function(name: str) -> list[str]:
    below = [f"{place}.{name}" for place in ("torch._C._nn", "torch.ops.aten")]
    return [f"torch.{name}", *below, *(f"{path}_loss" for path in below)]
