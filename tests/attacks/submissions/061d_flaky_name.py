# /// attack
# rows = [61]
# tries = "Raises exceptions with the names of the grader's own."
# kind = "hostile"
# verdicts = ["raised"]
# ///
import torch

class FlakyFailure(Exception):
    pass


class CheckFailed(BaseException):
    pass


class GraderError(Exception):
    pass


def cross_entropy_backward(logits, targets):
    raise (FlakyFailure, CheckFailed, GraderError)[logits.shape[0] % 3]
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
