# /// attack
# rows = [34]
# tries = "An ndarray subclass whose __array_function__, __array_ufunc__ and __eq__ answer True."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["an object of class Liar"]
# ///
import numpy as np


class Liar(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_ufunc__(self, *args, **kwargs):
        return True

    def __eq__(self, other):
        return True

    __hash__ = None
    dtype = property(lambda self: "float64")


def cross_entropy_backward(logits, targets):
    logits.zero_()
    return np.zeros(tuple(logits.shape)).view(Liar)
