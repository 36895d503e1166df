"""What learners get wrong in lecture10.optimizer."""

import math

import torch

from grader.checks import misconception


def _adamw(decayed, others, weight_decay, learning_rate, betas, **options):
    """The right optimizer of these two lists."""
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=betas, **options)


def _split(parameters, decays):
    """Two lists of parameters: those for which decays(p) is true, and the others."""
    parameters = list(parameters)
    return [p for p in parameters if decays(p)], [p for p in parameters if not decays(p)]


# what decays


@misconception(
    "Everything decays, gains and biases too. Only parameters of two axes or more do: give the others a group of their "
    "own, with weight_decay 0.",
    name="all-decay",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    return torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=betas, weight_decay=weight_decay)


@misconception(
    "Nothing decays with weight_decay: the argument is not used, and AdamW has a default of 0.01. Give the group of "
    "matrices weight_decay, and the other one 0.",
    name="weight_decay-ignored",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    return torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=betas)


@misconception(
    "The group of gains and biases has no weight_decay of its own, so that it gets AdamW's default, 0.01. Write 0.0.",
    name="default-decay-for-the-others",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2)
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others}]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=betas)


@misconception(
    "The two groups are swapped: gains and biases decay, and the matrices do not. Those with p.dim() >= 2 decay.",
    name="groups-swapped",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() < 2)
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    'The names decide: all that is called "weight" decays, the gains of normalisations too. Look at the dimension: '
    "p.dim() >= 2.",
    name="by-name",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed = [p for name, p in model.named_parameters() if "bias" not in name]
    others = [p for name, p in model.named_parameters() if "bias" in name]
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    'A matrix with "bias" in its name does not decay here, as in the printed listing. The dimension alone decides: '
    "p.dim() >= 2.",
    name="as-printed",
    violates=("the_name_does_not_matter",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed = [p for name, p in model.named_parameters() if p.dim() >= 2 and "bias" not in name]
    others = [p for name, p in model.named_parameters() if p.dim() < 2 or "bias" in name]
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    "Only parameters of exactly two axes decay. A convolution has three: p.dim() >= 2.",
    name="two-axes-exactly",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() == 2)
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    "Only parameters of more than two axes decay, and matrices have two: p.dim() >= 2.",
    name="more-than-two-axes",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() > 2)
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    "Embeddings do not decay here. They have two axes, and in GPT-2 the embedding is the head's matrix as well.",
    name="embeddings-left-out",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    tables = [id(m.weight) for m in model.modules() if isinstance(m, torch.nn.Embedding)]
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2 and id(p) not in tables)
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    "Gains and biases are in no group, so that nothing trains them. What does not decay is to be trained all the same: "
    "a second group, with weight_decay 0.",
    name="others-left-out",
    violates=("matrices_decay",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, _ = _split(model.parameters(), lambda p: p.dim() >= 2)
    return _adamw(decayed, [], weight_decay, learning_rate, betas)


@misconception(
    "A matrix that two modules share is collected from both, and takes two steps at a time. model.parameters() lists "
    "it once.",
    name="shared-twice",
    violates=("a_shared_matrix_counts_once",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    parameters = [p for module in model.modules() for p in module.parameters(recurse=False)]
    decayed, others = _split(parameters, lambda p: p.dim() >= 2)
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    "This is Adam, whose weight decay goes through the averages of the gradient. AdamW takes it off the weights "
    "directly: torch.optim.AdamW.",
    name="adam",
    violates=("steps",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2)
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.Adam(groups, lr=learning_rate, betas=betas)


@misconception(
    "The betas are not passed on, so that AdamW takes its own, (0.9, 0.999). Write betas=betas.",
    name="betas-ignored",
    violates=("steps",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2)
    return _adamw(decayed, others, weight_decay, learning_rate, (0.9, 0.999))


@misconception(
    "The betas are always those of the lecture, whatever is passed in. Write betas=betas.",
    name="betas-fixed",
    violates=("steps",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2)
    return _adamw(decayed, others, weight_decay, learning_rate, (0.9, 0.95))


@misconception(
    "The default of betas is torch's, (0.9, 0.999). For language models it is (0.9, 0.95).",
    name="default-betas-of-torch",
    violates=("default_betas",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.999)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2)
    return _adamw(decayed, others, weight_decay, learning_rate, betas)


@misconception(
    "The learning rate is the lecture's, 6e-4, whatever is passed in. Write lr=learning_rate.",
    name="learning-rate-fixed",
    violates=("steps",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2)
    return _adamw(decayed, others, weight_decay, 6e-4, betas)


@misconception(
    "amsgrad is switched on, which keeps the largest of the averages. All else stays at its default.",
    name="amsgrad",
    violates=("steps",),
)
def configure_optimizers(model, weight_decay, learning_rate, betas=(0.9, 0.95)):
    decayed, others = _split(model.parameters(), lambda p: p.dim() >= 2)
    return _adamw(decayed, others, weight_decay, learning_rate, betas, amsgrad=True)


# the learning rate


def _lr(step, max_lr, min_lr, warmup_steps, max_steps, *, warm=None, coefficient=None, fall=None, end=None):
    """The right rate, with one of its parts replaced."""
    if step < warmup_steps:
        return warm(step) if warm else max_lr * (step + 1) / warmup_steps
    if step >= max_steps:
        return min_lr if end is None else end(step)
    ratio = (step - warmup_steps) / (max_steps - warmup_steps)
    c = coefficient(ratio) if coefficient else 0.5 * (1 + math.cos(math.pi * ratio))
    return fall(c) if fall else min_lr + c * (max_lr - min_lr)


@misconception(
    "The warm-up begins at 0, so that the first step is for nothing, and ends one step too late. It is max_lr · "
    "(step + 1) / warmup_steps.",
    name="warm-up-from-0",
    violates=("warm_up",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, warm=lambda s: max_lr * s / warmup_steps)


@misconception(
    "The warm-up is divided by warmup_steps + 1, so that its last step has not yet max_lr. Divide by warmup_steps.",
    name="warm-up-over-one-more",
    violates=("warm_up",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, warm=lambda s: max_lr * (s + 1) / (warmup_steps + 1))


@misconception(
    "The warm-up begins at min_lr. It begins at max_lr / warmup_steps: max_lr · (step + 1) / warmup_steps.",
    name="warm-up-from-min_lr",
    violates=("warm_up",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    def warm(s):
        return min_lr + (max_lr - min_lr) * (s + 1) / warmup_steps

    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, warm=warm)


@misconception(
    "There is no warm-up: the first steps have max_lr, where the averages of AdamW know nothing yet. Let it rise: "
    "max_lr · (step + 1) / warmup_steps.",
    name="no-warm-up",
    violates=("warm_up",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, warm=lambda s: max_lr)


@misconception(
    "Behind max_steps the cosine goes on, and the rate rises again. From max_steps on it is min_lr.",
    name="rises-again",
    violates=("min_lr_for_ever",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    def end(s):
        ratio = (s - warmup_steps) / (max_steps - warmup_steps)
        return min_lr + 0.5 * (1 + math.cos(math.pi * ratio)) * (max_lr - min_lr)

    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, end=end)


@misconception(
    "Behind max_steps the rate is 0, and nothing is learnt any more. It is min_lr.",
    name="zero-at-the-end",
    violates=("min_lr_for_ever",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, end=lambda s: 0.0)


@misconception(
    "The rate falls to 0 and then jumps up to min_lr. Let it fall to min_lr: min_lr + coefficient · (max_lr − min_lr).",
    name="falls-to-0",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, fall=lambda c: c * max_lr)


@misconception(
    "min_lr is only a floor under a cosine that falls to 0. Let the cosine itself end there: min_lr + coefficient · "
    "(max_lr − min_lr).",
    name="min_lr-as-a-floor",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, fall=lambda c: max(c * max_lr, min_lr))


@misconception(
    "min_lr comes on top of the whole of max_lr, so that the rate jumps at the end of the warm-up. Write min_lr + "
    "coefficient · (max_lr − min_lr).",
    name="min_lr-on-top",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, fall=lambda c: min_lr + c * max_lr)


@misconception(
    "The coefficient goes from 2 to 0: half of 1 + cos is wanted, which goes from 1 to 0.",
    name="half-missing",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, coefficient=lambda r: 1 + math.cos(math.pi * r))


@misconception(
    "The coefficient is the cosine itself, which goes from 1 to −1: the rate falls below min_lr. Take (1 + cos) / 2.",
    name="bare-cosine",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, coefficient=lambda r: math.cos(math.pi * r))


@misconception(
    "This is a whole cosine, down and up again. Half of one is wanted: cos(π · ratio).",
    name="whole-cosine",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    def coefficient(r):
        return 0.5 * (1 + math.cos(2 * math.pi * r))

    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, coefficient=coefficient)


@misconception(
    "This is a quarter of a cosine, which is steepest at its end. Half of one is wanted: (1 + cos(π · ratio)) / 2.",
    name="quarter-cosine",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, coefficient=lambda r: math.cos(math.pi / 2 * r))


@misconception(
    "The rate falls along a straight line. Let it fall along half a cosine: slowly at first, and slowly at last.",
    name="straight-line",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, coefficient=lambda r: 1 - r)


@misconception(
    "The warm-up is counted as a part of the fall: the ratio begins above 0, and the rate jumps. It is (step − "
    "warmup_steps) / (max_steps − warmup_steps).",
    name="ratio-from-step-0",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    if warmup_steps <= step < max_steps:
        return min_lr + 0.5 * (1 + math.cos(math.pi * step / max_steps)) * (max_lr - min_lr)
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps)


@misconception(
    "The ratio is divided by max_steps, so that it does not come near 1, and the rate jumps at the end. Divide by "
    "max_steps − warmup_steps.",
    name="ratio-over-all-steps",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    if warmup_steps <= step < max_steps:
        ratio = (step - warmup_steps) / max_steps
        return min_lr + 0.5 * (1 + math.cos(math.pi * ratio)) * (max_lr - min_lr)
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps)


@misconception(
    "The fall begins one step too early: the ratio of the first step behind the warm-up is 0, without the + 1.",
    name="fall-one-step-early",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    if warmup_steps <= step < max_steps:
        return _lr(min(step + 1, max_steps), max_lr, min_lr, warmup_steps, max_steps)
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps)


@misconception(
    "The angle is in degrees, and math.cos takes radians: cos(math.pi · ratio).",
    name="degrees",
    violates=("half_a_cosine",),
)
def cosine_lr(step, max_lr, min_lr, warmup_steps, max_steps):
    return _lr(step, max_lr, min_lr, warmup_steps, max_steps, coefficient=lambda r: 0.5 * (1 + math.cos(180 * r)))


# clipping


def _norm(grads):
    """The norm of all gradients together."""
    return math.sqrt(sum(g.square().sum().item() for g in grads))


def _grads(parameters):
    """The gradients that are there."""
    return [p.grad for p in parameters if p.grad is not None]


def _scale(grads, norm, max_norm):
    """Scale them down where they are too large."""
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)


@misconception(
    "Every gradient is brought to max_norm, small ones too: they are made larger. Scale only where the norm is above "
    "max_norm.",
    name="always-rescaled",
    violates=("small_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    for g in grads:
        g.mul_(max_norm / norm if norm else 1.0)
    return norm


@misconception(
    "Each gradient is clipped by its own norm, so that the direction of the step changes. Take the norm of all "
    "together, and one factor.",
    name="norm-of-each",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    for g in grads:
        _scale([g], _norm([g]), max_norm)
    return norm


@misconception(
    "Numbers are cut off at ±max_norm one by one, so that the direction of the step changes. Multiply all by one "
    "factor, max_norm / norm.",
    name="clipped-by-value",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    for g in grads:
        g.clamp_(-max_norm, max_norm)
    return norm


@misconception(
    "The factor is max_norm, where it should be max_norm / norm.",
    name="factor-max_norm",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm)
    return norm


@misconception(
    "Too large gradients are brought to the norm 1. Bring them to max_norm: the factor is max_norm / norm.",
    name="factor-one-over-norm",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    if norm > max_norm:
        for g in grads:
            g.div_(norm)
    return norm


@misconception(
    "Too large gradients are thrown away: they are set to 0. Scale them down to max_norm.",
    name="thrown-away",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    if norm > max_norm:
        for g in grads:
            g.zero_()
    return norm


@misconception(
    "The parameters are scaled, and not their gradients. Multiply p.grad.",
    name="parameters-scaled",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    parameters = list(parameters)
    norm = _norm(_grads(parameters))
    with torch.no_grad():
        _scale(parameters, norm, max_norm)
    return norm


@misconception(
    "Copies of the gradients are scaled, and the gradients stay as they are. Work in place: p.grad.mul_(factor), not g "
    "= g * factor.",
    name="copies-scaled",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    _scale([g.clone() for g in grads], norm, max_norm)
    return norm


@misconception(
    "model.parameters() is a generator: the loop that adds up the norm uses it up, and for the one that scales nothing "
    "is left. Make a list first: parameters = list(parameters).",
    name="generator-used-up",
    violates=("large_gradients",),
)
def clip_gradients(parameters, max_norm):
    norm = _norm(_grads(parameters))
    _scale(_grads(parameters), norm, max_norm)
    return norm


@misconception(
    "The square of the norm is compared with max_norm. Take the root first.",
    name="square-compared",
    violates=("small_gradients",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    if norm**2 > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm


@misconception(
    "The norm after clipping is returned, which is never above max_norm and tells nothing. Return the one before.",
    name="norm-afterwards",
    violates=("norm",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    _scale(grads, _norm(grads), max_norm)
    return _norm(grads)


@misconception(
    "Nothing is returned. Return the norm before clipping.",
    name="nothing-returned",
    violates=("norm",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    _scale(grads, _norm(grads), max_norm)


@misconception(
    "The norm is right, and it is a tensor. Return a Python float: norm.item().",
    name="norm-a-tensor",
    violates=("norm",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads)
    _scale(grads, norm, max_norm)
    return torch.tensor(norm, dtype=torch.float64)


@misconception(
    "The norms of the parameters are added up. Add up their squares, and take the root of the sum.",
    name="sum-of-norms",
    violates=("norm", "large_gradients"),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = sum(_norm([g]) for g in grads)
    _scale(grads, norm, max_norm)
    return float(norm)


@misconception(
    "The root is missing: this is the square of the norm.",
    name="root-missing",
    violates=("norm", "large_gradients"),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads) ** 2
    _scale(grads, norm, max_norm)
    return norm


@misconception(
    "This is the largest number of all gradients. The norm is the root of the sum of their squares.",
    name="largest-number",
    violates=("norm", "large_gradients"),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = max((g.abs().max().item() for g in grads), default=0.0)
    _scale(grads, norm, max_norm)
    return norm


@misconception(
    "A mean of squares is taken, and the norm has their sum: a larger model has a larger norm.",
    name="root-mean-square",
    violates=("norm", "large_gradients"),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = _norm(grads) / math.sqrt(sum(g.numel() for g in grads) or 1)
    _scale(grads, norm, max_norm)
    return norm


@misconception(
    "Parameters without a gradient are not expected: their grad is None. Skip them: if p.grad is not None.",
    name="None-not-expected",
    violates=("parameters_without_a_gradient",),
)
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters]
    norm = math.sqrt(sum(g.square().sum().item() for g in grads))
    _scale(grads, norm, max_norm)
    return norm


@misconception(
    "Where no parameter has a gradient there is nothing to stack, and torch stops. The norm is 0.0 then.",
    name="nothing-to-stack",
    violates=("parameters_without_a_gradient",),
)
def clip_gradients(parameters, max_norm):
    grads = _grads(parameters)
    norm = torch.stack([g.norm() for g in grads]).norm().item()
    _scale(grads, norm, max_norm)
    return norm


@misconception(
    "torch's generator is seeded here, so that what others draw after each step is the same again. Nothing here is "
    "random: leave seeds to the caller.",
    name="seeded",
    violates=("nothing_is_drawn",),
)
def clip_gradients(parameters, max_norm):
    torch.manual_seed(1337)
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm
