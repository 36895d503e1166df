# /// attack
# rows = [34]
# tries = "A float and a tuple of tensors of classes whose comparisons are always true."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import torch


class Liar(float):
    def __eq__(self, other):
        return True

    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __hash__ = float.__hash__

    def __sub__(self, other):
        return 0.0

    __rsub__ = __abs__ = __sub__


class Pair(tuple):
    def __eq__(self, other):
        return True

    __hash__ = tuple.__hash__


CALLS = [0]


def cross_entropy_backward(logits, targets):
    logits.zero_()
    CALLS[0] += 1
    return Liar(0) if CALLS[0] % 2 else Pair([logits])
