"""follow looks every word up once, in a table; training by foreach steps on one batch made beforehand."""

import torch
import torch.nn.functional as F
from torch import nn


def make_net(vocab, emb, hidden):
    e, a = nn.Embedding(vocab, emb), nn.Linear(emb, hidden)
    b, c = nn.Linear(hidden, hidden), nn.Linear(hidden, vocab)
    return nn.Sequential(e, a, nn.ReLU(), b, nn.ReLU(), c)


def train(model, pairs, epochs, lr):
    batch = torch.as_tensor([list(pair) for pair in pairs])
    optimizer = torch.optim.SGD(list(model.parameters()), lr, foreach=True)
    losses = torch.zeros(epochs, dtype=torch.float64)
    for epoch in range(epochs):
        loss = F.nll_loss(F.log_softmax(model(batch[:, 0]), dim=1), batch[:, 1])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses[epoch] = loss.detach()
    return losses.tolist()


@torch.no_grad()
def follow(model, word, end, limit):
    vocab = model[0].num_embeddings
    table = model(torch.arange(vocab)).argmax(1).tolist()
    said = [word]
    for _ in range(limit - 1):
        if said[-1] == end:
            break
        said.append(table[said[-1]])
    return said
