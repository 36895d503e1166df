"""What learners get wrong in lecture7.block."""

import torch.nn.functional as F
from torch import nn

from grader.checks import misconception

from .feed_forward import FeedForward
from .multi_head import MultiHeadAttention


class _Block(nn.Module):
    """A right block; each wrong answer below has its own forward pass or another part."""

    def __init__(self, n_embd, n_head, block_size, dropout):
        super().__init__()
        self.sa = MultiHeadAttention(n_embd, n_head, n_embd // n_head, block_size, dropout)
        self.ffwd = FeedForward(n_embd, dropout)
        self.ln1 = nn.LayerNorm(n_embd)
        self.ln2 = nn.LayerNorm(n_embd)

    def forward(self, x):
        x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))


@misconception(
    "The normalisation comes after each sum, as in the paper of 2017 (post-norm). Here it comes first, inside the "
    "branch, and the stream itself is never normalised: x + sa(ln1(x)).",
    name="post-norm",
)
class Block(_Block):
    def forward(self, x):
        x = self.ln1(x + self.sa(x))
        return self.ln2(x + self.ffwd(x))


@misconception(
    "What a part gives is normalised, x + ln1(sa(x)). Normalise what goes into it: x + sa(ln1(x)).",
    name="norm-after-the-part",
)
class Block(_Block):
    def forward(self, x):
        x = x + self.ln1(self.sa(x))
        return x + self.ln2(self.ffwd(x))


@misconception(
    "There are no residual connections: each part replaces x. Add what it gives to x, or deep stacks do not train.",
    name="no-residuals",
)
class Block(_Block):
    def forward(self, x):
        return self.ffwd(self.ln2(self.sa(self.ln1(x))))


@misconception(
    "Attention replaces x: its residual connection is missing. Write x = x + self.sa(self.ln1(x)).",
    name="no-residual-around-attention",
)
class Block(_Block):
    def forward(self, x):
        x = self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))


@misconception(
    "The feed-forward network replaces x: its residual connection is missing. Write x = x + self.ffwd(self.ln2(x)).",
    name="no-residual-around-ffwd",
)
class Block(_Block):
    def forward(self, x):
        x = x + self.sa(self.ln1(x))
        return self.ffwd(self.ln2(x))


@misconception(
    "ln1 is used for both parts. Each has a LayerNorm of its own: ln2 belongs before ffwd.",
    name="shared-norm",
)
class Block(_Block):
    def forward(self, x):
        x = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln1(x))


@misconception(
    "ln1 and ln2 are swapped: ln1 belongs before sa, ln2 before ffwd.",
    name="norms-swapped",
)
class Block(_Block):
    def forward(self, x):
        x = x + self.sa(self.ln2(x))
        return x + self.ffwd(self.ln1(x))


@misconception(
    "The stream itself is normalised: attention is added to ln1(x), and x is lost. Normalise only in the branch: x + "
    "sa(ln1(x)).",
    name="norm-on-the-stream",
)
class Block(_Block):
    def forward(self, x):
        x = self.ln1(x)
        x = x + self.sa(x)
        x = self.ln2(x)
        return x + self.ffwd(x)


@misconception(
    "The parts get x without normalisation, and ln1 and ln2 are not used. Write x + sa(ln1(x)), and then the same with "
    "ffwd and ln2.",
    name="no-norm",
)
class Block(_Block):
    def forward(self, x):
        x = x + self.sa(x)
        return x + self.ffwd(x)


@misconception(
    "The order is reversed. First the tokens communicate (sa), then each computes on what it heard (ffwd).",
    name="ffwd-first",
)
class Block(_Block):
    def forward(self, x):
        x = x + self.ffwd(self.ln2(x))
        return x + self.sa(self.ln1(x))


@misconception(
    "Both parts see the same x, side by side. ffwd should work on what attention has added to: on ln2(y), with y = x + "
    "sa(ln1(x)).",
    name="in-parallel",
)
class Block(_Block):
    def forward(self, x):
        return x + self.sa(self.ln1(x)) + self.ffwd(self.ln2(x))


@misconception(
    "The second sum starts from x again, so what attention gave is lost from the stream. Add to the first sum: y + "
    "ffwd(ln2(y)).",
    name="second-residual-from-the-start",
)
class Block(_Block):
    def forward(self, x):
        y = x + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(y))


@misconception(
    "Attention gets no dropout. Pass the probability on to MultiHeadAttention.",
    name="attention-without-dropout",
)
class Block(_Block):
    def __init__(self, n_embd, n_head, block_size, dropout):
        super().__init__(n_embd, n_head, block_size, dropout)
        self.sa = MultiHeadAttention(n_embd, n_head, n_embd // n_head, block_size, 0.0)


@misconception(
    "The feed-forward network gets no dropout. Pass the probability on to FeedForward.",
    name="ffwd-without-dropout",
)
class Block(_Block):
    def __init__(self, n_embd, n_head, block_size, dropout):
        super().__init__(n_embd, n_head, block_size, dropout)
        self.ffwd = FeedForward(n_embd, 0.0)


@misconception(
    "x += … changes the tensor that was passed in, which is the caller's. Write x = x + …: a new tensor.",
    name="in-place",
    violates=("x_stays_as_it_is",),
)
class Block(_Block):
    def forward(self, x):
        x += self.sa(self.ln1(x))
        x += self.ffwd(self.ln2(x))
        return x


@misconception(
    "The mean and the variance are taken over all tokens, the later ones too. A LayerNorm takes those of each token by "
    "itself: nn.LayerNorm(n_embd).",
    name="norm-over-tokens",
    violates=("no_token_sees_a_later_one", "pre_norm_and_two_residual_connections"),
)
class Block(_Block):
    def norm(self, x, ln):
        return F.layer_norm(x, x.shape[1:]) * ln.weight + ln.bias

    def forward(self, x):
        x = x + self.sa(self.norm(x, self.ln1))
        return x + self.ffwd(self.norm(x, self.ln2))


@misconception(
    "A dropout that does not know the mode drops in evaluation, too. Pass the probability on to the parts: their "
    "nn.Dropout knows.",
    name="dropout-in-evaluation",
    violates=("dropout_reaches_both_parts",),
)
class Block(_Block):
    def __init__(self, n_embd, n_head, block_size, dropout):
        super().__init__(n_embd, n_head, block_size, dropout)
        self.p = dropout

    def forward(self, x):
        x = x + F.dropout(self.sa(self.ln1(x)), self.p)
        return x + F.dropout(self.ffwd(self.ln2(x)), self.p)


@misconception(
    "The stream is detached: nothing below this block gets the gradient that residual connections are for. Add to x "
    "itself.",
    name="stream-detached",
    violates=("gradients",),
)
class Block(_Block):
    def forward(self, x):
        x = x.detach() + self.sa(self.ln1(x))
        return x + self.ffwd(self.ln2(x))
