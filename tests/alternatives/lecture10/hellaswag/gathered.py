"""All marked tokens at once, added up by their row."""

import torch


def score_completions(logits, tokens, mask):
    row, place = torch.nonzero(mask, as_tuple=True)
    logprobs = torch.log_softmax(logits, dim=2)[row, place - 1, tokens[row, place]]
    sums = torch.zeros(len(tokens), dtype=logits.dtype).index_add_(0, row, logprobs)
    return sums / torch.bincount(row, minlength=len(tokens)).to(logits.dtype)


def evaluate(examples, model):
    kept = list(examples)
    if not kept:
        raise ValueError("evaluate needs examples")
    before = model.training
    try:
        model.eval()
        with torch.no_grad():
            picks = [score_completions(model(tokens)[0], tokens, mask).argmax().item() for tokens, mask, _ in kept]
    finally:
        model.train(before)
    right = sum(pick == label for pick, (_, _, label) in zip(picks, kept, strict=True))
    return right / len(kept)
