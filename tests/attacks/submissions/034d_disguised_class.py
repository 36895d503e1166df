# /// attack
# rows = [34]
# tries = "An object whose __class__, __module__ and __name__ say torch.Tensor."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["an object of class Tensor"]
# ///
import torch


class Tensor:
    __module__ = "torch"
    shape = property(lambda self: torch.Size([1, 2]))
    dtype = torch.float64
    __class__ = property(lambda self: torch.Tensor)

    def __getattr__(self, name):
        return lambda *args, **kwargs: True


Tensor.__qualname__ = "Tensor"


def cross_entropy_backward(logits, targets):
    logits.zero_()
    return Tensor()
