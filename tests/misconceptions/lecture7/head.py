"""What learners get wrong in lecture7.head."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from grader.checks import misconception


class _Head(nn.Module):
    """A right head in steps; each wrong answer below replaces one of them."""

    def __init__(self, n_embd, head_size, block_size, dropout, bias=False):
        super().__init__()
        self.key = nn.Linear(n_embd, head_size, bias=bias)
        self.query = nn.Linear(n_embd, head_size, bias=bias)
        self.value = nn.Linear(n_embd, head_size, bias=bias)
        self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))
        self.dropout = nn.Dropout(dropout)

    def scores(self, x):
        return self.query(x) @ self.key(x).transpose(-2, -1)

    def scaled(self, scores, x):
        return scores * self.key.out_features**-0.5

    def mask(self, scores, fill=float("-inf")):
        T = scores.shape[-1]
        return scores.masked_fill(self.tril[:T, :T] == 0, fill)

    def weights(self, x):
        return F.softmax(self.mask(self.scaled(self.scores(x), x)), dim=-1)

    def forward(self, x):
        return self.dropout(self.weights(x)) @ self.value(x)


@misconception(
    "There is no mask: every token sees the ones after it, and can copy the answer that it is to predict. Fill the "
    "scores of later tokens with -inf before the softmax.",
    name="no-mask",
)
class Head(_Head):
    def mask(self, scores):
        return scores


@misconception(
    "The mask comes after the softmax, so what later tokens took is missing and the rows no longer sum to 1. Mask the "
    "scores with -inf first, then take the softmax.",
    name="mask-after-softmax",
)
class Head(_Head):
    def weights(self, x):
        return self.mask(F.softmax(self.scaled(self.scores(x), x), dim=-1), 0.0)


@misconception(
    "Later tokens get the score 0, and exp(0) = 1: they still count. The score that softmax turns into 0 is -inf.",
    name="mask-with-zero",
)
class Head(_Head):
    def mask(self, scores):
        return super().mask(scores, 0.0)


@misconception(
    "The mask is the wrong triangle: each token sees itself and what comes later. Keep s <= t, which is torch.tril, "
    "and fill where it is 0.",
    name="upper-triangle",
)
class Head(_Head):
    def mask(self, scores):
        T = scores.shape[-1]
        return scores.masked_fill(self.tril[:T, :T].T == 0, float("-inf"))


@misconception(
    "A token does not see itself here, and the first sees nothing: softmax of a row of -inf is NaN. The diagonal is "
    "kept: torch.tril without an offset.",
    name="diagonal-masked",
)
class Head(_Head):
    def mask(self, scores):
        T = scores.shape[-1]
        return scores.masked_fill(torch.tril(self.tril[:T, :T], -1) == 0, float("-inf"))


@misconception(
    "The scale is missing. The scores grow with head_size, and the softmax then all but picks one token: divide them "
    "by √head_size.",
    name="no-scale",
)
class Head(_Head):
    def scaled(self, scores, x):
        return scores


@misconception(
    "The scores are divided by √n_embd. But q · k is a sum over head_size numbers: divide by √head_size.",
    name="scale-by-n_embd",
)
class Head(_Head):
    def scaled(self, scores, x):
        return scores * x.shape[-1] ** -0.5


@misconception(
    "The scores are divided by head_size. Their standard deviation grows with its root: divide by √head_size.",
    name="scale-without-root",
)
class Head(_Head):
    def scaled(self, scores, x):
        return scores / self.key.out_features


@misconception(
    "The scores are multiplied by √head_size. They are to be divided by it: head_size ** -0.5, with the minus.",
    name="scale-upside-down",
)
class Head(_Head):
    def scaled(self, scores, x):
        return scores * self.key.out_features**0.5


@misconception(
    "The scores are divided by √T, T being the number of tokens. But q · k is a sum over head_size numbers: divide by "
    "√head_size.",
    name="scale-by-T",
)
class Head(_Head):
    def scaled(self, scores, x):
        return scores * x.shape[1] ** -0.5


@misconception(
    "The scale comes after the softmax, where it shrinks the output. Divide the scores by √head_size, before the "
    "softmax.",
    name="scale-after-softmax",
)
class Head(_Head):
    def weights(self, x):
        return self.scaled(F.softmax(self.mask(self.scores(x)), dim=-1), x)


@misconception(
    "The softmax runs over the queries. The weights of each token over what it sees must sum to 1: take it over the "
    "last axis, the keys, with dim=-1.",
    name="softmax-over-queries",
)
class Head(_Head):
    def weights(self, x):
        return F.softmax(self.mask(self.scaled(self.scores(x), x)), dim=-2)


@misconception(
    "The softmax runs over the batch: sequences compete, and what is masked in all of them is NaN. Take it over the "
    "last axis, the keys: dim=-1.",
    name="softmax-over-batch",
)
class Head(_Head):
    def weights(self, x):
        return F.softmax(self.mask(self.scaled(self.scores(x), x)), dim=0)  # NaN where all of the batch is masked


@misconception(
    "Query and key are swapped: row t of the scores must hold what token t asks, q @ k.transpose(-2, -1), not what it "
    "is asked.",
    name="query-and-key-swapped",
)
class Head(_Head):
    def scores(self, x):
        return self.key(x) @ self.query(x).transpose(-2, -1)


@misconception(
    "The queries are compared with themselves, and key is never used. The scores are q @ k.transpose(-2, -1).",
    name="no-key",
)
class Head(_Head):
    def scores(self, x):
        return self.query(x) @ self.query(x).transpose(-2, -1)


@misconception(
    "The keys are compared with themselves, and query is never used. The scores are q @ k.transpose(-2, -1).",
    name="no-query",
)
class Head(_Head):
    def scores(self, x):
        return self.key(x) @ self.key(x).transpose(-2, -1)


@misconception(
    "This is the plain average over the past: no token decides where it looks. The weights must come from the scores "
    "of queries and keys.",
    name="plain-average",
)
class Head(_Head):
    def scores(self, x):
        return 0 * super().scores(x)


@misconception(
    "The weights are multiplied with the keys. What a token has to tell is its value: weights @ v.",
    name="gathers-keys",
)
class Head(_Head):
    def forward(self, x):
        return self.dropout(self.weights(x)) @ self.key(x)


@misconception(
    "x itself is gathered, and value is never used. Multiply the weights with v = self.value(x): weights @ v.",
    name="gathers-x",
)
class Head(_Head):
    def forward(self, x):
        return self.dropout(self.weights(x)) @ x


@misconception(
    "The softmax is missing: scores are not yet weights. It makes them positive, and their sum 1 for each token.",
    name="no-softmax",
)
class Head(_Head):
    def weights(self, x):
        return self.mask(self.scaled(self.scores(x), x), 0.0)


@misconception(
    "The softmax is missing: the masked scores, -inf among them, are used as weights. It makes them positive, and "
    "their sum 1 for each token.",
    name="no-softmax-after-mask",
)
class Head(_Head):
    def weights(self, x):
        return self.mask(self.scaled(self.scores(x), x))


@misconception(
    "exp of a large score overflows, and inf / inf is NaN. Subtract each row's maximum first, or use F.softmax, which "
    "does so.",
    name="unstable-softmax",
)
class Head(_Head):
    def weights(self, x):
        counts = self.mask(self.scaled(self.scores(x), x)).exp()
        return counts / counts.sum(-1, keepdim=True)


@misconception(
    "The mask is always block_size long, so shorter sequences do not fit. Cut it to the T at hand: self.tril[:T, :T].",
    name="mask-not-cut",
)
class Head(_Head):
    def mask(self, scores):
        return scores.masked_fill(self.tril == 0, float("-inf"))


@misconception(
    "The mask is cut from the last rows of tril, where nearly all is 1: short sequences see the future. Cut from the "
    "first: self.tril[:T, :T].",
    name="mask-last-rows",
)
class Head(_Head):
    def mask(self, scores):
        T = scores.shape[-1]
        return scores.masked_fill(self.tril[-T:, :T] == 0, float("-inf"))


@misconception(
    "The projections have a bias. In this head they have none: nn.Linear(n_embd, head_size, bias=False).",
    name="bias",
)
class Head(_Head):
    def __init__(self, n_embd, head_size, block_size, dropout):
        super().__init__(n_embd, head_size, block_size, dropout, bias=True)


@misconception(
    'nn.Parameter marks what is to be trained, and the triangle is fixed: self.register_buffer("tril", …).',
    name="tril-a-parameter",
)
class Head(_Head):
    def __init__(self, n_embd, head_size, block_size, dropout):
        super().__init__(n_embd, head_size, block_size, dropout)
        tril = self.tril
        del self.tril
        self.tril = nn.Parameter(tril)


@misconception(
    'A buffer is registered in __init__: self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size))).',
    name="tril-an-attribute",
)
class Head(_Head):
    def __init__(self, n_embd, head_size, block_size, dropout):
        super().__init__(n_embd, head_size, block_size, dropout)
        tril = self.tril
        del self.tril
        self.tril = tril


@misconception(
    "Dropout goes on in evaluation mode. F.dropout needs training=self.training; nn.Dropout knows the mode by itself.",
    name="dropout-in-evaluation",
)
class Head(_Head):
    def forward(self, x):
        return F.dropout(self.weights(x), self.dropout.p) @ self.value(x)


@misconception(
    "There is no dropout. In training it drops some of the weights, after the softmax: self.dropout(wei).",
    name="no-dropout",
)
class Head(_Head):
    def forward(self, x):
        return self.weights(x) @ self.value(x)


@misconception(
    "Dropout acts on the output here. Let it act on the weights, before they are multiplied with v.",
    name="dropout-on-output",
)
class Head(_Head):
    def forward(self, x):
        return self.dropout(self.weights(x) @ self.value(x))


@misconception(
    "Dropout acts on the values here. Let it act on the weights, so that a token now and then does without another.",
    name="dropout-on-values",
)
class Head(_Head):
    def forward(self, x):
        return self.weights(x) @ self.dropout(self.value(x))


@misconception(
    "Dropout acts on the scores here: a score of 0 is not a weight of 0. Let it act on the weights.",
    name="dropout-on-scores",
)
class Head(_Head):
    def scores(self, x):
        return self.dropout(super().scores(x))

    def forward(self, x):
        return self.weights(x) @ self.value(x)


@misconception(
    "No gradient reaches query and key, because the weights are computed under no_grad or detached: attention is never "
    "trained. Leave that out.",
    name="weights-detached",
)
class Head(_Head):
    def weights(self, x):
        return super().weights(x).detach()


@misconception(
    "The scale is multiplied into x in place, which changes the caller's x. Scale the scores, or a new tensor.",
    name="x-scaled-in-place",
)
class Head(_Head):
    def weights(self, x):
        k = self.key(x)
        x *= k.shape[-1] ** -0.5
        return F.softmax(self.mask(self.query(x) @ k.transpose(-2, -1)), dim=-1)

    def forward(self, x):
        v = self.value(x)
        return self.dropout(self.weights(x)) @ v


@misconception(
    "Later tokens get the score -10,000, which visible ones can have, too: then they are seen. Only -inf is below "
    "every score.",
    name="mask-with-minus-10000",
    violates=("no_token_sees_a_later_one",),
)
class Head(_Head):
    def mask(self, scores):
        return super().mask(scores, -1e4)


@misconception(
    "The mask of the first call is kept, whatever the length of what comes later. Cut it in each call: "
    "self.tril[:T, :T].",
    name="mask-kept",
    violates=("shorter_sequences",),
)
class Head(_Head):
    def mask(self, scores):
        if not hasattr(self, "cut"):
            self.cut = self.tril[: scores.shape[-1], : scores.shape[-1]] == 0
        return scores.masked_fill(self.cut, float("-inf"))
