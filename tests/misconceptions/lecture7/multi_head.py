"""What learners get wrong in lecture7.multi_head."""

import functools

import torch
from torch import nn

from grader.checks import misconception

from .head import Head


class _MultiHead(nn.Module):
    """A right module in steps; each wrong answer below replaces one of them."""

    def __init__(self, n_embd, num_heads, head_size, block_size, dropout, bias=True):
        super().__init__()
        self.heads = nn.ModuleList([Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads)])
        self.proj = nn.Linear(num_heads * head_size, n_embd, bias=bias)
        self.dropout = nn.Dropout(dropout)

    def outputs(self, x):
        return [head(x) for head in self.heads]

    def joined(self, x):
        return torch.cat(self.outputs(x), dim=-1)

    def forward(self, x):
        return self.dropout(self.proj(self.joined(x)))


@misconception(
    "The heads' outputs are interleaved, one number of each in turn. Put whole outputs side by side: torch.cat(…, "
    "dim=-1) does, a stack over a new last axis does not.",
    name="interleaved",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        return torch.stack(self.outputs(x), dim=-1).flatten(-2)


@misconception(
    "The heads come in reverse order: the output of head 0 must come first in the concatenation.",
    name="reversed-order",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        return torch.cat(self.outputs(x)[::-1], dim=-1)


@misconception(
    "The heads are stacked and reshaped without moving the head axis next to the last: numbers of different tokens get "
    "mixed. torch.cat(…, dim=-1) needs no reshape.",
    name="reshaped",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        stacked = torch.stack(self.outputs(x), dim=1)  # (B, num_heads, T, head_size)
        return stacked.reshape(x.shape[0], x.shape[1], -1)


@misconception(
    "The heads' outputs are added. Put them side by side, torch.cat(…, dim=-1), so that the projection can tell what "
    "comes from which head.",
    name="summed",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        outputs = self.outputs(x)
        return sum(outputs).repeat(1, 1, len(outputs))


@misconception(
    "The heads' outputs are averaged. Put them side by side, torch.cat(…, dim=-1), so that the projection can tell "
    "what comes from which head.",
    name="averaged",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        outputs = self.outputs(x)
        return (sum(outputs) / len(outputs)).repeat(1, 1, len(outputs))


@misconception(
    "proj gets only head_size numbers for each token, and wants num_heads * head_size: all heads' outputs, side by "
    "side. Concatenate them: torch.cat(…, dim=-1).",
    name="not-concatenated",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        return sum(self.outputs(x))


@misconception(
    "One and the same head is used num_heads times: [head] * num_heads repeats the object. Make a new Head for each "
    "place.",
    name="one-head-repeated",
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout)
        self.heads = nn.ModuleList([Head(n_embd, head_size, block_size, dropout)] * num_heads)


@misconception(
    "The heads run one after the other, each on the output of the one before. They should run side by side, each on x.",
    name="in-sequence",
)
class MultiHeadAttention(_MultiHead):
    def outputs(self, x):
        outputs = []
        for head in self.heads:
            outputs.append(head(x))
            grown = outputs[-1].repeat(1, 1, -(-x.shape[-1] // outputs[-1].shape[-1]))
            x = grown[..., : x.shape[-1]]
        return outputs


@misconception(
    "Only the first head is used. Run every head in self.heads on x.",
    name="first-head-alone",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        return self.outputs(x)[0].repeat(1, 1, len(self.heads))


@misconception(
    "nn.Module does not look into a plain list: parameters(), state_dict() and .to() miss the heads. Use an "
    "nn.ModuleList.",
    name="plain-list",
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout)
        del self.heads
        self.heads = [Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads)]


@misconception(
    "The projection is made, but never used. The output is self.proj of the concatenation.",
    name="projection-unused",
)
class MultiHeadAttention(_MultiHead):
    def forward(self, x):
        return self.dropout(self.joined(x))


@misconception(
    "The projection has no bias. The layers of the heads have none, this one has: nn.Linear(num_heads * head_size, "
    "n_embd).",
    name="projection-without-bias",
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout, bias=False)


@misconception(
    "There is a ReLU after the projection. None belongs there: the ReLU is in the feed-forward network.",
    name="relu-after-projection",
)
class MultiHeadAttention(_MultiHead):
    def forward(self, x):
        return self.dropout(torch.relu(self.proj(self.joined(x))))


@misconception(
    "x is added to the output here. That residual connection belongs in Block: return what attention gives, alone.",
    name="residual-inside",
)
class MultiHeadAttention(_MultiHead):
    def forward(self, x):
        return x + super().forward(x)


@misconception(
    "There is no dropout after the projection. The heads have their own; this module adds one at its end.",
    name="no-dropout-after-projection",
)
class MultiHeadAttention(_MultiHead):
    def forward(self, x):
        return self.proj(self.joined(x))


@misconception(
    "Dropout comes before the projection. It should act on what the projection puts out: self.dropout(self.proj(…)).",
    name="dropout-before-projection",
)
class MultiHeadAttention(_MultiHead):
    def forward(self, x):
        return self.proj(self.dropout(self.joined(x)))


@misconception(
    "The heads are made with dropout 0. Pass the probability on to them: they drop attention weights.",
    name="heads-without-dropout",
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout)
        self.heads = nn.ModuleList([Head(n_embd, head_size, block_size, 0.0) for _ in range(num_heads)])


@functools.cache
def _heads(n_embd, num_heads, head_size, block_size, dropout):
    return nn.ModuleList([Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads)])


@misconception(
    "Modules of the same sizes share their heads: they are made once, and kept. Each module makes its own.",
    name="heads-shared",
    violates=("modules_keep_apart",),
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout)
        self.heads = _heads(n_embd, num_heads, head_size, block_size, dropout)
