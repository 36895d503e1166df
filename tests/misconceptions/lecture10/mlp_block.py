"""What learners get wrong in lecture10.mlp_block."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception

from .attention import CausalSelfAttention


class _MLP(nn.Module):
    """A right MLP in steps; each wrong answer below replaces one of them."""

    wider, bias = 4, True

    def __init__(self, config):
        super().__init__()
        self.c_fc = nn.Linear(config.n_embd, self.wider * config.n_embd, bias=self.bias)
        self.c_proj = nn.Linear(self.wider * config.n_embd, config.n_embd, bias=self.bias)

    def activation(self, h):
        return F.gelu(h, approximate="tanh")

    def forward(self, x):
        return self.c_proj(self.activation(self.c_fc(x)))


@misconception(
    "This is the exact GELU, which nn.GELU() is by itself. GPT-2 was trained with the approximation: "
    'nn.GELU(approximate="tanh").',
    name="exact-gelu",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return F.gelu(h)


@misconception(
    'The nonlinearity is a ReLU, as in lecture 7. GPT-2 has a GELU: nn.GELU(approximate="tanh").',
    name="relu",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return F.relu(h)


@misconception(
    "The nonlinearity is SiLU, h · σ(h), which later models have. GPT-2 has a GELU by tanh.",
    name="silu",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return F.silu(h)


@misconception(
    "This approximates GELU by a sigmoid, h · σ(1.702 h). GPT-2 has the approximation by tanh.",
    name="gelu-by-sigmoid",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return h * torch.sigmoid(1.702 * h)


@misconception(
    "The nonlinearity is the tanh itself. In GELU it only makes the gate: 0.5 · h · (1 + tanh(…)).",
    name="tanh",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return torch.tanh(h)


@misconception(
    "The factor 0.5 of GELU is missing: the gate (1 + tanh(…)) / 2 lies between 0 and 1.",
    name="gelu-without-half",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return 2 * super().activation(h)


@misconception(
    "The factor √(2/π) inside the tanh of GELU is missing.",
    name="gelu-without-root",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return 0.5 * h * (1 + torch.tanh(h + 0.044715 * h**3))


@misconception(
    "The root in GELU is upside down, √(π/2): it is √(2/π), about 0.798.",
    name="gelu-root-upside-down",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return 0.5 * h * (1 + torch.tanh(math.sqrt(math.pi / 2) * (h + 0.044715 * h**3)))


@misconception(
    "The cube in GELU is a square here. It is 0.044715 · h³, which keeps the sign of h.",
    name="gelu-with-a-square",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**2)))


@misconception(
    "There is no nonlinearity, so that two layers are no more than one. Put a GELU between them.",
    name="no-nonlinearity",
    violates=("mlp",),
)
class MLP(_MLP):
    def activation(self, h):
        return h


@misconception(
    "A GELU stands behind c_proj as well. What the branch adds to the stream must be free to be negative: only one, "
    "between the two layers.",
    name="gelu-twice",
    violates=("mlp",),
)
class MLP(_MLP):
    def forward(self, x):
        return self.activation(super().forward(x))


@misconception(
    "The GELU stands before c_fc. It belongs between the two layers: c_proj(gelu(c_fc(x))).",
    name="gelu-first",
    violates=("mlp",),
)
class MLP(_MLP):
    def forward(self, x):
        return self.c_proj(self.c_fc(self.activation(x)))


@misconception(
    "x is added to the output of the MLP. The residual connection belongs to the block; here return "
    "c_proj(gelu(c_fc(x))) alone.",
    name="residual-inside",
    violates=("mlp", "the_stream_runs_straight_through"),
)
class MLP(_MLP):
    def forward(self, x):
        return x + super().forward(x)


@misconception(
    "The layers of the MLP have no bias. GPT-2's have one, as nn.Linear makes them by itself.",
    name="mlp-without-bias",
    violates=("parameters_of_the_mlp",),
)
class MLP(_MLP):
    bias = False


@misconception(
    "Inside, the MLP is as wide as outside. Let c_fc make 4 · n_embd numbers, and c_proj take them back.",
    name="not-wider",
    violates=("parameters_of_the_mlp",),
)
class MLP(_MLP):
    wider = 1


@misconception(
    "The MLP writes into the tensor that it is given, which is the caller's. Leave x as it is.",
    name="mlp-in-place",
    violates=("x_stays_as_it_is",),
)
class MLP(_MLP):
    def forward(self, x):
        out = super().forward(x)
        x.data.mul_(0.5)
        return out


class _Block(nn.Module):
    """A right block; each wrong answer below has its own forward pass or another part."""

    def __init__(self, config):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd)
        self.attn = CausalSelfAttention(config)
        self.ln_2 = nn.LayerNorm(config.n_embd)
        self.mlp = _MLP(config)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


@misconception(
    "The normalisation comes after each sum, as in the paper of 2017 (post-norm). GPT-2 has it first, inside the "
    "branch, and the stream itself is never normalised: x + attn(ln_1(x)).",
    name="post-norm",
    violates=("the_stream_runs_straight_through",),
)
class Block(_Block):
    def forward(self, x):
        x = self.ln_1(x + self.attn(x))
        return self.ln_2(x + self.mlp(x))


@misconception(
    "What a part gives is normalised, x + ln_1(attn(x)). Normalise what goes into it: x + attn(ln_1(x)).",
    name="norm-after-the-part",
    violates=("the_stream_runs_straight_through",),
)
class Block(_Block):
    def forward(self, x):
        x = x + self.ln_1(self.attn(x))
        return x + self.ln_2(self.mlp(x))


@misconception(
    "There are no residual connections: each part replaces x. Add what it gives to x, or deep stacks do not train.",
    name="no-residuals",
    violates=("the_stream_runs_straight_through",),
)
class Block(_Block):
    def forward(self, x):
        return self.mlp(self.ln_2(self.attn(self.ln_1(x))))


@misconception(
    "Attention replaces x: its residual connection is missing. Write x = x + self.attn(self.ln_1(x)).",
    name="no-residual-around-attention",
    violates=("the_stream_runs_straight_through",),
)
class Block(_Block):
    def forward(self, x):
        x = self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


@misconception(
    "The MLP replaces x: its residual connection is missing. Write x + self.mlp(self.ln_2(x)).",
    name="no-residual-around-mlp",
    violates=("the_stream_runs_straight_through",),
)
class Block(_Block):
    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return self.mlp(self.ln_2(x))


@misconception(
    "The stream itself is normalised: attention is added to ln_1(x), and x is lost. Normalise only in the branch: x + "
    "attn(ln_1(x)).",
    name="norm-on-the-stream",
    violates=("the_stream_runs_straight_through",),
)
class Block(_Block):
    def forward(self, x):
        x = self.ln_1(x)
        x = x + self.attn(x)
        x = self.ln_2(x)
        return x + self.mlp(x)


@misconception(
    "ln_1 is used for both parts. Each has a LayerNorm of its own: ln_2 belongs before the MLP.",
    name="shared-norm",
    violates=("block",),
)
class Block(_Block):
    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_1(x))


@misconception(
    "ln_1 and ln_2 are swapped: ln_1 belongs before attn, ln_2 before mlp.",
    name="norms-swapped",
    violates=("block",),
)
class Block(_Block):
    def forward(self, x):
        x = x + self.attn(self.ln_2(x))
        return x + self.mlp(self.ln_1(x))


@misconception(
    "The parts get x without normalisation, and ln_1 and ln_2 are not used. Write x + attn(ln_1(x)), and then the same "
    "with mlp and ln_2.",
    name="no-norm",
    violates=("block",),
)
class Block(_Block):
    def forward(self, x):
        x = x + self.attn(x)
        return x + self.mlp(x)


@misconception(
    "The order is reversed. First the tokens communicate (attn), then each computes on what it heard (mlp).",
    name="mlp-first",
    violates=("block",),
)
class Block(_Block):
    def forward(self, x):
        x = x + self.mlp(self.ln_2(x))
        return x + self.attn(self.ln_1(x))


@misconception(
    "Both parts see the same x, side by side. The MLP should work on what attention has added to: on ln_2(y), with y = "
    "x + attn(ln_1(x)).",
    name="in-parallel",
    violates=("block",),
)
class Block(_Block):
    def forward(self, x):
        return x + self.attn(self.ln_1(x)) + self.mlp(self.ln_2(x))


@misconception(
    "The second sum starts from x again, so what attention gave is lost from the stream. Add to the first sum: y + "
    "mlp(ln_2(y)).",
    name="second-residual-from-the-start",
    violates=("block",),
)
class Block(_Block):
    def forward(self, x):
        y = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(y))


@misconception(
    "The mean and the variance are taken over all tokens, the later ones too. A LayerNorm takes those of each token by "
    "itself: nn.LayerNorm(n_embd).",
    name="norm-over-tokens",
    violates=("block",),
)
class Block(_Block):
    def norm(self, x, ln):
        return F.layer_norm(x, x.shape[1:]) * ln.weight + ln.bias

    def forward(self, x):
        x = x + self.attn(self.norm(x, self.ln_1))
        return x + self.mlp(self.norm(x, self.ln_2))


@misconception(
    "The LayerNorms have no bias. GPT-2's have a gain and a bias, as nn.LayerNorm makes them by itself.",
    name="norm-without-bias",
    violates=("parameters_of_the_block",),
)
class Block(_Block):
    def __init__(self, config):
        super().__init__(config)
        self.ln_1 = nn.LayerNorm(config.n_embd, bias=False)
        self.ln_2 = nn.LayerNorm(config.n_embd, bias=False)


@misconception(
    "The parts have the names of lecture 7, ln1 and ln2. Here they are ln_1 and ln_2, as in the published weights.",
    name="names-of-lecture-7",
    violates=("parameters_of_the_block",),
)
class Block(_Block):
    def __init__(self, config):
        super().__init__(config)
        self.ln1, self.ln2 = self.ln_1, self.ln_2
        del self.ln_1, self.ln_2

    def forward(self, x):
        x = x + self.attn(self.ln1(x))
        return x + self.mlp(self.ln2(x))


@misconception(
    "x += … changes the tensor that was passed in, which is the caller's. Write x = x + …: a new tensor.",
    name="in-place",
    violates=("x_stays_as_it_is",),
)
class Block(_Block):
    def forward(self, x):
        x += self.attn(self.ln_1(x))
        x += self.mlp(self.ln_2(x))
        return x


@misconception(
    "The stream is detached: nothing below this block gets the gradient that residual connections are for. Add to x "
    "itself.",
    name="stream-detached",
    violates=("gradients",),
)
class Block(_Block):
    def forward(self, x):
        x = x.detach() + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


@misconception(
    "The attention is kept at the class: all blocks use that of the latest. Make one in each constructor, and keep it "
    "at the object.",
    name="attention-at-the-class",
    violates=("blocks_keep_apart",),
)
class Block(_Block):
    latest = None

    def __init__(self, config):
        super().__init__(config)
        type(self).latest = [self.attn]

    def forward(self, x):
        x = x + self.latest[0](self.ln_1(x))
        return x + self.mlp(self.ln_2(x))
