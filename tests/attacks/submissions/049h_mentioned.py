# /// attack
# rows = [49]
# tries = "A right answer whose comment and text mention torch.autograd."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

# checked by hand against torch.autograd.grad and loss.backward()
NOTE = 'F.cross_entropy'


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
