"""The plain formulas, by einsum; nothing is said of tokens with the probability 0, which is a bonus."""

import torch


def reinforce_loss(logprobs, rewards, baseline):
    if isinstance(baseline, torch.Tensor):
        baseline = baseline.detach()
    advantages = rewards.detach() - baseline
    return torch.mean(logprobs * -advantages)


def kl_penalty(logp, logp_ref):
    return torch.einsum("...v,...v->...", torch.exp(logp), logp - logp_ref)
