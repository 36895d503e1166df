"""As most training scripts have it: labels of −100 for what does not count, which F.cross_entropy ignores."""

import torch
import torch.nn.functional as F


def sft_loss(logits, tokens, prompt_lengths, lengths):
    labels = tokens.clone()
    for row, (prompt, length) in enumerate(zip(prompt_lengths.tolist(), lengths.tolist(), strict=True)):
        labels[row, :prompt] = -100
        labels[row, length:] = -100
    shifted = torch.full_like(labels, -100)
    shifted[:, :-1] = labels[:, 1:]
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), shifted.reshape(-1), ignore_index=-100)
