"""One masked sum for each row of the table; tanh's gradient in place on a copy."""

import torch


def tanh_backward(dh, h):
    slope = h.clone().square_().neg_().add_(1)
    return slope.mul_(dh)


def embedding_backward(demb, X, vocab):
    return torch.stack([demb[t == X].sum(0) for t in range(vocab)])
