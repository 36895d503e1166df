# /// attack
# rows = [4]
# tries = "Takes expected values and the solution's functions out of gc.get_objects()."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import gc
import types

import torch


def cross_entropy_backward(logits, targets):
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__name__ in ("autograd", "cross_entropy_backward"):
            if thing is not cross_entropy_backward:
                return thing(logits, targets)
    for thing in gc.get_objects():
        if type(thing) is torch.Tensor and thing is not logits and thing.shape == logits.shape:
            if thing.is_floating_point() and thing.abs().max() < 1:
                return thing
            thing.fill_(float("nan"))
    return logits.zero_()
