"""Loops over texts and tokens."""

import torch


def mask_tokens(ids, p, mask_id, vocab, generator, special=()):
    inputs, chosen = ids.clone(), torch.zeros(ids.shape, dtype=torch.bool)
    numbers = torch.rand(2, *ids.shape, generator=generator, dtype=torch.float64).tolist()
    words = torch.randint(0, vocab, ids.shape, generator=generator).tolist()
    texts = ids.tolist()
    for b, text in enumerate(texts):
        for t, token in enumerate(text):
            if token in special or numbers[0][b][t] >= p:
                continue
            chosen[b, t] = True
            fate = numbers[1][b][t]
            if fate < 0.1:
                inputs[b, t] = words[b][t]
            elif fate < 0.9:
                inputs[b, t] = mask_id
    return inputs, chosen


def mlm_loss(logits, targets, chosen):
    total, count = torch.zeros((), dtype=logits.dtype), 0
    for b, t in chosen.nonzero().tolist():
        total = total - torch.log_softmax(logits[b, t], dim=-1)[targets[b, t]]
        count += 1
    return total / count if count else total
