# /// attack
# rows = [32, 33]
# tries = "What gives the stand-ins is replaced, and their class with it: a use is now whatever the check wants."
# kind = "hostile"
# ///
import builtins

import nowhere
import torch

real = builtins.__import__
kind = type(nowhere)
for name in ("__call__", "__add__", "__iter__", "__len__", "__float__", "__array__", "__getattr__", "_demanded"):
    setattr(kind, name, lambda self, *args, **kwargs: self)
kind.__eq__ = kind.__le__ = kind.__lt__ = lambda self, other: True
kind.__class__ = property(lambda self: torch.Tensor)


def evil(name, *args, **kwargs):
    return nowhere if "torch" not in name else real(name, *args, **kwargs)


builtins.__import__ = evil


def cross_entropy_backward(logits, targets):
    import numpy

    return numpy.shape
