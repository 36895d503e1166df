"""What learners get wrong in lecture10.attention."""

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception


class _Attention(nn.Module):
    """The right module in steps; each wrong answer below replaces one of them."""

    bias = True

    def __init__(self, config):
        super().__init__()
        self.check_sizes(config)
        self.c_attn = nn.Linear(config.n_embd, 3 * config.n_embd, bias=self.bias)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=self.bias)
        self.n_head, self.block_size = config.n_head, config.block_size

    def check_sizes(self, config):
        if config.n_embd % config.n_head:
            raise ValueError("n_embd is no multiple of n_head")

    def thirds(self, x):
        return self.c_attn(x).split(x.shape[-1], dim=2)

    def heads(self, z):
        B, T, C = z.shape
        return z.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)

    def joined(self, y):
        return y.transpose(1, 2).flatten(2)

    def scaled(self, scores, q, x):
        return scores * q.shape[-1] ** -0.5

    def mask(self, scores, fill=float("-inf")):
        T = scores.shape[-1]
        return scores.masked_fill(torch.ones(T, T).triu(1) > 0, fill)

    def weights(self, q, k, x):
        return F.softmax(self.mask(self.scaled(q @ k.mT, q, x)), dim=-1)

    def gathered(self, x):
        q, k, v = map(self.heads, self.thirds(x))
        return self.joined(self.weights(q, k, x) @ v)

    def forward(self, x):
        return self.c_proj(self.gathered(x))


# the mask


@misconception(
    "There is no mask: every token sees the ones after it, and can copy what it is to predict. The printed listing has "
    "none either. Fill the scores of later tokens with -inf before the softmax.",
    name="no-mask",
    violates=("no_token_sees_a_later_one",),
)
class CausalSelfAttention(_Attention):
    def mask(self, scores):
        return scores


@misconception(
    "The mask comes after the softmax, so what later tokens took is missing and the rows no longer sum to 1. Mask the "
    "scores with -inf first, then take the softmax.",
    name="mask-after-softmax",
)
class CausalSelfAttention(_Attention):
    def weights(self, q, k, x):
        return self.mask(F.softmax(self.scaled(q @ k.mT, q, x), dim=-1), 0.0)


@misconception(
    "Later tokens get the score 0, and exp(0) = 1: they still count. The score that softmax turns into 0 is -inf.",
    name="mask-with-zero",
    violates=("no_token_sees_a_later_one",),
)
class CausalSelfAttention(_Attention):
    def mask(self, scores):
        return super().mask(scores, 0.0)


@misconception(
    "Later tokens get the score -10,000, which visible ones can have, too: then they are seen. Only -inf is below "
    "every score.",
    name="mask-with-minus-10000",
    violates=("no_token_sees_a_later_one",),
)
class CausalSelfAttention(_Attention):
    def mask(self, scores):
        return super().mask(scores, -1e4)


@misconception(
    "The mask is the wrong triangle: each token sees itself and what comes later. Fill where the key comes later than "
    "the query, above the diagonal: triu(1).",
    name="wrong-triangle",
)
class CausalSelfAttention(_Attention):
    def mask(self, scores):
        T = scores.shape[-1]
        return scores.masked_fill(torch.ones(T, T).tril(-1) > 0, float("-inf"))


@misconception(
    "A token does not see itself here, and the first sees nothing: the softmax of a row of -inf is NaN. The diagonal "
    "stays: triu(1), not triu().",
    name="diagonal-masked",
)
class CausalSelfAttention(_Attention):
    def mask(self, scores):
        T = scores.shape[-1]
        return scores.masked_fill(torch.ones(T, T).triu() > 0, float("-inf"))


@misconception(
    "The mask is always block_size long, so shorter sequences do not fit. Make it of the T at hand, or cut it: "
    "mask[:T, :T].",
    name="mask-not-cut",
    violates=("shorter_sequences", "parameters", "n_embd_is_a_multiple_of_n_head"),
)
class CausalSelfAttention(_Attention):
    def mask(self, scores):
        T = self.block_size
        return scores.masked_fill(torch.ones(T, T).triu(1) > 0, float("-inf"))


@misconception(
    "The mask of the first call is kept, whatever the length of what comes later. Cut it in each call: mask[:T, :T].",
    name="mask-kept",
    violates=("shorter_sequences",),
)
class CausalSelfAttention(_Attention):
    def mask(self, scores):
        if not hasattr(self, "kept"):
            self.kept = [torch.ones(scores.shape[-2:]).triu(1) > 0]
        return scores.masked_fill(self.kept[0], float("-inf"))


# where the numbers lie


@misconception(
    "Query and key are swapped: the first third of c_attn(x) is the query, the second the key. q, k, v = "
    "c_attn(x).split(n_embd, dim=2).",
    name="query-and-key-swapped",
    violates=("matches_torch",),
)
class CausalSelfAttention(_Attention):
    def thirds(self, x):
        k, q, v = super().thirds(x)
        return q, k, v


@misconception(
    "The first third of c_attn(x) is taken for the value. The order is query, key, value: q, k, v = "
    "c_attn(x).split(n_embd, dim=2).",
    name="value-first",
)
class CausalSelfAttention(_Attention):
    def thirds(self, x):
        v, q, k = super().thirds(x)
        return q, k, v


@misconception(
    "The order of the three parts is turned round: v, k, q. It is query, key, value: q, k, v = "
    "c_attn(x).split(n_embd, dim=2).",
    name="thirds-backwards",
)
class CausalSelfAttention(_Attention):
    def thirds(self, x):
        v, k, q = super().thirds(x)
        return q, k, v


@misconception(
    "The heads are cut out first, and q, k and v within each of them. It is the other way round: the three parts of "
    "c_attn(x) first, each n_embd wide, and the heads within each.",
    name="heads-before-thirds",
)
class CausalSelfAttention(_Attention):
    def gathered(self, x):
        B, T, C = x.shape
        q, k, v = self.c_attn(x).view(B, T, self.n_head, 3 * C // self.n_head).transpose(1, 2).chunk(3, dim=-1)
        return self.joined(self.weights(q, k, x) @ v)


@misconception(
    "view(B, n_head, T, head_size) does not move an axis: it mixes numbers of different tokens. First view(B, T, "
    "n_head, head_size), as they lie, and then transpose(1, 2).",
    name="viewed-not-transposed",
    violates=("no_token_sees_a_later_one", "weights_sum_to_one"),
)
class CausalSelfAttention(_Attention):
    def heads(self, z):
        B, T, C = z.shape
        return z.reshape(B, self.n_head, T, C // self.n_head)


@misconception(
    "The heads are not put back: reshape(B, T, C) on (B, n_head, T, head_size) mixes tokens. Let transpose(1, 2) come "
    "first.",
    name="not-transposed-back",
)
class CausalSelfAttention(_Attention):
    def joined(self, y):
        B, _, T, _ = y.shape
        return y.reshape(B, T, -1)


@misconception(
    "The heads take every n_head-th number: view(B, T, head_size, n_head). Numbers of a head lie side by side: view(B, "
    "T, n_head, head_size).",
    name="heads-interleaved",
)
class CausalSelfAttention(_Attention):
    def heads(self, z):
        B, T, C = z.shape
        return z.view(B, T, C // self.n_head, self.n_head).permute(0, 3, 1, 2)

    def joined(self, y):
        return y.permute(0, 2, 3, 1).flatten(2)


@misconception(
    "The transpose is missing, so that each token's heads attend to one another, and no token to an earlier one. "
    "transpose(1, 2) puts the tokens on the axis before the last: (B, n_head, T, head_size).",
    name="attention-over-heads",
    violates=("every_head_sees_all_before", "weights_sum_to_one"),
)
class CausalSelfAttention(_Attention):
    def heads(self, z):
        B, T, C = z.shape
        return z.view(B, T, self.n_head, C // self.n_head)

    def joined(self, y):
        return y.flatten(2)


@misconception(
    "There is one head, as wide as n_embd: n_head is not used. Give the heads an axis: view(B, T, n_head, head_size)"
    ".transpose(1, 2).",
    name="one-head",
    violates=("matches_torch",),
)
class CausalSelfAttention(_Attention):
    def heads(self, z):
        return z[:, None]


@misconception(
    "All heads have the weights of the first. Each has its own: att is (B, n_head, T, T).",
    name="weights-of-the-first-head",
    violates=("matches_torch",),
)
class CausalSelfAttention(_Attention):
    def weights(self, q, k, x):
        return super().weights(q, k, x)[:, :1].expand(-1, self.n_head, -1, -1)


# scale and softmax


@misconception(
    "The scale is missing. The scores grow with head_size, and the softmax then all but picks one token: divide them "
    "by √head_size.",
    name="no-scale",
    violates=("matches_torch",),
)
class CausalSelfAttention(_Attention):
    def scaled(self, scores, q, x):
        return scores


@misconception(
    "The scores are divided by √n_embd. But q · k is a sum over head_size numbers: divide by √head_size.",
    name="scale-by-n_embd",
    violates=("matches_torch",),
)
class CausalSelfAttention(_Attention):
    def scaled(self, scores, q, x):
        return scores * x.shape[-1] ** -0.5


@misconception(
    "The scores are divided by √n_head, the number of heads. Divide by the root of their size, n_embd / n_head.",
    name="scale-by-n_head",
    violates=("matches_torch",),
)
class CausalSelfAttention(_Attention):
    def scaled(self, scores, q, x):
        return scores * self.n_head**-0.5


@misconception(
    "The scores are divided by head_size. Their standard deviation grows with its root: divide by √head_size.",
    name="scale-without-root",
    violates=("matches_torch",),
)
class CausalSelfAttention(_Attention):
    def scaled(self, scores, q, x):
        return scores / q.shape[-1]


@misconception(
    "The softmax runs over the queries. The weights of each token over what it sees must sum to 1: take it over the "
    "last axis, the keys, with dim=-1.",
    name="softmax-over-queries",
)
class CausalSelfAttention(_Attention):
    def weights(self, q, k, x):
        return F.softmax(self.mask(self.scaled(q @ k.mT, q, x)), dim=-2)


@misconception(
    "The softmax runs over axis 1, where the heads are: they compete. Take it over the last axis, the keys, with "
    "dim=-1.",
    name="softmax-over-heads",
)
class CausalSelfAttention(_Attention):
    def weights(self, q, k, x):
        scores = self.mask(self.scaled(q @ k.mT, q, x), torch.finfo(x.dtype).min)
        return self.mask(F.softmax(scores, dim=1), 0.0)


@misconception(
    "exp of a large score overflows, and inf / inf is NaN. Subtract each row's maximum first, or use F.softmax, which "
    "does so.",
    name="unstable-softmax",
)
class CausalSelfAttention(_Attention):
    def weights(self, q, k, x):
        counts = self.mask(self.scaled(q @ k.mT, q, x)).exp()
        return counts / counts.sum(-1, keepdim=True)


# the rest


@misconception(
    "c_proj is not used: what the heads give is returned as it is. Let it mix them: c_proj(y).",
    name="no-projection",
    violates=("weights_sum_to_one",),
)
class CausalSelfAttention(_Attention):
    def forward(self, x):
        return self.gathered(x)


@misconception(
    "x is added to the output. The residual connection belongs to the block; here return c_proj(y) alone.",
    name="residual-inside",
)
class CausalSelfAttention(_Attention):
    def forward(self, x):
        return x + super().forward(x)


@misconception(
    "The projections have no bias. GPT-2's have one, as nn.Linear makes them by itself.",
    name="no-bias",
)
class CausalSelfAttention(_Attention):
    bias = False


@misconception(
    "Sizes that do not fit are found by an assert, which raises AssertionError, and nothing at all under python -O. "
    "Raise a ValueError: if n_embd % n_head != 0.",
    name="sizes-by-assert",
    violates=("n_embd_is_a_multiple_of_n_head",),
)
class CausalSelfAttention(_Attention):
    def check_sizes(self, config):
        assert config.n_embd % config.n_head == 0, "n_embd must be divisible by n_head"


@misconception(
    "Sizes that do not fit are taken, and stop the first forward pass or drop numbers. Raise a ValueError in the "
    "constructor: if n_embd % n_head != 0.",
    name="sizes-unchecked",
    violates=("n_embd_is_a_multiple_of_n_head",),
)
class CausalSelfAttention(_Attention):
    def check_sizes(self, config):
        pass


@misconception(
    "No gradient reaches queries and keys, because the weights are computed under no_grad or detached: attention is "
    "never trained. Leave that out.",
    name="weights-detached",
    violates=("gradients",),
)
class CausalSelfAttention(_Attention):
    def weights(self, q, k, x):
        return super().weights(q, k, x).detach()


@misconception(
    "The scale is multiplied into x in place, which changes the caller's x. Scale the scores, or a new tensor.",
    name="x-scaled-in-place",
    violates=("x_stays_as_it_is",),
)
class CausalSelfAttention(_Attention):
    def gathered(self, x):
        out = super().gathered(x)
        with torch.no_grad():
            x *= (x.shape[-1] // self.n_head) ** -0.5
        return out


@misconception(
    "The number of heads is kept at the class, where the next module that is made overwrites it. Keep it at the "
    "object: self.n_head = config.n_head.",
    name="sizes-at-the-class",
    violates=("modules_keep_apart",),
)
class CausalSelfAttention(_Attention):
    latest = None

    def __init__(self, config):
        super().__init__(config)
        type(self).latest = config.n_head

    def heads(self, z):
        return z.unflatten(-1, (self.latest, -1)).transpose(1, 2)
