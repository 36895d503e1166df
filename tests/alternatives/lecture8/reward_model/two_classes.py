"""Each pair as a classification in two classes, of which the first is right."""

from itertools import combinations

import torch
import torch.nn.functional as F


def reward_loss(rewards, ranking):
    pairs = torch.tensor(list(combinations(ranking.tolist(), 2)))
    return F.cross_entropy(rewards[pairs], torch.zeros(len(pairs), dtype=torch.int64))
