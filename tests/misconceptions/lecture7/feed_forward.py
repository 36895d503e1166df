"""What learners get wrong in lecture7.feed_forward."""

import torch
from torch import nn

from grader.checks import misconception


class _FeedForward(nn.Module):
    """A right module; each wrong answer below changes one of its parts."""

    def __init__(self, n_embd, dropout, width=4, activation=nn.ReLU, bias=True):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(n_embd, width * n_embd, bias=bias),
            activation(),
            nn.Linear(width * n_embd, n_embd, bias=bias),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        return self.net(x)


@misconception(
    "There is no ReLU, so the two linear layers amount to one: nothing is gained by their width. Put nn.ReLU() between "
    "them.",
    name="no-relu",
)
class FeedForward(_FeedForward):
    def __init__(self, n_embd, dropout):
        super().__init__(n_embd, dropout, activation=nn.Identity)


@misconception(
    "The activation here is GELU, as in GPT-2. This lecture's is ReLU.",
    name="gelu",
)
class FeedForward(_FeedForward):
    def __init__(self, n_embd, dropout):
        super().__init__(n_embd, dropout, activation=nn.GELU)


@misconception(
    "The activation here is tanh, as in the earlier lectures. This lecture's is ReLU.",
    name="tanh",
)
class FeedForward(_FeedForward):
    def __init__(self, n_embd, dropout):
        super().__init__(n_embd, dropout, activation=nn.Tanh)


@misconception(
    "The inner layer is only as wide as the outer one. Make it 4 * n_embd wide.",
    name="not-wider",
)
class FeedForward(_FeedForward):
    def __init__(self, n_embd, dropout):
        super().__init__(n_embd, dropout, width=1)


@misconception(
    "The inner layer is only twice as wide as the outer one. Make it 4 * n_embd wide.",
    name="twice-as-wide",
)
class FeedForward(_FeedForward):
    def __init__(self, n_embd, dropout):
        super().__init__(n_embd, dropout, width=2)


@misconception(
    "The linear layers have no bias. Only key, query and value of a head go without: leave bias=False out here.",
    name="no-bias",
)
class FeedForward(_FeedForward):
    def __init__(self, n_embd, dropout):
        super().__init__(n_embd, dropout, bias=False)


@misconception(
    "A ReLU stands after the second layer too, so no output is negative. There should be one ReLU only, between the "
    "two layers.",
    name="relu-at-the-end",
)
class FeedForward(_FeedForward):
    def forward(self, x):
        return torch.relu(self.net(x))


@misconception(
    "The ReLU acts on x, before the first layer. It belongs between the two layers.",
    name="relu-first",
)
class FeedForward(_FeedForward):
    def forward(self, x):
        return self.net[3](self.net[2](self.net[0](torch.relu(x))))


@misconception(
    "x is added to the output here. That residual connection belongs in Block: return what the network gives, alone.",
    name="residual-inside",
)
class FeedForward(_FeedForward):
    def forward(self, x):
        return x + self.net(x)


@misconception(
    "There is no dropout. It is the last of the four modules in self.net, and forward runs all four: self.net(x).",
    name="no-dropout",
)
class FeedForward(_FeedForward):
    def forward(self, x):
        return self.net[:3](x)


@misconception(
    "Dropout comes after the ReLU. It should come last, after the second linear layer.",
    name="dropout-after-relu",
)
class FeedForward(_FeedForward):
    def forward(self, x):
        return self.net[2](self.net[3](self.net[1](self.net[0](x))))


@misconception(
    "Dropout acts on x, before the first layer. It should come last, after the second linear layer.",
    name="dropout-first",
)
class FeedForward(_FeedForward):
    def forward(self, x):
        return self.net[:3](self.net[3](x))


@misconception(
    "Dropout goes on in evaluation mode. nn.Dropout knows the mode by itself; F.dropout must be told it, with "
    "training=self.training.",
    name="dropout-in-evaluation",
)
class FeedForward(_FeedForward):
    def forward(self, x):
        return nn.functional.dropout(self.net[:3](x), self.net[3].p)
