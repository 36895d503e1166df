"""What learners get wrong in lecture7.bigram."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception


class _Bigram(nn.Module):
    """A right model in steps; each wrong answer below replaces one of them."""

    def __init__(self, vocab_size):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, vocab_size)

    def logits(self, idx):
        return self.token_embedding_table(idx)

    def loss(self, logits, targets):
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())

    def forward(self, idx, targets=None):
        logits = self.logits(idx)
        return logits, None if targets is None else self.loss(logits, targets)

    def last(self, logits):
        return logits[:, -1]

    def drawn(self, logits, generator):
        return torch.multinomial(logits.softmax(-1), 1, generator=generator)

    def generate(self, idx, n, generator=None):
        for _ in range(n):
            idx = torch.cat([idx, self.drawn(self.last(self(idx)[0]), generator)], 1)
        return idx


@misconception(
    "The logits come back flattened, (B·T, V), when targets are given, as the lecture prints it. Flatten for the loss "
    "alone: return (B, T, V).",
    name="logits-flattened",
    violates=("logits_keep_their_shape",),
)
class BigramLanguageModel(_Bigram):
    def forward(self, idx, targets=None):
        logits, loss = super().forward(idx, targets)
        return (logits if targets is None else logits.flatten(0, 1)), loss


@misconception(
    "Viewing or reshaping the logits to (B, V, T) does not move the axis of the classes: it mixes scores of different "
    "tokens. Flatten to (B·T, V), or transpose(1, 2).",
    name="viewed-not-transposed",
)
class BigramLanguageModel(_Bigram):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.reshape(logits.shape[0], logits.shape[2], -1), targets)


@misconception(
    "This is the sum over all positions. The loss is their mean, as F.cross_entropy has it by default.",
    name="loss-summed",
)
class BigramLanguageModel(_Bigram):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@misconception(
    "Only the last position counts in this loss. Every position predicts its next token: take the mean over all B·T of "
    "them.",
    name="loss-of-the-last-position",
)
class BigramLanguageModel(_Bigram):
    def loss(self, logits, targets):
        return F.cross_entropy(logits[:, -1], targets[:, -1])


@misconception(
    "F.cross_entropy is given probabilities. It takes the logits and does the softmax itself; a second softmax "
    "flattens the distribution.",
    name="softmax-twice",
)
class BigramLanguageModel(_Bigram):
    def loss(self, logits, targets):
        return super().loss(logits.softmax(-1), targets)


@misconception(
    "The softmax runs over time. Each position has its own distribution over the V tokens, which are the last axis: "
    "dim=-1.",
    name="softmax-over-time",
)
class BigramLanguageModel(_Bigram):
    def loss(self, logits, targets):
        return -logits.log_softmax(1).gather(-1, targets[..., None]).mean()

    def generate(self, idx, n, generator=None):
        for _ in range(n):
            probs = self(idx)[0].softmax(1)[:, -1]
            idx = torch.cat([idx, torch.multinomial(probs, 1, generator=generator)], 1)
        return idx


@misconception(
    "These are probabilities. forward returns the scores before the softmax: F.cross_entropy and generate do the "
    "softmax themselves.",
    name="softmax-in-forward",
)
class BigramLanguageModel(_Bigram):
    def logits(self, idx):
        return super().logits(idx).softmax(-1)


@misconception(
    "The table is read by columns. Row i holds the scores of what follows token i: look idx up, as nn.Embedding does.",
    name="columns",
)
class BigramLanguageModel(_Bigram):
    def logits(self, idx):
        return self.token_embedding_table.weight.T[idx]


@misconception(
    "The likeliest token is taken every time. generate draws: torch.multinomial(probs, 1, generator=generator).",
    name="argmax",
)
class BigramLanguageModel(_Bigram):
    def drawn(self, logits, generator):
        return logits.argmax(-1, keepdim=True)


@misconception(
    "The softmax runs over the batch. Each sequence has its own distribution over the V tokens: dim=-1.",
    name="softmax-over-batch",
)
class BigramLanguageModel(_Bigram):
    def drawn(self, logits, generator):
        return torch.multinomial(logits.softmax(0), 1, generator=generator)


@misconception(
    "The logits of the first position are used. The next token follows the last one: logits[:, -1].",
    name="first-position",
)
class BigramLanguageModel(_Bigram):
    def last(self, logits):
        return logits[:, 0]


@misconception(
    "The generator that is passed in does not decide what is drawn. Pass it on: torch.multinomial(probs, 1, "
    "generator=generator).",
    name="generator-ignored",
)
class BigramLanguageModel(_Bigram):
    def generate(self, idx, n, generator=None):
        fixed = torch.Generator().manual_seed(1337)
        return super().generate(idx, n, fixed)


@misconception(
    "Only the new tokens are returned. Return idx as well, with the new tokens after it: torch.cat appends them.",
    name="prompt-not-returned",
)
class BigramLanguageModel(_Bigram):
    def generate(self, idx, n, generator=None):
        return super().generate(idx, n, generator)[:, idx.shape[1] :]


@misconception(
    "Every new token is drawn after the last token of the idx that was passed in. Append what was drawn to idx, and go "
    "on from there.",
    name="not-fed-back",
)
class BigramLanguageModel(_Bigram):
    def generate(self, idx, n, generator=None):
        logits = self.last(self(idx)[0])
        return torch.cat([idx, *[self.drawn(logits, generator) for _ in range(n)]], 1)


@misconception(
    "One token too few is written. Each of n rounds appends one: for _ in range(n).",
    name="one-too-few",
)
class BigramLanguageModel(_Bigram):
    def generate(self, idx, n, generator=None):
        return super().generate(idx, n - 1, generator)


@misconception(
    "The new tokens are written into the caller's idx, whose first tokens are lost. Leave it as it is: torch.cat makes "
    "a new tensor.",
    name="idx-overwritten",
)
class BigramLanguageModel(_Bigram):
    def generate(self, idx, n, generator=None):
        written = idx.clone()
        for _ in range(n):
            idx_next = self.drawn(self.last(self(idx)[0]), generator)
            written = torch.cat((written, idx_next), 1)
            idx[:, :-1] = idx[:, 1:].clone()
            idx[:, -1:] = idx_next
        return written


@misconception(
    "The table is made of zeros. Leave it as nn.Embedding has initialised it, with numbers from N(0, 1).",
    name="table-of-zeros",
    violates=("first_loss",),
)
class BigramLanguageModel(_Bigram):
    def __init__(self, vocab_size):
        super().__init__(vocab_size)
        nn.init.zeros_(self.token_embedding_table.weight)


@misconception(
    "torch.manual_seed in the constructor gives every model the same table, and all other code the same random "
    "numbers. Leave the global generator alone.",
    name="seeded-when-made",
    violates=("first_loss",),
)
class BigramLanguageModel(_Bigram):
    def __init__(self, vocab_size):
        torch.manual_seed(1337)
        super().__init__(vocab_size)


@misconception(
    ".view cannot flatten targets that are cut out of a longer text: their rows do not lie one after the other. "
    "targets.reshape(-1) copies them where it must.",
    name="targets-viewed",
    violates=("views_as_targets",),
)
class BigramLanguageModel(_Bigram):
    def loss(self, logits, targets):
        return F.cross_entropy(logits.flatten(0, 1), targets.view(-1))
