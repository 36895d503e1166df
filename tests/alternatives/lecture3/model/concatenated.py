"""torch.cat of what unbind gives; the tensors in a dict, reached as attributes."""

import torch


class MLPLanguageModel:
    """Keeps its tensors in a dict."""

    def __init__(self, vocab, block_size, emb, hidden):
        def uniform(*shape):
            return torch.empty(*shape).uniform_(-0.5, 0.5).requires_grad_()

        self.block_size = block_size
        self.tensors = {
            "b2": torch.zeros(vocab, requires_grad=True),
            "W2": uniform(hidden, vocab),
            "b1": torch.zeros(hidden, requires_grad=True),
            "W1": uniform(block_size * emb, hidden),
            "C": uniform(vocab, emb),
        }

    def __getattr__(self, name):
        try:
            return self.__dict__["tensors"][name]
        except KeyError:
            raise AttributeError(name) from None

    def forward(self, X):
        embeddings = self.C.index_select(0, X.reshape(-1)).reshape(*X.shape, -1)
        x = torch.cat(torch.unbind(embeddings, dim=1), dim=1)
        h = torch.tanh(torch.einsum("ni,ih->nh", x, self.W1) + self.b1)
        return torch.einsum("nh,hv->nv", h, self.W2) + self.b2

    def parameters(self):
        yield from self.tensors.values()
