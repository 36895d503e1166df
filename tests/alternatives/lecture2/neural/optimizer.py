"""nn.Embedding's function for the layer, torch.optim.SGD for the steps."""

import torch
import torch.nn.functional as F


def bigram_dataset(words, stoi):
    pairs = []
    for w in words:
        last = stoi["."]
        for c in w + ".":
            pairs.append((last, stoi[c]))
            last = stoi[c]
    xs, ys = torch.tensor(pairs).unbind(1)
    return xs.clone(), ys.clone()


def forward(W, xs):
    return F.embedding(xs, W)


def train(xs, ys, steps, lr, weight_decay):
    V = torch.stack([xs, ys]).max().item() + 1
    W = torch.nn.Parameter(torch.zeros(V, V))
    optimizer = torch.optim.SGD([W], lr=lr)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.nll_loss(F.log_softmax(forward(W, xs), dim=-1), ys) + weight_decay * W.pow(2).mean()
        loss.backward()
        losses.append(float(loss))
        optimizer.step()
    return [W.detach().clone(), losses]
