"""By the loss, as the lecture goes about it: shifted, flattened, and the lowest mean."""

import torch
import torch.nn.functional as F


def score_completions(logits, tokens, mask):
    shift_logits = logits[..., :-1, :].contiguous()
    shift_tokens = tokens[..., 1:].contiguous()
    losses = F.cross_entropy(shift_logits.view(-1, logits.size(-1)), shift_tokens.view(-1), reduction="none")
    shift_mask = mask[..., 1:].contiguous()
    masked = losses.view(tokens.size(0), -1) * shift_mask
    return -(masked.sum(dim=1) / shift_mask.sum(dim=1))


@torch.no_grad()
def evaluate(examples, model):
    mode = model.training
    model.eval()
    num_correct = num_total = 0
    for tokens, mask, label in examples:
        logits, _ = model(tokens)
        losses = -score_completions(logits, tokens, mask)
        pred = losses.argmin().item()
        num_total += 1
        num_correct += int(pred == label)
    model.train(mode)
    if not num_total:
        raise ValueError("no examples")
    return num_correct / num_total
