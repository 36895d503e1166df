"""The lecture's listings, from zeros and for any V: one-hot rows, exp, and the gradient of backward()."""

from itertools import pairwise

import torch
import torch.nn.functional as F


def bigram_dataset(words, stoi):
    xs, ys = [], []
    for w in words:
        for ch1, ch2 in pairwise([".", *list(w), "."]):
            ix1 = stoi[ch1]
            ix2 = stoi[ch2]
            xs.append(ix1)
            ys.append(ix2)
    return torch.tensor(xs), torch.tensor(ys)


def forward(W, xs):
    xenc = F.one_hot(xs, num_classes=W.shape[0]).float()
    return xenc @ W


def train(xs, ys, steps, lr, weight_decay):
    num = xs.nelement()
    V = max(xs.max().item(), ys.max().item()) + 1
    W = torch.zeros((V, V), requires_grad=True)
    losses = []
    for _ in range(steps):
        logits = forward(W, xs)
        counts = logits.exp()
        probs = counts / counts.sum(1, keepdims=True)
        loss = -probs[torch.arange(num), ys].log().mean() + weight_decay * (W**2).mean()
        losses.append(loss.item())
        W.grad = None
        loss.backward()
        W.data += -lr * W.grad
    return W, losses
