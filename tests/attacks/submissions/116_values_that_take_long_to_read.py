# /// attack
# rows = [44]
# tries = "260,000 tensors without a number in them: a small message that takes seconds to read."
# kind = "hostile"
# verdicts = ["broke protocol", "failed"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    return [torch.zeros(0)] * 260_000
