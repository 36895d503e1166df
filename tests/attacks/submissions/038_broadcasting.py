# /// attack
# rows = [38]
# tries = "A scalar, a single number, a column: shapes that broadcast to the right one."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["has shape (1,)"]
# ///
import torch

SHAPES = [(), (1,), (1, 1), (-1, 1), (1, -1)]
CALLS = [0]


def cross_entropy_backward(logits, targets):
    logits.zero_()
    CALLS[0] += 1
    rows, columns = logits.shape
    shape = SHAPES[CALLS[0] % 2]
    return torch.zeros(shape, dtype=logits.dtype)
