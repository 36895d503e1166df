"""What an exercise forbids, refused while the learner's code runs: advice to learners, no protection from them.

A forbidden function goes on working for torch itself. It is refused where the learner's code called it, directly or by
way of ``torch.nn``, whose modules are but wrappers of functions. Where ``torch.autograd`` is forbidden, torch records
nothing either, so that whatever door was overlooked leads nowhere.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

_AUTOGRAD = "torch.autograd"
# All ways to a gradient pass through one of these; torch looks them up anew at every call.
_DOORS = (
    "torch.Tensor.backward",
    "torch.autograd.grad",
    "torch.autograd.backward",
    "torch.autograd._engine_run_backward",
    "torch.autograd.forward_ad.enter_dual_level",
    "torch._C._enter_dual_level",
    "torch._C._functorch._grad_increment_nesting",
    "torch._C._functorch._jvp_increment_nesting",
    "torch._functorch.eager_transforms.grad_increment_nesting",
    "torch._functorch.eager_transforms.jvp_increment_nesting",
    *(f"torch.autograd.functional.{name}" for name in ("vjp", "jvp", "jacobian", "hessian", "vhp", "hvp")),
    *(f"torch.func.{name}" for name in ("grad", "grad_and_value", "vjp", "jvp", "jacrev", "jacfwd", "hessian")),
)
# Code in these acts for its caller; the rest of torch (optimizers, data loaders …) acts for itself.
_WRAPPERS = (
    "nn/modules/",
    "nn/functional.py",
    "_tensor.py",
    "autograd/",
    "func/",
    "_functorch/",
    "utils/_contextlib.py",
)

ByLearner = Callable[[], bool]
IsUse = Callable[[tuple[Any, ...], dict[str, Any]], bool]


class ForbiddenError(RuntimeError):
    """The learner's code used what its exercise forbids."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not allowed here")


def block(forbids: Sequence[str], is_learners: Callable[[types.FrameType], bool]) -> None:
    """Refuse what is forbidden to the learner's code, in this process and for good.

    Of a module, its public functions and classes are refused. What is not below torch, not imported yet or cannot be
    replaced is left to the scan of the source.

    Args:
        forbids: full names, as an exercise's header has them: ``torch.func``, ``Tensor.backward``.
        is_learners: whether a frame runs the learner's code, or calls it on behalf of a check.
    """
    torch = sys.modules.get("torch")
    if torch is None or not forbids:
        return
    home = os.path.join(os.path.dirname(str(torch.__file__)), "")
    wrappers = tuple(home + place.replace("/", os.sep) for place in _WRAPPERS)

    def by_learner() -> bool:
        frame: types.FrameType | None = sys._getframe(2)  # noqa: SLF001 - whoever called the guard
        while frame is not None:
            if is_learners(frame):
                return True
            file = frame.f_code.co_filename
            if file.startswith(home) and not file.startswith(wrappers):
                return False
            frame = frame.f_back
        return False

    refused = {path: path if "._" not in path else name for name in forbids for path in _paths(name)}
    if _AUTOGRAD in forbids:
        refused |= {path: path if "._" not in path else _AUTOGRAD for path in _DOORS}
    for path, shown in refused.items():
        _refuse(path, shown, by_learner)
    if _AUTOGRAD in forbids:
        _record_nothing(torch, by_learner, is_learners)


def _paths(name: str) -> Iterator[str]:
    """The places where torch keeps what is forbidden."""
    if name == _AUTOGRAD:
        return  # there is harmless code in it, such as no_grad
    name = f"torch.{name}" if name.startswith("Tensor.") else name
    home, _, own = name.rpartition(".")
    module = sys.modules.get(name)
    if module is not None and name.startswith("torch."):
        for public in getattr(module, "__all__", [key for key in vars(module) if not key.startswith("_")]):
            yield f"{name}.{public}"
    elif name.startswith("torch."):
        yield name
    if home == "torch.nn.functional":
        yield from (f"torch.{own}", f"torch._C._nn.{own}", f"torch._C._nn.{own}_loss")


def _refuse(path: str, shown: str, by_learner: ByLearner, is_use: IsUse | None = None) -> None:
    """Put a guard in the place of a function, or of a class's ``__init__``.

    Args:
        path: where it is.
        shown: what it is called in the message.
        by_learner: whether the learner's code called the guard.
        is_use: whether a call with these arguments is meant.
    """
    owner, name = _find(path)
    original = None if owner is None else getattr(owner, name, None)
    if isinstance(original, type):
        owner, name, original = original, "__init__", original.__init__  # type: ignore[misc]
    if not callable(original):
        return
    function = original

    def guard(*args: Any, **kwargs: Any) -> Any:
        if (is_use is None or is_use(args, kwargs)) and by_learner():
            raise ForbiddenError(shown)
        return function(*args, **kwargs)

    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        with contextlib.suppress(AttributeError, TypeError):
            setattr(guard, attribute, getattr(original, attribute))
    with contextlib.suppress(AttributeError, TypeError):  # a class of C's
        setattr(owner, name, guard)


def _find(path: str) -> tuple[Any, str]:
    """The module or class that holds something, and its name there; nothing is imported for it."""
    home, _, name = path.rpartition(".")
    if home in sys.modules:
        return sys.modules[home], name
    outer, _, kind = home.rpartition(".")
    owner = vars(sys.modules[outer]).get(kind) if outer in sys.modules else None
    return (owner if isinstance(owner, type) else None), name


def _record_nothing(torch: Any, by_learner: ByLearner, is_learners: Callable[[types.FrameType], bool]) -> None:
    """Switch the recording of gradients off, and refuse to switch it on.

    So whatever door to autograd was overlooked leads nowhere. Parameters and optimizers work as they do under
    ``torch.no_grad()``.
    """
    switch = torch._C._set_grad_enabled  # noqa: SLF001 - all that switches it calls this

    def guarded_switch(mode: bool) -> None:
        if mode and not _is_restored() and by_learner():
            raise ForbiddenError("torch.enable_grad")
        switch(False)

    def asks_directly(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        # copy.deepcopy and load_state_dict call it too, and are no request of the learner's
        frame: types.FrameType | None = sys._getframe(2)  # noqa: SLF001
        while frame is not None and frame.f_code.co_name == "requires_grad_":
            frame = frame.f_back  # that of a whole nn.Module
        return frame is not None and is_learners(frame) and bool(_second(args, kwargs, "requires_grad"))

    def ends_inference(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        return _second(args, kwargs, "mode") is False

    torch._C._set_grad_enabled = guarded_switch  # noqa: SLF001
    _refuse("torch.Tensor.requires_grad_", "requires_grad_()", by_learner, asks_directly)
    _refuse("torch.inference_mode", "torch.inference_mode(False)", by_learner, ends_inference)
    switch(False)
    _record_nothing_in_threads(switch)


def _record_nothing_in_threads(switch: Callable[[bool], None]) -> None:
    """A new thread begins with gradients on, whatever they are in the one that starts it."""

    def starting(start: Callable[..., Any]) -> Callable[..., Any]:
        def start_quietly(function: Callable[..., Any], *rest: Any, **options: Any) -> Any:
            def quietly(*args: Any, **kwargs: Any) -> Any:
                switch(False)
                return function(*args, **kwargs)

            return start(quietly, *rest, **options)

        return start_quietly

    for module in (_thread, threading):
        for name in ("start_new_thread", "start_new", "start_joinable_thread"):
            for known in (name, f"_{name}"):
                if hasattr(module, known):
                    setattr(module, known, starting(getattr(module, known)))


def _second(args: tuple[Any, ...], kwargs: dict[str, Any], name: str) -> Any:
    """The argument after ``self``, which is True where it is not given."""
    return args[1] if len(args) > 1 else kwargs.get(name, True)


def _is_restored() -> bool:
    """Whether a ``with`` statement ends, which in a new thread gives back what was there before."""
    frame: types.FrameType | None = sys._getframe(2)  # noqa: SLF001
    while frame is not None and frame.f_code.co_filename.endswith("grad_mode.py"):
        if frame.f_code.co_name == "__exit__":
            return True
        frame = frame.f_back
    return False
