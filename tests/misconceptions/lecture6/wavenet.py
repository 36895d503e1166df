"""What learners get wrong in lecture6.wavenet."""

import torch

from grader.checks import misconception

from .batchnorm3d import BatchNorm1d
from .embedding import Embedding
from .flatten import FlattenConsecutive
from .sequential import Sequential


class _Linear:
    def __init__(self, fan_in, fan_out, bias=True):
        self.weight = torch.randn((fan_in, fan_out)) / fan_in**0.5
        self.bias = torch.zeros(fan_out) if bias else None

    def __call__(self, x):
        out = x @ self.weight
        return out if self.bias is None else out + self.bias

    def parameters(self):
        return [self.weight] if self.bias is None else [self.weight, self.bias]


class _Layer:
    """A function as a layer."""

    def __init__(self, function):
        self.function = function

    def __call__(self, x):
        return self.function(x)

    def parameters(self):
        return []


def _tanh():
    return _Layer(torch.tanh)


def _level(width, hidden):
    return [FlattenConsecutive(2), _Linear(2 * width, hidden, bias=False), BatchNorm1d(hidden), _tanh()]


def _ask(block_size):
    if block_size < 2 or block_size & (block_size - 1):
        raise ValueError("no power of two")


def _last(hidden, vocab):
    layer = _Linear(hidden, vocab)
    layer.weight *= 0.1
    return [layer]


def _build(vocab, block_size, emb, hidden, *, ask=_ask, embedding=Embedding, level=_level, last=_last, fewer=0):
    """The right network in parts; the wrong answers below replace one of them."""
    ask(block_size)
    layers, width = [embedding(vocab, emb)], emb
    for _ in range(block_size.bit_length() - 1 - fewer):
        layers += level(width, hidden)
        width = hidden
    return Sequential(layers + last(width, vocab))


# the tree


@misconception(
    "All characters are flattened at once: this is the network of lecture 3 with a longer context. Fuse two at a "
    "time, level by level: FlattenConsecutive(2).",
    name="flat",
    violates=("shapes",),
)
def build_wavenet(vocab, block_size, emb, hidden):
    _ask(block_size)
    flat = [FlattenConsecutive(block_size), _Linear(block_size * emb, hidden, bias=False)]
    return Sequential([Embedding(vocab, emb), *flat, BatchNorm1d(hidden), _tanh(), *_last(hidden, vocab)])


@misconception(
    "There are always three levels, as for 8 characters. It takes as many as block_size can be halved.",
    name="always-three-levels",
    violates=("shapes",),
)
def build_wavenet(vocab, block_size, emb, hidden):
    _ask(block_size)
    return _build(vocab, 8, emb, hidden)


@misconception(
    "A level is missing: after the last one two places are left, and there are logits for each. Halve until one "
    "is left.",
    name="one-level-short",
    violates=("shapes",),
)
def build_wavenet(*sizes):
    return _build(*sizes, fewer=1)


@misconception(
    "The levels are doubled: behind each fusion there are two Linear layers. One for each level is wanted.",
    name="two-layers-a-level",
    violates=("shapes",),
)
def build_wavenet(*sizes):
    def level(width, hidden):
        return [*_level(width, hidden), _Linear(hidden, hidden, bias=False), BatchNorm1d(hidden), _tanh()]

    return _build(*sizes, level=level)


@misconception(
    "Nothing is fused after the first level: FlattenConsecutive(2) stands at the beginning of each.",
    name="fused-once",
    violates=("shapes",),
)
def build_wavenet(vocab, block_size, emb, hidden):
    _ask(block_size)
    layers = [Embedding(vocab, emb), *_level(emb, hidden)]
    for _ in range(block_size.bit_length() - 2):
        layers += [_Linear(hidden, hidden, bias=False), BatchNorm1d(hidden), _tanh()]
    return Sequential(layers + _last(hidden, vocab))


@misconception(
    "The levels get wider, twice as wide each. All of them have hidden numbers a node.",
    name="wider-and-wider",
    violates=("shapes",),
)
def build_wavenet(vocab, block_size, emb, hidden):
    _ask(block_size)
    layers, width, wide = [Embedding(vocab, emb)], emb, hidden
    for _ in range(block_size.bit_length() - 1):
        layers += _level(width, wide)
        width, wide = wide, 2 * wide
    return Sequential(layers + _last(width, vocab))


@misconception(
    "The logits go through tanh, and can never be larger than 1. The last Linear layer is the end.",
    name="tanh-of-logits",
    violates=("shapes",),
)
def build_wavenet(*sizes):
    return _build(*sizes, last=lambda width, vocab: [*_last(width, vocab), _tanh()])


@misconception(
    "A softmax stands at the end. The network gives logits, and the loss makes probabilities of them.",
    name="softmax",
    violates=("shapes",),
)
def build_wavenet(*sizes):
    return _build(*sizes, last=lambda width, vocab: [*_last(width, vocab), _Layer(lambda x: x.softmax(-1))])


@misconception(
    "The logits are normalised by a batch normalisation. It stands in the levels alone.",
    name="normalised-logits",
    violates=("shapes",),
)
def build_wavenet(*sizes):
    return _build(*sizes, last=lambda width, vocab: [*_last(width, vocab), BatchNorm1d(vocab)])


@misconception(
    "There is no batch normalisation. It stands behind each Linear layer of the levels.",
    name="no-batchnorm",
    violates=("shapes",),
)
def build_wavenet(*sizes):
    return _build(
        *sizes, level=lambda width, hidden: [layer for n, layer in enumerate(_level(width, hidden)) if n != 2]
    )


@misconception(
    "There is no tanh, so that the whole tree is linear but for its normalisations. It ends each level.",
    name="no-tanh",
    violates=("shapes",),
)
def build_wavenet(*sizes):
    return _build(*sizes, level=lambda width, hidden: _level(width, hidden)[:3])


# parameters


@misconception(
    "The Linear layers of the levels have a bias, which the batch normalisation behind each subtracts again: "
    "bias=False.",
    name="bias-for-nothing",
    violates=("parameters",),
)
def build_wavenet(*sizes):
    def level(width, hidden):
        return [FlattenConsecutive(2), _Linear(2 * width, hidden), BatchNorm1d(hidden), _tanh()]

    return _build(*sizes, level=level)


@misconception(
    "The last Linear layer has no bias. Nothing behind it would subtract one, and it learns how frequent each "
    "character is: leave bias=False out there.",
    name="no-last-bias",
    violates=("parameters",),
)
def build_wavenet(*sizes):
    def last(width, vocab):
        layer = _Linear(width, vocab, bias=False)
        layer.weight *= 0.1
        return [layer]

    return _build(*sizes, last=last)


@misconception(
    "The levels share one Linear layer from the second on. Each has its own, made in the loop.",
    name="levels-share-a-linear",
    violates=("parameters",),
)
def build_wavenet(*sizes):
    kept = {}

    def level(width, hidden):
        layers = _level(width, hidden)
        layers[1] = kept.setdefault(width, layers[1])
        return layers

    return _build(*sizes, level=level)


@misconception(
    "All levels share one batch normalisation, and with it one mean and one variance. Each has its own, made in "
    "the loop.",
    name="levels-share-a-batchnorm",
    violates=("parameters",),
)
def build_wavenet(*sizes):
    kept = []

    def level(width, hidden):
        layers = _level(width, hidden)
        kept.append(layers[2])
        layers[2] = kept[0]
        return layers

    return _build(*sizes, level=level)


# what it computes


@misconception(
    "The batch normalisation stands behind the tanh. It stands before it, so that tanh gets numbers of the right size.",
    name="tanh-first",
    violates=("logits",),
)
def build_wavenet(*sizes):
    def level(width, hidden):
        flatten, linear, norm, tanh = _level(width, hidden)
        return [flatten, linear, tanh, norm]

    return _build(*sizes, level=level)


@misconception(
    "The nonlinearity is relu. Here it is tanh.",
    name="relu",
    violates=("logits",),
)
def build_wavenet(*sizes):
    return _build(*sizes, level=lambda width, hidden: [*_level(width, hidden)[:3], _Layer(torch.relu)])


@misconception(
    "The nonlinearity is a sigmoid. Here it is tanh.",
    name="sigmoid",
    violates=("logits",),
)
def build_wavenet(*sizes):
    return _build(*sizes, level=lambda width, hidden: [*_level(width, hidden)[:3], _Layer(torch.sigmoid)])


def _far_pairs(x):
    B, T, C = x.shape
    return x.reshape(B, 2, T // 2, C).transpose(1, 2).reshape(B, T // 2, 2 * C).squeeze(1)


@misconception(
    "The pairs are made of places that lie far apart: 0 and 4, 1 and 5. Neighbours are fused, by "
    "FlattenConsecutive(2).",
    name="far-pairs",
    violates=("logits", "hierarchy"),
)
def build_wavenet(*sizes):
    return _build(*sizes, level=lambda width, hidden: [_Layer(_far_pairs), *_level(width, hidden)[1:]])


@misconception(
    "Each node gets the mean of its whole level as well, so that every character reaches every node. What a node "
    "knows comes from its own subtree.",
    name="whole-level",
    violates=("logits", "hierarchy"),
)
def build_wavenet(*sizes):
    def level(width, hidden):
        mixed = _Layer(lambda x: torch.tanh(x + x.mean(1, keepdim=True)) if x.ndim == 3 else torch.tanh(x))
        return [*_level(width, hidden)[:3], mixed]

    return _build(*sizes, level=level)


@misconception(
    "No gradient gets past the embedding: what it looks up is detached. Its table is trained as all else is.",
    name="embedding-detached",
    violates=("gradients",),
)
def build_wavenet(*sizes):
    def level(width, hidden):
        layers = _level(width, hidden)
        return [_Layer(lambda x: layers[0](x.detach())), *layers[1:]] if width == sizes[2] else layers

    return _build(*sizes, level=level)


# first weights


@misconception(
    "The last weight is not scaled down, so that a new network is surer of itself than it should be. Multiply it "
    "by 0.1.",
    name="last-not-scaled",
    violates=("first_loss",),
)
def build_wavenet(*sizes):
    return _build(*sizes, last=lambda width, vocab: [_Linear(width, vocab)])


@misconception(
    "The last weight is all zeros. The first loss is ln V then, but no gradient gets past this layer in the "
    "first step: multiply it by 0.1.",
    name="last-zero",
    violates=("first_loss",),
)
def build_wavenet(*sizes):
    def last(width, vocab):
        (layer,) = _last(width, vocab)
        layer.weight *= 0
        return [layer]

    return _build(*sizes, last=last)


@misconception(
    "The weights of the levels are scaled by 5/3, the gain of tanh. The batch normalisation behind them takes "
    "any factor out again: leave them as Linear has them.",
    name="gain",
    violates=("first_weights",),
)
def build_wavenet(*sizes):
    def level(width, hidden):
        layers = _level(width, hidden)
        layers[1].weight *= 5 / 3
        return layers

    return _build(*sizes, level=level)


@misconception(
    "gamma is scaled down in the last level. It is the weight of the last Linear layer that is multiplied by 0.1.",
    name="gamma-scaled",
)
def build_wavenet(*sizes):
    net = _build(*sizes, last=lambda width, vocab: [_Linear(width, vocab)])
    net.layers[-3].gamma *= 0.1
    return net


# lengths


@misconception(
    "A block_size that is no power of two is taken, and fails, or loses characters, when the network is called. "
    "Raise ValueError when it is built.",
    name="any-length",
    violates=("other_lengths_are_refused",),
)
def build_wavenet(*sizes):
    return _build(*sizes, ask=lambda block_size: None)


@misconception(
    "Odd lengths alone are refused. 6 can be halved once, and 3 is left: ask whether it is a power of two.",
    name="odd-refused",
    violates=("other_lengths_are_refused",),
)
def build_wavenet(*sizes):
    def ask(block_size):
        if block_size < 2 or block_size % 2:
            raise ValueError("odd")

    return _build(*sizes, ask=ask)


@misconception(
    "A block_size of 1 is taken, a power of two all the same. There is nothing to fuse: ValueError.",
    name="one-taken",
    violates=("other_lengths_are_refused",),
)
def build_wavenet(*sizes):
    def ask(block_size):
        if block_size < 1 or block_size & (block_size - 1):
            raise ValueError("no power of two")

    return _build(*sizes, ask=ask)


@misconception(
    "A wrong block_size ends in an AssertionError. The exercise asks for ValueError: if …: raise ValueError(…).",
    name="assertion",
    violates=("other_lengths_are_refused",),
)
def build_wavenet(*sizes):
    def ask(block_size):
        assert block_size > 1
        assert not block_size & (block_size - 1), "no power of two"

    return _build(*sizes, ask=ask)
