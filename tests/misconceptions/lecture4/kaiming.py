"""What learners get wrong in lecture4.kaiming."""

import math

import torch

from grader.checks import misconception

_GAINS = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2.0),
    "leaky_relu": math.sqrt(2.0 / (1 + 0.01**2)),
}


def _gain(name, **others):
    """The right gains, but for those that are named."""
    gains = _GAINS | others
    if name not in gains:
        raise ValueError(name)
    return gains[name]


# gain


@misconception(
    "These are the squares of the gains, 2 for relu and 25/9 for tanh: they belong to the variance. A gain "
    "multiplies the "
    "standard deviation: √2 and 5/3.",
    name="gain-squared",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity) ** 2


@misconception(
    "The gain of relu is 2 here. 2 is what the variance is multiplied by; the standard deviation, and so the gain, "
    "has √2.",
    name="relu-without-root",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, relu=2.0)


@misconception(
    "The gain of relu is 1/√2 here. relu takes half of the mean square away, and the weights make up for it: √2.",
    name="relu-inverted",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, relu=math.sqrt(0.5))


@misconception(
    "The gain of relu is 1, as though nothing followed the layer. relu makes half of its input 0: √2.",
    name="relu-1",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, relu=1.0)


@misconception(
    "The gain of tanh is 1 here. tanh squashes, and 5/3 fights the squeezing: otherwise the activations shrink a "
    "little in "
    "each layer.",
    name="tanh-1",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, tanh=1.0)


@misconception(
    "The gain of tanh is 3/5, upside down: tanh shrinks what comes, so the weights are larger, by 5/3.",
    name="tanh-inverted",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, tanh=3 / 5)


@misconception(
    "The gain of tanh is whole: 5 // 3 is 1. Write 5 / 3.",
    name="tanh-whole",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, tanh=5 // 3)


@misconception(
    "The gain of tanh is rounded. Write the fraction, 5 / 3.",
    name="tanh-rounded",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, tanh=1.67)


@misconception(
    "leaky_relu has the gain of relu here. A hundredth of what is on its left comes through, and the gain is a little "
    "smaller for it: √(2/(1 + 0.01²)).",
    name="leaky-as-relu",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, leaky_relu=math.sqrt(2.0))


@misconception(
    "The slope of leaky_relu is not squared. Mean squares are compared, so it is √(2/(1 + 0.01²)).",
    name="slope-not-squared",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, leaky_relu=math.sqrt(2.0 / (1 + 0.01)))


@misconception(
    "The gain of sigmoid is taken from tanh here. torch has 1 for it.",
    name="sigmoid-as-tanh",
    violates=("gain",),
)
def gain(nonlinearity):
    return _gain(nonlinearity, sigmoid=5 / 3)


@misconception(
    "sigmoid is refused here as though it were no name. torch has a gain for it, 1.",
    name="sigmoid-missing",
    violates=("gain",),
)
def gain(nonlinearity):
    if nonlinearity == "sigmoid":
        raise ValueError(f"no gain is known for {nonlinearity!r}")
    return _gain(nonlinearity)


@misconception(
    "A name that is not known gets the gain 1. A slip of the pen would then cost a training run: raise ValueError.",
    name="default-of-1",
    violates=("other_names_are_refused",),
)
def gain(nonlinearity):
    return _GAINS.get(nonlinearity, 1.0)


@misconception(
    "A name that is not known gets None, for no line of the function is for it: raise ValueError.",
    name="none-for-others",
    violates=("other_names_are_refused",),
)
def gain(nonlinearity):
    return _GAINS.get(nonlinearity)


@misconception(
    "A name that is not known ends in a KeyError. The exercise asks for ValueError: look first whether the name is "
    "there.",
    name="key-error",
    violates=("other_names_are_refused",),
)
def gain(nonlinearity):
    return _GAINS[nonlinearity]


# kaiming_normal


@misconception(
    "The scale comes from fan_out. Each output adds up fan_in products, and fan_out only says how many outputs "
    "there are: "
    "gain/√fan_in.",
    name="fan-out",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * _gain(nonlinearity) / fan_out**0.5


@misconception(
    "The root is missing: gain/fan_in. Variances add up, so the standard deviation of a sum grows with √fan_in, and "
    "√fan_in is what to divide by.",
    name="without-root",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * _gain(nonlinearity) / fan_in


@misconception(
    "The variance is taken for the standard deviation: gain²/fan_in. A normal number times s has the variance s², so "
    "multiply by the root of it, gain/√fan_in.",
    name="variance-for-std",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * _gain(nonlinearity) ** 2 / fan_in


@misconception(
    "The gain is squared, but √fan_in is right. The gain is a factor of the standard deviation: gain/√fan_in.",
    name="gain-squared-in-scale",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * _gain(nonlinearity) ** 2 / fan_in**0.5


@misconception(
    "The gain stands under the root as well, √(gain/fan_in). For relu it holds the root of 2 already: gain/√fan_in.",
    name="gain-under-root",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * (_gain(nonlinearity) / fan_in) ** 0.5


@misconception(
    "The gain is not used: what follows the layer makes no difference here. The scale is gain(nonlinearity)/√fan_in.",
    name="gain-ignored",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) / fan_in**0.5


@misconception(
    "The gain is that of relu, √2, whatever follows the layer. Ask gain(nonlinearity).",
    name="always-relu",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * (2 / fan_in) ** 0.5


@misconception(
    "The gain is that of tanh, 5/3, whatever follows the layer, as in the lecture's own network. Ask "
    "gain(nonlinearity).",
    name="always-tanh",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * (5 / 3) / fan_in**0.5


@misconception(
    "Multiplied by √fan_in where one divides: the more terms a sum has, the smaller each must be. gain/√fan_in.",
    name="multiplied",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * _gain(nonlinearity) * fan_in**0.5


@misconception(
    "These are standard normal numbers, not scaled at all: each layer makes the signal √fan_in times as large. "
    "Multiply by "
    "gain/√fan_in.",
    name="not-scaled",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator)


@misconception(
    "The scale is a fixed 0.2, which the lecture found by trying, for one layer. The principle replaces it: "
    "gain/√fan_in.",
    name="magic-number",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator) * 0.2


@misconception(
    "This is Glorot's scale, √(2/(fan_in + fan_out)), a compromise between both passes. Kaiming's keeps the forward "
    "one: "
    "gain/√fan_in.",
    name="glorot",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    scale = _gain(nonlinearity) * (2 / (fan_in + fan_out)) ** 0.5
    return torch.randn((fan_in, fan_out), generator=generator) * scale


@misconception(
    "The weights are (fan_out, fan_in), as nn.Linear has them. Here the inputs come first, for x @ W: (fan_in, "
    "fan_out).",
    name="transposed",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_out, fan_in), generator=generator) * _gain(nonlinearity) / fan_in**0.5


@misconception(
    "These weights are uniform, of the right standard deviation. kaiming_normal draws normal ones: torch.randn.",
    name="uniform",
    violates=("the_generator_decides",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    bound = 3**0.5 * _gain(nonlinearity) / fan_in**0.5
    return (2 * torch.rand((fan_in, fan_out), generator=generator) - 1) * bound


@misconception(
    "torch.rand is uniform from 0 to 1, and holds no negative weight: torch.randn is the normal one.",
    name="rand-for-randn",
    violates=("a_signal_through_twenty_layers",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.rand((fan_in, fan_out), generator=generator) * _gain(nonlinearity) / fan_in**0.5


@misconception(
    "The generator is not passed on, so the weights come from torch's global one: torch.randn(…, generator=generator).",
    name="generator-ignored",
    violates=("no_other_generator",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out)) * _gain(nonlinearity) / fan_in**0.5


@misconception(
    "A generator of its own, with a fixed seed, is made in every call, so all layers of one size start equal: use "
    "the one "
    "that is passed in.",
    name="own-generator",
    violates=("no_other_generator",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    mine = torch.Generator().manual_seed(2147483647)
    return torch.randn((fan_in, fan_out), generator=mine) * _gain(nonlinearity) / fan_in**0.5


@misconception(
    "The generator is seeded anew before drawing, so it gives the same weights in every call. Who passes it in has "
    "seeded "
    "it: only draw.",
    name="reseeded",
    violates=("no_other_generator",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    generator = generator.manual_seed(42)
    return torch.randn((fan_in, fan_out), generator=generator) * _gain(nonlinearity) / fan_in**0.5


@misconception(
    "The weights are divided by their own standard deviation first. One matrix's differs from 1 by chance, and of a "
    "single "
    "number there is none: only multiply, by gain/√fan_in.",
    name="standardised",
    violates=("the_generator_decides",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    W = torch.randn((fan_in, fan_out), generator=generator)
    return W / W.std() * _gain(nonlinearity) / fan_in**0.5


@misconception(
    "The weights are float64. Parameters are float32 in torch unless one says otherwise: leave dtype out.",
    name="float64",
    violates=("the_generator_decides",),
)
def kaiming_normal(fan_in, fan_out, nonlinearity, generator):
    return torch.randn((fan_in, fan_out), generator=generator).double() * _gain(nonlinearity) / fan_in**0.5
