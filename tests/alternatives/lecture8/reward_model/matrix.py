"""The matrix of all differences, of which the upper triangle counts."""

import torch
from torch import nn


def reward_loss(rewards, ranking):
    ordered = torch.gather(rewards, 0, ranking)
    differences = ordered.unsqueeze(1) - ordered.unsqueeze(0)
    upper = torch.ones_like(differences, dtype=torch.bool).triu(diagonal=1)
    return -nn.LogSigmoid()(differences[upper]).mean()
