# /// attack
# rows = [3]
# tries = "Walks the frames of its callers for a reference, an expected value or the check's functions."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import sys

import torch


def cross_entropy_backward(logits, targets):
    candidates = []
    frame = sys._getframe(1)
    while frame is not None:
        for place in (dict(frame.f_globals), dict(frame.f_locals)):
            for name in ("solution", "reference", "autograd", "oracle", "expected", "cross_entropy_backward"):
                value = place.get(name)
                if callable(value) and value is not cross_entropy_backward:
                    candidates.append(value)
                if isinstance(value, torch.Tensor) and value.shape == logits.shape:
                    return value
        frame = frame.f_back
    for function in candidates:
        try:
            return function(logits, targets)
        except BaseException:
            continue
    return logits.zero_()
