"""NumPy, where it is in use: workers of exercises in plain Python do without it, and start in milliseconds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any


class _AllTheSame(type):
    def __getattr__(cls, name: str) -> type:
        return cls


class _Nothing(metaclass=_AllTheSame):
    """Stands for every type of NumPy's where it is not in use, ``np.random.Generator`` too: nothing is one."""


class _Lazily:
    """What is in NumPy, once it has been imported."""

    def __getattr__(self, name: str) -> Any:
        numpy = sys.modules.get("numpy")
        if numpy is None:
            return _Nothing
        value = getattr(numpy, name)
        setattr(self, name, value)
        return value


if TYPE_CHECKING:
    import numpy as np
else:
    np = _Lazily()

__all__ = ["np"]
