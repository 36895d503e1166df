"""Row by row and token by token."""

import torch


def score_completions(logits, tokens, mask):
    scores = []
    for row in range(tokens.shape[0]):
        total, number = 0.0, 0
        for t in range(1, tokens.shape[1]):
            if mask[row, t]:
                before = logits[row, t - 1]
                total = total + before[tokens[row, t]] - torch.logsumexp(before, dim=0)
                number += 1
        scores.append(total / number)
    return torch.stack(scores)


def evaluate(examples, model):
    training = model.training
    model.train(False)
    hits = []
    for tokens, mask, label in examples:
        with torch.inference_mode():
            logits = model(tokens)[0]
        scores = score_completions(logits, tokens, mask).tolist()
        hits.append(scores.index(max(scores)) == label)
    model.train(training)
    if len(hits) == 0:
        raise ValueError("no examples")
    return sum(hits) / len(hits)
