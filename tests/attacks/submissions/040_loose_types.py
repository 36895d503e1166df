# /// attack
# rows = [40]
# tries = "Right numbers in the wrong kind: complex, object, float32, arrays and masked arrays."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import numpy as np
import torch

KINDS = [
    lambda d: d.to(torch.complex128),
    lambda d: d.numpy(),
    lambda d: d.half(),
    lambda d: d.bool(),
    lambda d: np.ma.masked_all(tuple(d.shape)),
    lambda d: d.numpy().astype(object),
    lambda d: d.tolist(),
    lambda d: d.to_sparse(),
]
CALLS = [0]


def cross_entropy_backward(logits, targets):
    d = torch.softmax(logits, 1)
    d[torch.arange(len(targets)), targets] -= 1
    d /= len(targets)
    logits.zero_()
    CALLS[0] += 1
    return KINDS[CALLS[0] % len(KINDS)](d)
