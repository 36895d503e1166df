"""One context after the other, one character after the other; stacked at the end."""

import torch


class MLPLanguageModel:
    """Loops."""

    def __init__(self, vocab, block_size, emb, hidden):
        self.block_size, self.emb = block_size, emb
        shapes = ((vocab, emb), (block_size * emb, hidden), (hidden,), (hidden, vocab), (vocab,))
        self.C, self.W1, self.b1, self.W2, self.b2 = (torch.randn(shape).requires_grad_() for shape in shapes)

    def forward(self, X):
        rows = []
        for context in X:
            x = torch.cat([self.C[ix] for ix in context])
            h = torch.tanh(x @ self.W1 + self.b1)
            rows.append(h @ self.W2 + self.b2)
        return torch.stack(rows)

    def parameters(self):
        return (self.C, self.W1, self.b1, self.W2, self.b2)
