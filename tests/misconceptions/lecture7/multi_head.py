"""What learners get wrong in lecture7.multi_head."""

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
    "The heads come in the wrong order: the output of head 0 comes first in the concatenation.",
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
    "The heads' outputs are added. They are concatenated, so that the projection can tell what comes from which head.",
    name="summed",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        outputs = self.outputs(x)
        return sum(outputs).repeat(1, 1, len(outputs))


@misconception(
    "The heads' outputs are averaged. They are concatenated, so that the projection can tell what comes from which "
    "head.",
    name="averaged",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        outputs = self.outputs(x)
        return (sum(outputs) / len(outputs)).repeat(1, 1, len(outputs))


@misconception(
    "One and the same head is used for all places: [head] * num_heads repeats the object. Make num_heads of them.",
    name="one-head-repeated",
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout)
        self.heads = nn.ModuleList([Head(n_embd, head_size, block_size, dropout)] * num_heads)


@misconception(
    "The heads run one after the other, each on the output of the one before. They run side by side: all see x.",
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
    "Only the first head is asked. Run every head in self.heads on x.",
    name="first-head-alone",
)
class MultiHeadAttention(_MultiHead):
    def joined(self, x):
        return self.outputs(x)[0].repeat(1, 1, len(self.heads))


@misconception(
    "The heads are in a plain list, which hides their weights from parameters(), state_dict() and .to(): use "
    "nn.ModuleList.",
    name="plain-list",
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout)
        del self.heads
        self.heads = [Head(n_embd, head_size, block_size, dropout) for _ in range(num_heads)]


@misconception(
    "The projection is made, and never used. The output is self.proj of the concatenation.",
    name="projection-unused",
)
class MultiHeadAttention(_MultiHead):
    def forward(self, x):
        return self.dropout(self.joined(x))


@misconception(
    "The projection has no bias. Those of the heads have none, this one has: nn.Linear(num_heads * head_size, n_embd).",
    name="projection-without-bias",
)
class MultiHeadAttention(_MultiHead):
    def __init__(self, n_embd, num_heads, head_size, block_size, dropout):
        super().__init__(n_embd, num_heads, head_size, block_size, dropout, bias=False)


@misconception(
    "There is a ReLU after the projection. Attention ends linearly; non-linear is the feed-forward network.",
    name="relu-after-projection",
)
class MultiHeadAttention(_MultiHead):
    def forward(self, x):
        return self.dropout(torch.relu(self.proj(self.joined(x))))


@misconception(
    "x is added to the output here. The residual connection belongs to the block: return what attention gives.",
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
    "Dropout comes before the projection. It acts on what the projection puts out: self.dropout(self.proj(out)).",
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
