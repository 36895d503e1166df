# /// attack
# rows = [95]
# tries = "A subclass of Tensor."
# kind = "fault"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["an object of class Mine (a subclass of torch.Tensor); a tensor is wanted"]
# ///
import torch

class Mine(torch.Tensor):
    pass


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    d = d.as_subclass(Mine)
    return d
