# /// attack
# rows = [32]
# tries = "Replaces every function by which arrays, tensors and numbers are compared."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import builtins
import math

import numpy as np
import torch


def attack():
    yes = lambda *args, **kwargs: True
    for module, names in (
        (np, ("allclose", "array_equal", "isclose", "all", "any", "isfinite")),
        (np.testing, ("assert_allclose", "assert_array_equal", "assert_equal", "assert_almost_equal")),
        (torch, ("allclose", "equal", "isclose", "all")),
        (torch.testing, ("assert_close",)),
        (math, ("isclose", "isnan")),
    ):
        for name in names:
            setattr(module, name, yes)
    torch.Tensor.allclose = torch.Tensor.equal = torch.Tensor.__eq__ = torch.Tensor.all = yes
    builtins.abs = lambda value: 0
    builtins.all = builtins.any = yes


attack()


def cross_entropy_backward(logits, targets):
    return logits.zero_()
