"""Pair by pair and row by row; a two-way cross-entropy for the preference."""

import torch
import torch.nn.functional as F


def reward_loss(chosen, rejected):
    """A classification in two classes: the first one was chosen."""
    pairs = torch.stack([chosen, rejected], dim=1)  # (N, 2)
    return F.cross_entropy(pairs, torch.zeros(len(pairs), dtype=torch.long))


def fit_reward(chosen_features, rejected_features, steps, lr):
    """Gradient descent; each pair adds its part of the gradient."""
    w = torch.zeros_like(chosen_features[0])
    for _ in range(steps):
        gradient = torch.zeros_like(w)
        for better, worse in zip(chosen_features, rejected_features, strict=True):
            d = better - worse
            gradient -= torch.sigmoid(-(d * w).sum()) * d
        w = w - lr * gradient / len(chosen_features)
    return w


def policy_loss(logits, actions, rewards):
    """The rows' losses, stacked."""
    losses = [
        -float(reward) * torch.log_softmax(row, dim=0)[action]
        for row, action, reward in zip(logits, actions, rewards, strict=True)
    ]
    return torch.stack(losses).mean()
