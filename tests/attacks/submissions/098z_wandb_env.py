# /// attack
# rows = [98]
# tries = "Global state is left behind: environment variables of a tutorial."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

import os

os.environ["OMP_NUM_THREADS"] = "8"
os.environ["CUDA_VISIBLE_DEVICES"] = "0"
os.environ["TOKENIZERS_PARALLELISM"] = "false"


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
