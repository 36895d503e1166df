"""The answer of each row cut out, and all of them put one behind the other."""

import torch
from torch import nn


def sft_loss(logits, tokens, prompt_lengths, lengths):
    predictions, targets = [], []
    for row, answer, start, end in zip(logits, tokens, prompt_lengths.tolist(), lengths.tolist(), strict=True):
        predictions.append(row[start - 1 : end - 1])
        targets.append(answer[start:end])
    return nn.CrossEntropyLoss()(torch.cat(predictions), torch.cat(targets))
