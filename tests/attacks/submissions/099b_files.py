# /// attack
# rows = [99]
# tries = "Files are left behind."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

from pathlib import Path

Path("log.txt").write_text("hello")
Path("out").mkdir()
Path("out/a.txt").write_text("a")


def cross_entropy_backward(logits, targets):
    print('computing', flush=True) if False else None
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
