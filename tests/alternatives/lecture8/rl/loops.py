"""One completion after the other, and one token after the other."""

import torch


def reinforce_loss(logprobs, rewards, baseline):
    baselines = torch.as_tensor(baseline, dtype=rewards.dtype).expand_as(rewards).tolist()
    total = 0.0
    for logprob, reward, usual in zip(logprobs, rewards.tolist(), baselines, strict=True):
        total = total - (reward - usual) * logprob
    return total / len(rewards)


def kl_penalty(logp, logp_ref):
    total = torch.zeros(logp.shape[:-1], dtype=logp.dtype)
    for v in range(logp.shape[-1]):
        mine, theirs = logp[..., v], logp_ref[..., v]
        term = mine.exp() * (mine - theirs)
        total = total + torch.where(mine == -torch.inf, torch.zeros_like(term), term)
    return total
