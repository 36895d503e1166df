"""The notes' class with its layers put into a Sequential at the end, and their loop with prints left out."""

import torch
import torch.nn as nn
import torch.optim as optim


class TinyTextNet(nn.Sequential):
    def __init__(self, vocab_size, embed_dim, hidden_dim):
        super().__init__()
        self.append(nn.Embedding(vocab_size, embed_dim))
        self.append(nn.Linear(embed_dim, hidden_dim))
        self.append(nn.ReLU())
        self.append(nn.Linear(hidden_dim, hidden_dim))
        self.append(nn.ReLU())
        self.append(nn.Linear(hidden_dim, vocab_size))


def make_net(vocab, emb, hidden):
    return TinyTextNet(vocab, emb, hidden)


def train(model, pairs, epochs, lr):
    x_data = torch.LongTensor([p[0] for p in pairs])
    y_data = torch.LongTensor([p[1] for p in pairs])
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.parameters(), lr=lr)
    history = []
    for _epoch in range(epochs):
        optimizer.zero_grad()
        logits = model(x_data)
        loss = criterion(logits, y_data)
        history.append(float(loss))
        loss.backward()
        optimizer.step()
    return history


def follow(model, word, end, limit):
    s, said = word, [word]
    while s != end:
        if len(said) == limit:
            break
        s = torch.argmax(model(torch.LongTensor([s])), dim=-1).item()
        said.append(s)
    return said
