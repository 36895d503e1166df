"""What learners get wrong in lecture4.diagnostics."""

import math

import torch

from grader.checks import misconception


def _saturation(h, threshold=0.97):
    return (h.abs() > threshold).double().mean().item()


def _stats(out):
    return {"mean": out.mean().item(), "std": out.std().item(), "saturated": _saturation(out)}


# saturation


@misconception(
    "Only the positive tail is counted. tanh is flat on both sides: compare the magnitude, h.abs() > threshold.",
    name="abs-missing",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return (h > threshold).double().mean().item()


@misconception(
    "An activation at the threshold itself is counted. It is saturated only above: > in place of >=.",
    name="at-the-threshold",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return (h.abs() >= threshold).double().mean().item()


@misconception(
    "This is the share of those that are not saturated. Count the ones above the threshold.",
    name="the-others",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return (h.abs() <= threshold).double().mean().item()


@misconception(
    "This is the number of saturated activations. A share is asked for: divided by how many there are.",
    name="count",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return float((h.abs() > threshold).sum())


@misconception(
    "This is a percentage, as the lecture prints it. The share goes from 0 to 1: leave the factor of 100 out.",
    name="per-cent",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return 100 * _saturation(h, threshold)


@misconception(
    "This is the mean magnitude of the activations, not how many of them lie above the threshold.",
    name="mean-magnitude",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return h.abs().double().mean().item()


@misconception(
    "The threshold is 0.97 whatever is passed in. Compare with the argument.",
    name="threshold-fixed",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return (h.abs() > 0.97).double().mean().item()


@misconception(
    "The threshold is 0.99 where none is given. That is the one of dead units; here it is 0.97.",
    name="default-0.99",
    violates=("saturation_without_a_threshold",),
)
def saturation(h, threshold=0.99):
    return _saturation(h, threshold)


@misconception(
    "One number for each column is returned. The share is that of the whole tensor: one float.",
    name="column-by-column",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return (h.abs() > threshold).double().mean(0)


@misconception(
    "The share is a tensor here. A Python float is asked for: .item().",
    name="tensor",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return (h.abs() > threshold).double().mean()


@misconception(
    "The number is divided by the examples alone, so that the share of a wide layer is above 1. Divide by all numbers.",
    name="divided-by-rows",
    violates=("saturation",),
)
def saturation(h, threshold=0.97):
    return float((h.abs() > threshold).sum()) / len(h)


# dead_units


@misconception(
    "A unit counts as dead if one example alone finds it flat. It is dead only if all of them do: .all(0), not "
    ".any(0).",
    name="any-for-all",
    violates=("dead_tanh", "dead_relu"),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h.abs() > 0.99
    return flat.any(0)


@misconception(
    "This asks whether all units are flat for an example. It is the other way round, a unit for all examples: axis 0.",
    name="axis-1",
    violates=("dead_tanh", "dead_relu"),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h.abs() > 0.99
    return flat.all(1)


@misconception(
    "These are the units that live: all values are the wrong way round.",
    name="living",
    violates=("dead_tanh", "dead_relu"),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h.abs() > 0.99
    return ~flat.all(0)


@misconception(
    "This is how many units are dead. Which ones they are is asked for: a boolean for each.",
    name="number",
    violates=("dead_tanh", "dead_relu"),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h.abs() > 0.99
    return int(flat.all(0).sum())


@misconception(
    "These are the places of the dead units. A boolean for each unit is asked for: leave nonzero out.",
    name="places",
    violates=("dead_tanh", "dead_relu"),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h.abs() > 0.99
    return flat.all(0).nonzero()[:, 0]


@misconception(
    "Only the positive side of tanh is looked at. Near −1 it is as flat: h.abs() > 0.99.",
    name="one-side",
    violates=("dead_tanh",),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h > 0.99
    return flat.all(0)


@misconception(
    "A tanh unit that is at 1 for some examples and at −1 for others lives on here. It is flat for each of them, so "
    "none "
    "teaches it: ask .all(0) of h.abs() > 0.99.",
    name="sides-apart",
    violates=("dead_tanh",),
)
def dead_units(h, nonlinearity="tanh"):
    if nonlinearity == "relu":
        return (h == 0).all(0)
    return (h > 0.99).all(0) | (h < -0.99).all(0)


@misconception(
    "The limit for tanh is 0.97 here. That is where saturation begins; dead is what is always above 0.99.",
    name="limit-0.97",
    violates=("dead_tanh",),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h.abs() > 0.97
    return flat.all(0)


@misconception(
    "A tanh unit with an activation of exactly 0.99 counts as flat there. Only what is above does: > 0.99.",
    name="limit-included",
    violates=("dead_tanh",),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h == 0 if nonlinearity == "relu" else h.abs() >= 0.99
    return flat.all(0)


@misconception(
    "Units are judged by their mean magnitude. One example in the steep part is enough to teach a unit: ask each of "
    "them.",
    name="mean-over-examples",
    violates=("dead_tanh",),
)
def dead_units(h, nonlinearity="tanh"):
    if nonlinearity == "relu":
        return (h == 0).all(0)
    return h.abs().mean(0) > 0.99


@misconception(
    "The nonlinearity is not asked for: what is right for tanh is applied to relu. A ReLU is dead where it is "
    "always 0, "
    "and lives where it is large.",
    name="nonlinearity-ignored",
    violates=("dead_relu",),
)
def dead_units(h, nonlinearity="tanh"):
    return (h.abs() > 0.99).all(0)


@misconception(
    "A tanh unit that is 0 for every example counts as dead here. At 0 tanh is steepest; that is the sign of a dead "
    "ReLU.",
    name="both-rules",
    violates=("dead_tanh", "dead_relu"),
)
def dead_units(h, nonlinearity="tanh"):
    return (h.abs() > 0.99).all(0) | (h == 0).all(0)


@misconception(
    "A ReLU unit that is small but above 0 counts as dead. Where it is above 0 its slope is 1, however small it is: "
    "h == 0.",
    name="nearly-zero",
    violates=("dead_relu",),
)
def dead_units(h, nonlinearity="tanh"):
    flat = h < 0.01 if nonlinearity == "relu" else h.abs() > 0.99
    return flat.all(0)


# update_ratio


@misconception(
    "Means are compared, not standard deviations. A mean says nothing of how large numbers of both signs are: .std().",
    name="mean-for-std",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g.mean() / p.mean()).abs().log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "Mean magnitudes are compared, not standard deviations. The lecture's measure is .std().",
    name="mean-magnitude-for-std",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g.abs().mean() / p.abs().mean()).log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "Norms are compared, which do not take the mean away. The lecture's measure is the standard deviation, .std().",
    name="norm-for-std",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g.norm() / p.norm()).log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "There is one ratio for the whole model here. Each parameter has its own: what learns too fast would hide in it.",
    name="whole-model",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    p, g = (torch.cat([tensor.flatten() for tensor in tensors]) for tensors in (params, grads))
    return (lr * g.std() / p.std()).log10().item()


@misconception(
    "Each parameter is given the ratio of the whole model. Compare each gradient with its own parameter.",
    name="whole-model-repeated",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    p, g = (torch.cat([tensor.flatten() for tensor in tensors]) for tensors in (params, grads))
    return [(lr * g.std() / p.std()).log10().item()] * len(params)


@misconception(
    "The learning rate is missing. What is added to a parameter is lr · grad, not the gradient.",
    name="lr-missing",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(g.std() / p.std()).log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "The ratio is upside down. It is the update over the parameter, and −3 for a thousandth.",
    name="upside-down",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [-(lr * g.std() / p.std()).log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "This is the natural logarithm. The lecture counts in decades: log10.",
    name="natural",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g.std() / p.std()).log().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "This is the ratio itself. Its logarithm to the base 10 is asked for.",
    name="no-logarithm",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g.std() / p.std()).item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "Variances are compared here, so all ratios are doubled in decades and lr counts twice. Use .std().",
    name="variance-for-std",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [((lr * g).var() / p.var()).log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "The ratio is that of the gradient to the parameter after the step. Compare with the parameter as it is now.",
    name="after-the-step",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g.std() / (p - lr * g).std()).log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "The ratio is taken number by number, and its mean after that. Compare the two standard deviations.",
    name="elementwise",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g / p).abs().log10().mean().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "The ratios are tensors. Python floats are asked for: .item().",
    name="tensors-of-ratios",
    violates=("update_ratio",),
)
def update_ratio(params, grads, lr):
    return [(lr * g.std() / p.std()).log10() for p, g in zip(params, grads, strict=True)]


@misconception(
    "A small number is added before the logarithm, which makes −8 or so of minus infinity. A gradient that is zero has "
    "to show: take the logarithm of 0 as it is.",
    name="epsilon",
)
def update_ratio(params, grads, lr):
    return [(lr * g.std() / p.std() + 1e-8).log10().item() for p, g in zip(params, grads, strict=True)]


@misconception(
    "math.log10 refuses 0, and a gradient that is zero in all places leads there. The logarithm of a tensor is minus "
    "infinity then: (…).log10().item().",
    name="math-log10",
    violates=("update_ratio_without_a_gradient",),
)
def update_ratio(params, grads, lr):
    return [math.log10(lr * g.std() / p.std()) for p, g in zip(params, grads, strict=True)]


@misconception(
    "A parameter whose gradient is zero is left out, so that the ratios belong to others. Keep its place: minus "
    "infinity.",
    name="left-out",
    violates=("update_ratio_without_a_gradient",),
)
def update_ratio(params, grads, lr):
    pairs = zip(params, grads, strict=True)
    return [(lr * g.std() / p.std()).log10().item() for p, g in pairs if bool(g.any())]


@misconception(
    "The gradients are multiplied by lr in place, which changes the caller's: lr * g makes a new tensor.",
    name="grads-modified",
    violates=("arguments_stay_as_they_are",),
)
def update_ratio(params, grads, lr):
    return [(g.mul_(lr).std() / p.std()).log10().item() for p, g in zip(params, grads, strict=True)]


# activation_stats


@misconception(
    "All layers are thrown together. Each has a dict of its own: the point is to compare them.",
    name="layers-together",
    violates=("activation_stats", "saturation_of_layers"),
)
def activation_stats(layers):
    return [_stats(torch.cat([layer.out.flatten() for layer in layers]))]


@misconception(
    '"std" holds the variance. Take the root: out.std().',
    name="variance-in-stats",
    violates=("activation_stats",),
)
def activation_stats(layers):
    return [_stats(layer.out) | {"std": layer.out.var().item()} for layer in layers]


@misconception(
    '"std" is divided by n. out.std() divides by n − 1.',
    name="biased-std",
    violates=("activation_stats",),
)
def activation_stats(layers):
    return [_stats(layer.out) | {"std": layer.out.std(unbiased=False).item()} for layer in layers]


@misconception(
    '"mean" is the mean magnitude. Whether activations are centred shows only with their signs: out.mean().',
    name="mean-of-magnitudes",
    violates=("activation_stats",),
)
def activation_stats(layers):
    return [_stats(layer.out) | {"mean": layer.out.abs().mean().item()} for layer in layers]


@misconception(
    '"saturated" is a percentage. It is a share here, from 0 to 1.',
    name="per-cent-in-stats",
    violates=("saturation_of_layers",),
)
def activation_stats(layers):
    return [_stats(layer.out) | {"saturated": 100 * _saturation(layer.out)} for layer in layers]


@misconception(
    '"saturated" counts the positive tail alone. tanh is flat on both sides: out.abs() > 0.97.',
    name="one-tail-in-stats",
    violates=("saturation_of_layers",),
)
def activation_stats(layers):
    return [_stats(layer.out) | {"saturated": (layer.out > 0.97).double().mean().item()} for layer in layers]


@misconception(
    "The last layer is left out. The lecture does so because its last layer gives logits; here all that are passed in "
    "count.",
    name="last-left-out",
    violates=("activation_stats", "saturation_of_layers"),
)
def activation_stats(layers):
    return [_stats(layer.out) for layer in layers[:-1]]


@misconception(
    "The list is in reverse order. The first dict belongs to the first layer.",
    name="reversed",
    violates=("activation_stats", "saturation_of_layers"),
)
def activation_stats(layers):
    return [_stats(layer.out) for layer in reversed(layers)]
