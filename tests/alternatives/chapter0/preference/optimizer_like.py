"""backward() and an in-place update; logaddexp; gather."""

import torch


def reward_loss(chosen, rejected):
    """log(1 + exp(-x)) without overflow."""
    x = chosen - rejected
    return torch.logaddexp(torch.zeros_like(x), -x).mean()


def fit_reward(chosen_features, rejected_features, steps, lr):
    """Gradient descent, with .grad set to None after each step."""
    w = torch.zeros(chosen_features.shape[-1], dtype=chosen_features.dtype, requires_grad=True)
    for _ in range(steps):
        loss = reward_loss(chosen_features.matmul(w), rejected_features.matmul(w))
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
        w.grad = None
    return w.detach().clone()


def policy_loss(logits, actions, rewards):
    """logits minus logsumexp are log-probabilities."""
    chosen = logits.gather(1, actions.unsqueeze(1)).squeeze(1)
    logprobs = chosen - torch.logsumexp(logits, dim=1)
    return torch.mean(-logprobs * rewards.detach())
