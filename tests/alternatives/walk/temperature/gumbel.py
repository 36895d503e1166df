"""The largest of logit / T plus Gumbel noise, without any probabilities."""

import torch


def sample_token(logits, temperature, generator):
    logits = logits.to(torch.float64)
    if temperature <= 0:
        return logits.max(-1).indices.item()
    u = torch.rand(logits.shape, generator=generator, dtype=torch.float64).clamp(min=1e-300)
    noise = -torch.log(-torch.log(u))
    return (logits - logits.amax() + temperature * noise).argmax().item()
