# /// attack
# rows = [16]
# tries = "Takes blocks of freed memory with torch.empty, hoping for the expected answer in one of them."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    blocks = [torch.empty_like(logits) for _ in range(2000)]
    logits.zero_()
    rows = torch.arange(len(targets))
    for block in blocks:
        sums = block.sum(1).abs().max()
        if block.isfinite().all() and sums < 1e-12 and (block[rows, targets] < 0).all():
            return block
    return logits
