"""multinomial over the three fates, and a weighted mean."""

import torch


def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    chosen = torch.rand(ids.shape, generator=generator, dtype=torch.float64) < p
    if special:
        chosen = chosen & ~torch.isin(ids, torch.tensor(special))
    fates = torch.multinomial(torch.tensor([0.8, 0.1, 0.1]), ids.numel(), replacement=True, generator=generator)
    words = torch.randint(0, vocab, ids.shape, generator=generator)
    options = torch.stack([torch.full_like(ids, mask_id), words, ids])
    picked = options.gather(0, fates.reshape(1, *ids.shape))[0]
    return torch.where(chosen, picked, ids), chosen


def mlm_loss(logits, targets, chosen):
    logp = torch.log_softmax(logits, dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    weights = chosen.to(logits.dtype)
    return -(logp * weights).sum() / weights.sum().clamp(min=1.0)
