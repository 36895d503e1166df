# /// attack
# rows = [98]
# tries = "Global state is left behind: the old way to a default dtype."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

torch.set_default_tensor_type(torch.DoubleTensor)


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
