"""A mask of floats over all places, cut as the tokens are; log-probabilities by gather."""

import torch


def sft_loss(logits, tokens, prompt_lengths, lengths):
    B, T = tokens.shape
    place = torch.arange(T).repeat(B, 1)
    mask = ((place >= prompt_lengths.view(B, 1)) * (place < lengths.view(B, 1))).to(logits.dtype)
    logprobs = torch.log_softmax(logits, dim=-1)[:, :-1]
    taken = torch.gather(logprobs, 2, tokens[:, 1:].unsqueeze(2)).squeeze(2)
    return -(taken * mask[:, 1:]).sum() / mask[:, 1:].sum()
