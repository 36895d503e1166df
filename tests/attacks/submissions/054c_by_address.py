# /// attack
# rows = [54]
# tries = "Kept by id and address of the argument, as a cache would be."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 5
# ///
import torch

kept = {}


def cross_entropy_backward(logits, targets):
    key = logits.data_ptr()
    if key not in kept:
        kept[key] = (id(logits), len(kept))
        if len(kept) > 1:
            return torch.zeros_like(logits)
    d = torch.softmax(logits, 1)
    d[torch.arange(len(d)), targets] -= 1
    return d / len(d) * (len(kept) == 1)
