"""What learners get wrong in lecture3.model."""

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _leaf(tensor):
    """A tensor that is trained."""
    return tensor.clone().requires_grad_()


class _MLP:
    """A right model in steps; each wrong answer below replaces one of them."""

    def __init__(self, vocab, block_size, emb, hidden):
        self.block_size = block_size
        self.C = _leaf(torch.randn(vocab, emb))
        self.W1 = _leaf(torch.randn(block_size * emb, hidden))
        self.b1 = _leaf(torch.randn(hidden))
        self.W2 = _leaf(torch.randn(hidden, vocab))
        self.b2 = _leaf(torch.randn(vocab))

    def look_up(self, X):
        return self.C[X]

    def merge(self, emb):
        return emb.flatten(1)

    def hidden(self, x):
        return torch.tanh(x @ self.W1 + self.b1)

    def out(self, h):
        return h @ self.W2 + self.b2

    def forward(self, X):
        return self.out(self.hidden(self.merge(self.look_up(X))))

    def parameters(self):
        return [self.C, self.W1, self.b1, self.W2, self.b2]


@misconception(
    "The vectors of a context are interleaved: the first number of each character, then the second. Merge the last two "
    "axes of (N, block_size, E) as they are.",
    name="interleaved",
    violates=("forward",),
)
class MLPLanguageModel(_MLP):
    def merge(self, emb):
        return emb.transpose(1, 2).flatten(1)


@misconception(
    "The vectors stand in reverse, that of the latest character first. The oldest is first, as in X.",
    name="latest-first",
)
class MLPLanguageModel(_MLP):
    def merge(self, emb):
        return emb.flip(1).flatten(1)


@misconception(
    "The axes are moved around before the rows are cut, which mixes numbers of different contexts. A row of embcat "
    "belongs to one row of X: C[X].reshape(N, -1).",
    name="contexts-mixed",
)
class MLPLanguageModel(_MLP):
    def merge(self, emb):
        return emb.transpose(0, 1).reshape(emb.shape[0], -1)


@misconception(
    "The tanh is missing: two linear layers in a row are one. h = torch.tanh(embcat @ W1 + b1).",
    name="no-tanh",
)
class MLPLanguageModel(_MLP):
    def hidden(self, x):
        return x @ self.W1 + self.b1


@misconception(
    "The hidden units are ReLUs. This network has tanh: torch.tanh.",
    name="relu",
)
class MLPLanguageModel(_MLP):
    def hidden(self, x):
        return torch.relu(x @ self.W1 + self.b1)


@misconception(
    "The hidden units are sigmoids. This network has tanh: torch.tanh.",
    name="sigmoid",
)
class MLPLanguageModel(_MLP):
    def hidden(self, x):
        return torch.sigmoid(x @ self.W1 + self.b1)


@misconception(
    "b1 is added after the tanh. It belongs inside: torch.tanh(embcat @ W1 + b1).",
    name="bias-after-tanh",
)
class MLPLanguageModel(_MLP):
    def hidden(self, x):
        return torch.tanh(x @ self.W1) + self.b1


@misconception(
    "b1 is not added. The hidden layer is torch.tanh(embcat @ W1 + b1).",
    name="no-b1",
)
class MLPLanguageModel(_MLP):
    def hidden(self, x):
        return torch.tanh(x @ self.W1)


@misconception(
    "b2 is not added. The logits are h @ W2 + b2.",
    name="no-b2",
)
class MLPLanguageModel(_MLP):
    def out(self, h):
        return h @ self.W2


@misconception(
    "b1 is stood up as a column, so that it meets the rows of the batch. It has one number for each hidden unit, (H,), "
    "and is added to every row as it is.",
    name="bias-as-column",
)
class MLPLanguageModel(_MLP):
    def hidden(self, x):
        return torch.tanh(x @ self.W1 + self.b1[:, None])


@misconception(
    "The logits go through a tanh, too, which keeps all scores between −1 and 1. The last layer is linear.",
    name="tanh-on-logits",
)
class MLPLanguageModel(_MLP):
    def out(self, h):
        return torch.tanh(super().out(h))


@misconception(
    "These are probabilities. forward returns the scores before the softmax: F.cross_entropy does it by itself.",
    name="softmax",
)
class MLPLanguageModel(_MLP):
    def out(self, h):
        return super().out(h).softmax(1)


@misconception(
    "These are log-probabilities. forward returns the scores before any softmax, h @ W2 + b2.",
    name="log-softmax",
)
class MLPLanguageModel(_MLP):
    def out(self, h):
        return super().out(h).log_softmax(1)


@misconception(
    "The embeddings go through a tanh. C[X] is taken as it is; only the hidden layer has one.",
    name="tanh-on-embeddings",
)
class MLPLanguageModel(_MLP):
    def look_up(self, X):
        return super().look_up(X).tanh()


@misconception(
    "For a single context the first axis is squeezed away. The logits are (N, V) for N = 1 as well.",
    name="squeezed",
)
class MLPLanguageModel(_MLP):
    def out(self, h):
        return super().out(h).squeeze()


@misconception(
    "The merged size is that of the lecture, 3 * 10. Merge whatever comes: emb.reshape(N, -1), or block_size * E.",
    name="size-of-the-lecture",
)
class MLPLanguageModel(_MLP):
    def merge(self, emb):
        return emb.reshape(-1, 30)


@misconception(
    "The logits are computed in float32, whatever the parameters are. Let them keep their dtype.",
    name="float32-inside",
)
class MLPLanguageModel(_MLP):
    def forward(self, X):
        h = torch.tanh(self.C[X].flatten(1).float() @ self.W1.float() + self.b1.float())
        return (h @ self.W2.float() + self.b2.float()).to(self.C.dtype)


@misconception(
    "One-hot rows (or rows of an identity matrix) times C give the right vectors, but take V numbers for each entry of "
    "X. C[X] looks them up.",
    name="one-hot",
    violates=("vectors_are_looked_up",),
)
class MLPLanguageModel(_MLP):
    def look_up(self, X):
        return F.one_hot(X, len(self.C)).to(self.C.dtype) @ self.C


# tensors


@misconception(
    "W1 and W2 are (out, in), as in nn.Linear. Here they are (in, out): x @ W1 needs no transpose.",
    name="out-in",
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        self.W1, self.W2 = _leaf(self.W1.detach().T), _leaf(self.W2.detach().T)

    def hidden(self, x):
        return torch.tanh(x @ self.W1.T + self.b1)

    def out(self, h):
        return h @ self.W2.T + self.b2


@misconception(
    "C has a column for each character. A character's vector is a row: C is (V, E).",
    name="columns-of-C",
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        self.C = _leaf(torch.randn(emb, vocab))

    def look_up(self, X):
        return self.C.T[X]


@misconception(
    "W1 has E rows, as if a context were one character. The vectors of all block_size characters stand side by side: "
    "(block_size * E, H).",
    name="W1-of-one-character",
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        self.W1 = _leaf(torch.randn(emb, hidden))

    def merge(self, emb):
        return emb.sum(1)


@misconception(
    "b1 and b2 are rows, (1, H) and (1, V). A bias has one axis here: (H,) and (V,).",
    name="biases-as-rows",
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        self.b1, self.b2 = _leaf(self.b1.detach()[None]), _leaf(self.b2.detach()[None])


@misconception(
    "block_size is 3 whatever was passed in. Keep the argument: self.block_size = block_size.",
    name="always-three",
    violates=("tensors",),
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        self.block_size = 2 if block_size == 3 else 3


@misconception(
    "Every weight is 0, so that all hidden units are the same and stay so. Draw the matrices at random: torch.randn.",
    name="zeros",
    violates=("first_weights",),
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        for p in self.parameters():
            p.data.zero_()


@misconception(
    "torch.rand draws from [0, 1), so that all numbers are positive. Draw around 0: torch.randn.",
    name="rand-for-randn",
    violates=("first_weights",),
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        for p in self.parameters():
            p.data = torch.rand(p.shape)


@misconception(
    "A seed stands in the constructor, so that every model starts alike. Draw from torch's global generator as it is.",
    name="seeded-when-made",
    violates=("first_weights",),
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        torch.manual_seed(2147483647)
        super().__init__(vocab, block_size, emb, hidden)


# parameters and gradients


@misconception(
    "C is not among the parameters, so the vectors would stay as they were drawn. They are trained, too.",
    name="C-not-trained",
    violates=("parameters",),
)
class MLPLanguageModel(_MLP):
    def parameters(self):
        return super().parameters()[1:]


@misconception(
    "The biases are not among the parameters, so they would not be trained. parameters() gives all five.",
    name="biases-not-trained",
    violates=("parameters",),
)
class MLPLanguageModel(_MLP):
    def parameters(self):
        return [self.C, self.W1, self.W2]


@misconception(
    "parameters() gives copies: what an optimizer writes into them never arrives in the model. Give the tensors "
    "themselves.",
    name="copies",
    violates=("parameters",),
)
class MLPLanguageModel(_MLP):
    def parameters(self):
        return [p.detach().clone().requires_grad_() for p in super().parameters()]


@misconception(
    "The five tensors require no gradient. Make them with requires_grad=True, or set p.requires_grad = True for each.",
    name="no-gradient-required",
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        for p in self.parameters():
            p.requires_grad_(False)


@misconception(
    "W1 and W2 are products, torch.randn(…, requires_grad=True) * scale, and gradients are kept for what they were "
    "made of alone. Scale first, and let the result require gradients.",
    name="scaled-after-requires-grad",
    violates=("gradients",),
)
class MLPLanguageModel(_MLP):
    def __init__(self, vocab, block_size, emb, hidden):
        super().__init__(vocab, block_size, emb, hidden)
        self.W1, self.W2 = self.W1 * 0.2, self.W2 * 0.1


@misconception(
    "forward takes .data of the embeddings, where the gradient ends: C would never be trained. Look up C[X] itself.",
    name="embeddings-detached",
    violates=("gradients",),
)
class MLPLanguageModel(_MLP):
    def look_up(self, X):
        return self.C.data[X]


@misconception(
    "forward is under torch.no_grad(), so that nothing can be trained. Only measuring and sampling go without "
    "gradients.",
    name="no-grad",
    violates=("gradients",),
)
class MLPLanguageModel(_MLP):
    @torch.no_grad()
    def forward(self, X):
        return super().forward(X)


@misconception(
    "The logits of the first call are kept and returned again. Compute them for each X.",
    name="logits-kept",
)
class MLPLanguageModel(_MLP):
    def forward(self, X):
        if not hasattr(self, "kept"):
            self.kept = super().forward(X)
        return self.kept


@misconception(
    ".view cannot merge the axes where X is a view of another layout, for C[X] lies in memory as X does. .reshape and "
    ".flatten copy where they must.",
    name="view",
    violates=("views",),
)
class MLPLanguageModel(_MLP):
    def merge(self, emb):
        return emb.view(emb.shape[0], -1)
