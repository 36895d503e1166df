"""Bernoulli draws one after the other, and labels of −100."""

import torch
import torch.nn.functional as F


def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    inputs = ids.clone()
    share = torch.full(ids.shape, float(p))
    for token in special:
        share.masked_fill_(ids == token, 0.0)
    chosen = torch.bernoulli(share, generator=generator).bool()
    replaced = torch.bernoulli(torch.full(ids.shape, 0.8), generator=generator).bool() & chosen
    inputs[replaced] = mask_id
    half = torch.bernoulli(torch.full(ids.shape, 0.5), generator=generator).bool()
    rand = half & chosen & ~replaced
    words = torch.randint(vocab, ids.shape, dtype=torch.long, generator=generator)
    inputs[rand] = words[rand]
    return inputs, chosen


def mlm_loss(logits, targets, chosen):
    labels = targets.masked_fill(~chosen, -100)
    total = F.cross_entropy(logits.transpose(1, 2), labels, ignore_index=-100, reduction="sum")
    return total / max(int(chosen.sum()), 1)
