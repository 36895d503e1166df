# /// attack
# rows = [100]
# tries = "Sums in another order: different last digits."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch


def cross_entropy_backward(logits, targets):
    shifted = (logits - logits.max(1, keepdim=True).values).flip(1)
    counts = shifted.exp()
    d = counts * (counts.cumsum(1)[:, -1:] ** -1)
    d = d.flip(1)
    d[torch.arange(len(d)), targets] -= 1
    return d * (1 / len(d))
