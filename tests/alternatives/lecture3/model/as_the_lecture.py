"""The lecture's listings: view merges the axes, requires_grad is set in a loop. Right but for the bonus."""

import torch


class MLPLanguageModel:
    """Five tensors."""

    def __init__(self, vocab, block_size, emb, hidden):
        self.block_size = block_size
        self.emb_dim = emb
        self.C = torch.randn((vocab, emb))
        self.W1 = torch.randn((block_size * emb, hidden))
        self.b1 = torch.randn(hidden)
        self.W2 = torch.randn((hidden, vocab))
        self.b2 = torch.randn(vocab)
        for p in self.parameters():
            p.requires_grad = True

    def forward(self, X):
        embeddings = self.C[X]
        input_to_hidden = embeddings.view(-1, self.block_size * self.emb_dim)
        h_pre_activation = input_to_hidden @ self.W1 + self.b1
        h = torch.tanh(h_pre_activation)
        return h @ self.W2 + self.b2

    def parameters(self):
        return [self.C, self.W1, self.b1, self.W2, self.b2]
