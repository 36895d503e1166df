# /// attack
# rows = [87]
# tries = "Latin-1, and says so."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# encoding = "latin-1"
# ///
# -*- coding: latin-1 -*-
# dérivée
import torch


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
