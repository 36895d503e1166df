# /// attack
# rows = [34]
# tries = "A tensor subclass whose __torch_function__ answers True, and whose methods lie."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["an object of class Liar (a subclass of torch.Tensor)"]
# ///
import torch


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True

    def __eq__(self, other):
        return True

    def __reduce_ex__(self, protocol):
        return (print, ("passed",))

    shape = property(lambda self: (1, 2))


def cross_entropy_backward(logits, targets):
    logits.zero_()
    return torch.zeros(logits.shape).as_subclass(Liar)
