"""What learners get wrong in lecture2.neural."""

from itertools import pairwise

import torch
import torch.nn.functional as F

from grader.checks import misconception


def _dataset(words, stoi, before=".", after="."):
    """The pairs of all words."""
    paths = [[stoi[c] for c in f"{before}{word}{after}"] for word in words]
    pairs = [pair for path in paths for pair in pairwise(path)]
    return torch.tensor([x for x, _ in pairs]), torch.tensor([y for _, y in pairs])


class _Training:
    """The right loop in steps; each wrong answer below replaces one of them."""

    def start(self, V):
        return torch.zeros(V, V)

    def data_loss(self, logits, ys):
        return F.cross_entropy(logits, ys)

    def decay(self, W, weight_decay):
        return weight_decay * (W**2).mean()

    def lr(self, step, lr):
        return lr

    def direction(self, gradient):
        return gradient

    def noted(self, loss, data_loss):
        return loss.item()

    def run(self, xs, ys, steps, lr, weight_decay):
        W = self.start(int(torch.cat([xs, ys]).max()) + 1)
        losses = []
        for step in range(steps):
            W = W.detach().requires_grad_()
            data_loss = self.data_loss(W[xs], ys)
            loss = data_loss + self.decay(W, weight_decay)
            losses.append(self.noted(loss, data_loss))
            (gradient,) = torch.autograd.grad(loss, W)
            W = W - self.lr(step, lr) * self.direction(gradient)
        return W.detach(), losses


# bigram_dataset


@misconception(
    "The pair that ends each word is missing. Wrap each word in a dot on each side: '.' + word + '.'.",
    name="no-end",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    return _dataset(words, stoi, after="")


@misconception(
    "The pair that begins each word is missing. Wrap each word in a dot on each side: '.' + word + '.'.",
    name="no-beginning",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    return _dataset(words, stoi, before="")


@misconception(
    "There are two dots on each side, as the notes print it, so that the pair ('.', '.') comes twice a word. One dot "
    "on each side is right.",
    name="two-dots",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    return _dataset(words, stoi, "..", "..")


@misconception(
    "The two are exchanged: xs holds the first character of each pair, ys the one that follows it.",
    name="exchanged",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    xs, ys = _dataset(words, stoi)
    return ys, xs


@misconception(
    "These are the pairs of the first word alone. Take those of all words.",
    name="first-word",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    return _dataset(words[:1], stoi)


@misconception(
    "Each pair comes once, however often it occurs. Every occurrence is an example.",
    name="pairs-once",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    pairs = list(dict.fromkeys(zip(*(t.tolist() for t in _dataset(words, stoi)), strict=True)))
    return torch.tensor([x for x, _ in pairs]), torch.tensor([y for _, y in pairs])


@misconception(
    "The numbers are floats: torch.Tensor makes them. Indices are integers: torch.tensor keeps them so.",
    name="floats",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    xs, ys = _dataset(words, stoi)
    return xs.float(), ys.float()


@misconception(
    "The numbers are of 32 bits. torch.tensor makes int64 of a list of int, which is wanted here.",
    name="int32",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    xs, ys = _dataset(words, stoi)
    return xs.int(), ys.int()


@misconception(
    "The first characters come as one-hot rows. xs holds their numbers, (M,): forward makes rows of them.",
    name="one-hot-already",
    violates=("dataset",),
)
def bigram_dataset(words, stoi):
    xs, ys = _dataset(words, stoi)
    return F.one_hot(xs, len(stoi)).float(), ys


@misconception(
    "The dots are written into the caller's own words. Make a new text of each: '.' + word + '.'.",
    name="words-changed",
    violates=("arguments_stay_as_they_are",),
)
def bigram_dataset(words, stoi):
    pairs = _dataset(words, stoi)
    words[:] = [f".{word}." for word in words]
    return pairs


# forward


@misconception(
    "These are probabilities. forward returns the logits, before the softmax.",
    name="softmax-in-forward",
    violates=("logits",),
)
def forward(W, xs):
    return W[xs].softmax(1)


@misconception(
    "These are exp(logits), the unnormalised counts. forward returns the logits themselves.",
    name="counts",
    violates=("logits",),
)
def forward(W, xs):
    return W[xs].exp()


@misconception(
    "These are log-probabilities: the softmax has been through. forward returns the logits, as they stand in W.",
    name="log-softmax-in-forward",
    violates=("logits",),
)
def forward(W, xs):
    return W[xs].log_softmax(1)


@misconception(
    "A column of W is read for a row. xs @ W in one-hot takes row xs[m]: W[xs].",
    name="columns",
    violates=("logits",),
)
def forward(W, xs):
    return W.T[xs]


@misconception(
    "The one-hot rows are 27 wide, whatever W is. num_classes is the width of W: W.shape[0].",
    name="always-27",
    violates=("logits",),
)
def forward(W, xs):
    return F.one_hot(xs, 27).float() @ W


@misconception(
    "The one-hot rows are only as wide as these xs need: F.one_hot(xs) without num_classes looks at the largest. Give "
    "it the width of W.",
    name="one-hot-without-classes",
    violates=("logits",),
)
def forward(W, xs):
    return F.one_hot(xs).float() @ W


@misconception(
    "The logits are cut off from W, so that no gradient reaches it and nothing is learned. Use W itself: no .data, no "
    "detach, no no_grad.",
    name="detached",
    violates=("gradient",),
)
def forward(W, xs):
    return W.detach()[xs]


@misconception(
    "The logits are float32 whatever W is. One-hot rows of the dtype of W, .to(W.dtype), or W[xs], keep it.",
    name="float32-logits",
    violates=("logits_in_float64",),
)
def forward(W, xs):
    return W.float()[xs]


# train


@misconception(
    "The gradients of earlier steps are added to those of this one. Clear them before each backward(): W.grad = None.",
    name="gradients-add-up",
    violates=("steps",),
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        total = 0.0

        def direction(self, gradient):
            self.total = self.total + gradient
            return self.total

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The step goes uphill. The gradient points to where the loss grows: W − lr · gradient.",
    name="uphill",
    violates=("one_step",),
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def direction(self, gradient):
            return -gradient

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The loss is a sum over the pairs, so that each step is M times as long. Take the mean.",
    name="sum-for-mean",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def data_loss(self, logits, ys):
            return F.cross_entropy(logits, ys, reduction="sum")

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The softmax runs over the pairs. Each pair has a distribution of its own over the V characters: dim=1.",
    name="softmax-over-pairs",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def data_loss(self, logits, ys):
            return F.nll_loss(logits.log_softmax(0), ys)

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The softmax is taken twice: F.cross_entropy wants logits, and does the softmax itself.",
    name="softmax-twice",
    violates=("one_step",),
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def data_loss(self, logits, ys):
            return F.cross_entropy(logits.softmax(1), ys)

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The logarithm is taken of exp(logits), which is not normalised: divide each row by its sum first, as softmax.",
    name="not-normalised",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def data_loss(self, logits, ys):
            return -logits.exp()[torch.arange(len(ys)), ys].log().mean()

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The columns of W are learned for the rows: the two numbers of each pair are exchanged. The logits of pair m are "
    "row xs[m], the target is ys[m].",
    name="learns-columns",
    violates=("one_step",),
)
def train(xs, ys, steps, lr, weight_decay):
    W, losses = _Training().run(xs, ys, steps, lr, weight_decay)
    return W.T.contiguous(), losses


@misconception(
    "The learning rate falls during training. Here it is the same in every step.",
    name="lr-falls",
    violates=("steps",),
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def lr(self, step, lr):
            return lr / (1 + step)

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "A speed is carried over from step to step, as momentum has it. Here nothing is but W.",
    name="momentum",
    violates=("steps",),
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        speed = 0.0

        def direction(self, gradient):
            self.speed = 0.9 * self.speed + gradient
            return self.speed

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The weights are not decayed. Add weight_decay · mean(W²) to the loss before the gradient is taken.",
    name="no-decay",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def decay(self, W, weight_decay):
            return 0.0 * W.sum()

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The decay has the wrong sign and drives the weights apart. It is added to the loss: + weight_decay · mean(W²).",
    name="decay-sign",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def decay(self, W, weight_decay):
            return -weight_decay * (W**2).mean()

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The decay takes the sum of W², which is V² times their mean.",
    name="decay-sum",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def decay(self, W, weight_decay):
            return weight_decay * (W**2).sum()

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The decay takes magnitudes for squares. It is weight_decay · mean(W²).",
    name="decay-of-magnitudes",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def decay(self, W, weight_decay):
            return weight_decay * W.abs().mean()

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The decay carries a ½. It is weight_decay · mean(W²), as the lecture has it.",
    name="decay-halved",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def decay(self, W, weight_decay):
            return weight_decay * (W**2).mean() / 2

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The decay is 0.01, whatever weight_decay is passed in. Multiply by the argument.",
    name="decay-fixed",
    violates=("steps",),
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def decay(self, W, weight_decay):
            return 0.01 * (W**2).mean()

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The loss is noted without the decay. Note the one whose gradient is taken, decay included.",
    name="loss-without-decay",
    violates=("losses",),
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def noted(self, loss, data_loss):
            return data_loss.item()

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The loss is noted after the update. Note the one that the gradient belongs to, before it.",
    name="loss-after-update",
    violates=("first_loss",),
)
def train(xs, ys, steps, lr, weight_decay):
    W, losses = _Training().run(xs, ys, steps, lr, weight_decay)
    return W, [*losses[1:], (F.cross_entropy(W[xs], ys) + weight_decay * (W**2).mean()).item()]


@misconception(
    "The losses are tensors. A list of Python floats is wanted: .item() makes one of each.",
    name="losses-are-tensors",
    violates=("first_loss",),
)
def train(xs, ys, steps, lr, weight_decay):
    W, losses = _Training().run(xs, ys, steps, lr, weight_decay)
    return W, [torch.tensor(loss) for loss in losses]


@misconception(
    "Only the last loss comes back. Note one in each step, in a list.",
    name="last-loss-only",
    violates=("first_loss",),
)
def train(xs, ys, steps, lr, weight_decay):
    W, losses = _Training().run(xs, ys, steps, lr, weight_decay)
    return W, losses[-1]


@misconception(
    "One step too few is taken, or the W of before the last step comes back. Each of the steps ends with an update.",
    name="one-step-too-few",
)
def train(xs, ys, steps, lr, weight_decay):
    W, losses = _Training().run(xs, ys, steps, lr, weight_decay)
    return _Training().run(xs, ys, steps - 1, lr, weight_decay)[0] if steps > 1 else torch.zeros_like(W), losses


@misconception(
    "W starts as ones. In a softmax that is as good as zeros, but the decay pulls at it: start with torch.zeros.",
    name="starts-with-ones",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def start(self, V):
            return torch.ones(V, V)

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "W starts with random numbers, as in the lecture. Here it starts as zeros: torch.zeros((V, V), …).",
    name="starts-at-random",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def start(self, V):
            return torch.randn((V, V), generator=torch.Generator().manual_seed(2147483647))

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "W is 27 by 27, whatever the pairs. V is one more than the largest number in xs and ys.",
    name="trains-27",
)
def train(xs, ys, steps, lr, weight_decay):
    class Wrong(_Training):
        def start(self, V):
            return torch.zeros(27, 27)

    return Wrong().run(xs, ys, steps, lr, weight_decay)


@misconception(
    "The softmax of W comes back. Return W itself, the logits.",
    name="probabilities-for-W",
    violates=("one_step",),
)
def train(xs, ys, steps, lr, weight_decay):
    W, losses = _Training().run(xs, ys, steps, lr, weight_decay)
    return W.softmax(1), losses
