# /// attack
# rows = [82]
# tries = "A demo at top level that fails."
# kind = "fault"
# verdicts = ["raised"]
# says = ["cannot be imported: AssertionError: should be one", "__main__"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d


assert cross_entropy_backward(torch.zeros(2, 2), torch.tensor([0, 1])).sum() == 1, 'should be one'
