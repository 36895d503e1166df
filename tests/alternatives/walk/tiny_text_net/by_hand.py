"""No optimizer: gradients by autograd.grad, the step by hand; the loss through log_softmax; follow by recursion."""

import torch
from torch import nn


def make_net(vocab, emb, hidden):
    modules = [nn.Embedding(vocab, emb)]
    for size in (emb, hidden):
        modules += [nn.Linear(size, hidden), nn.ReLU(inplace=True)]
    modules.append(nn.Linear(hidden, vocab))
    return nn.Sequential(*modules)


def train(model, pairs, epochs, lr):
    words, following = zip(*pairs, strict=True)
    rows = torch.arange(len(words))
    parameters = list(model.parameters())
    losses = []
    while len(losses) < epochs:
        log_p = model(torch.tensor(words)).log_softmax(-1)
        loss = -log_p[rows, torch.tensor(following)].mean()
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g in zip(parameters, gradients, strict=True):
                p.sub_(g, alpha=lr)
        losses.append(loss.item())
    return losses


def follow(model, word, end, limit):
    if word == end or limit == 1:
        return [word]
    scores = model(torch.tensor(word)).tolist()
    return [word, *follow(model, scores.index(max(scores)), end, limit - 1)]
