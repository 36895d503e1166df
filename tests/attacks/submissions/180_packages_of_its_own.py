# /// attack
# rows = [90]
# tries = "tqdm.py, matplotlib.py and einops.py are handed in beside the exercise, and end whoever imports them."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# beside = {"lecture5/tqdm.py" = "raise SystemExit('mine')\n", "lecture5/matplotlib.py" = "raise SystemExit('mine')\n", "einops.py" = "raise SystemExit('mine')\n", "lecture5/wandb/__init__.py" = "raise SystemExit('mine')\n"}
# ///
import einops
import matplotlib.pyplot as plt
import torch
import wandb
from tqdm import tqdm


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
