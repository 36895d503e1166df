"""Two loops over the ranking, and softplus."""

import torch
import torch.nn.functional as F


def reward_loss(rewards, ranking):
    k = rewards.shape[0]
    total = torch.zeros((), dtype=rewards.dtype)
    for i in range(k - 1):
        for j in range(i + 1, k):
            total = total + F.softplus(rewards[ranking[j]] - rewards[ranking[i]])
    return 2 * total / (k * (k - 1))
