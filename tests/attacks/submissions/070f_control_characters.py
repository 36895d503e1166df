# /// attack
# rows = [70]
# tries = "An exception whose message clears the screen and cannot be encoded."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["ValueError: "]
# ///
import torch


def cross_entropy_backward(logits, targets):
    raise ValueError(chr(27) + '[2J' + chr(0xD800) + chr(0) + 'x' * 100_000)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
