"""One token after the other, each log-probability by the logsumexp of its row."""

import torch


def sft_loss(logits, tokens, prompt_lengths, lengths):
    total, number = 0.0, 0
    for b in range(tokens.shape[0]):
        for t in range(prompt_lengths[b], lengths[b]):
            row = logits[b, t - 1]
            total = total + torch.logsumexp(row, 0) - row[tokens[b, t]]
            number += 1
    return total / number
