"""Checks of lecture10.optimizer: what decays, the learning rate of each step, and the norm of all gradients."""

import math

import torch

from grader.checks import (
    assert_close,
    assert_responds,
    bonus,
    check,
    integer,
    library,
    needs,
    new_state,
    normal,
    points,
    record_curve,
    undisturbed,
    uniform,
)

ADAMW = "torch.optim.AdamW with two groups"
MATRICES = ("0.weight", "2.weight", "3.weight")  # an embedding, a matrix, and the weights of a convolution
OTHERS = ("1.weight", "1.bias", "2.bias", "3.bias")


def drawn(rng):
    """Parameters by name, as of an embedding, a normalisation, a linear layer and a convolution; no two sizes equal."""
    V, C, H, out = integer(rng, 11, 13), integer(rng, 4, 5), integer(rng, 6, 7), integer(rng, 8, 9)
    shapes = {"0.weight": (V, C), "1.weight": (C,), "1.bias": (C,), "2.weight": (H, C), "2.bias": (H,)}
    shapes |= {"3.weight": (out, H, 3), "3.bias": (out,)}
    return {name: 1.5 + normal(rng, *shape) for name, shape in shapes.items()}


def model_of(submission, weights):
    """A model of torch's with these parameters, where the submission runs."""
    nn = library(submission, "torch.nn")
    (V, C), (H, _), (out, _, width) = (weights[name].shape for name in MATRICES)
    layers = nn.Embedding(V, C), nn.LayerNorm(C), nn.Linear(C, H), nn.Conv1d(H, out, width)
    model = nn.Sequential(*layers).double()
    model.load_state_dict(weights)
    return model


def attribute(submission, model, name):
    """What lies at this path."""
    return library(submission, "operator").attrgetter(name)(model)


def set_gradients(submission, model, gradients):
    """Give parameters their gradients, None too."""
    for name, gradient in gradients.items():
        attribute(submission, model, f"{name}.__setattr__")("grad", gradient)


def gradients_of(submission, model, names):
    """The gradients as they are now."""
    return {f"the gradient of {name}": attribute(submission, model, f"{name}.grad") for name in names}


def drawn_options(rng):
    """(weight_decay, learning_rate, betas), none of them anybody's default."""
    betas = float(uniform(rng, 0.7, 0.85)), float(uniform(rng, 0.92, 0.97))
    return float(uniform(rng, 0.2, 0.6)), float(uniform(rng, 0.02, 0.05)), betas


def groups_of(optimizer):
    """[(weight_decay, shapes)] of each group, once it has that form."""
    groups = optimizer.param_groups
    is_listed = isinstance(groups, list) and all(isinstance(group, dict) for group in groups)
    check(is_listed, "configure_optimizers must return an optimizer of torch's, torch.optim.AdamW.")
    found = []
    for group in groups:
        decay, params = group.get("weight_decay"), group.get("params")
        is_right = type(decay) in {int, float} and isinstance(params, list)
        check(
            is_right and all(isinstance(p, torch.Tensor) for p in params),
            "Each group of the optimizer must have params and a weight_decay that is a number.",
        )
        found.append((float(decay), [tuple(p.shape) for p in params]))
    return found


def assert_groups(found, weights, weight_decay):
    """Demand every parameter once, with the right decay."""
    shapes = sorted(shape for _, listed in found for shape in listed)
    wanted = sorted(tuple(weight.shape) for weight in weights.values())
    twice = [shape for shape in shapes if shapes.count(shape) > wanted.count(shape)]
    lacking = [shape for shape in wanted if shapes.count(shape) < wanted.count(shape)]
    check(
        not twice, f"A parameter of shape {twice[0] if twice else ()} is in the optimizer more often than in the model."
    )
    check(not lacking, f"A parameter of shape {lacking[0] if lacking else ()} is in no group: nothing would train it.")
    for decay, listed in found:
        for shape in listed:
            right = weight_decay if len(shape) >= 2 else 0.0
            check(
                decay == right,
                f"A parameter of shape {shape} decays with {decay:.4g}; weight_decay is {weight_decay:.4g}, for those "
                f"with two axes or more: {right:.4g} is wanted.",
            )


@points(2)
def test_matrices_decay(submission, rng):
    """Parameters of two axes or more have weight_decay, those of one have 0, and every one is there once."""
    cases = []
    for _ in range(2):
        weights, (weight_decay, lr, betas) = drawn(rng), drawn_options(rng)
        optimizer = submission.configure_optimizers(model_of(submission, weights), weight_decay, lr, betas)
        cases.append((groups_of(optimizer), weights, weight_decay))
    for found, weights, weight_decay in cases:
        assert_groups(found, weights, weight_decay)


@needs("test_matrices_decay")
def test_a_shared_matrix_counts_once(submission, rng):
    """A matrix that two modules share, as wte and lm_head do, is in the optimizer once."""
    nn, builtins = library(submission, "torch.nn"), library(submission, "builtins")
    operator = library(submission, "operator")
    V, C = integer(rng, 7, 9), integer(rng, 4, 6)
    W = normal(rng, V, C)
    embedding, head = nn.Embedding(V, C).double(), nn.Linear(C, V, bias=False).double()
    # head.weight = embedding.weight, without the Parameter leaving the place where it is
    register = operator.attrgetter("register_parameter")(head)
    builtins.list(builtins.map(register, ["weight"], builtins.map(operator.attrgetter("weight"), [embedding])))
    model = nn.Sequential(embedding, nn.LayerNorm(C).double(), head)
    model.load_state_dict({"0.weight": W, "2.weight": W}, strict=False)
    weight_decay, lr, betas = drawn_options(rng)
    found = groups_of(submission.configure_optimizers(model, weight_decay, lr, betas))
    gain = torch.ones(C)
    assert_groups(found, {"0.weight": W, "1.weight": gain, "1.bias": gain}, weight_decay)


@points(3)
@needs("test_matrices_decay")
def test_steps(submission, rng):
    """Three steps change all parameters as torch's AdamW does, with the learning rate and the betas that are given."""
    weights, (weight_decay, lr, betas) = drawn(rng), drawn_options(rng)
    model = model_of(submission, weights)
    optimizer = submission.configure_optimizers(model, weight_decay, lr, betas)
    ours = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    groups = [{"params": [ours[name] for name in MATRICES]}, {"params": [ours[name] for name in OTHERS]}]
    right = torch.optim.AdamW([groups[0], {**groups[1], "weight_decay": 0.0}], lr, betas, weight_decay=weight_decay)
    for _ in range(3):
        gradients = {name: normal(rng, *weight.shape) for name, weight in weights.items()}
        set_gradients(submission, model, gradients)
        optimizer.step()
        for name, p in ours.items():
            p.grad = gradients[name].clone()
        right.step()
    found = dict(model.state_dict())
    expected = {name: p.detach() for name, p in ours.items()}
    assert_close(found, expected, name="the parameters after three steps", rtol=1e-7, oracle=ADAMW)


@needs("test_steps")
def test_default_betas(submission, rng):
    """Without betas they are (0.9, 0.95)."""
    weights, (weight_decay, lr, betas) = drawn(rng), drawn_options(rng)
    model = model_of(submission, weights)
    groups_of(submission.configure_optimizers(model, weight_decay, lr, betas))  # tells apart who passes them on
    optimizer = submission.configure_optimizers(model, weight_decay, lr)
    groups = optimizer.param_groups
    betas = [group.get("betas") if isinstance(group, dict) else None for group in groups]
    check(all(tuple(b or ()) == (0.9, 0.95) for b in betas), f"The betas are {betas[0]}; (0.9, 0.95) are wanted.")
    rates = [group.get("lr") for group in groups]
    check(all(rate == lr for rate in rates), f"The learning rate is {rates[0]}; {lr} was given.")


@bonus
@needs("test_matrices_decay")
def test_the_name_does_not_matter(submission, rng):
    """A matrix decays, whatever it is called: a table of relative positions has "bias" in its name, too."""
    nn = library(submission, "torch.nn")
    library(submission, "torch").set_rng_state(new_state(rng))
    V, C = integer(rng, 7, 9), integer(rng, 4, 6)
    parts = {"relative_bias": nn.Linear(C, V, bias=False), "plain": nn.Linear(2 * V, C), "norm": nn.LayerNorm(C)}
    model = nn.ModuleDict(parts)
    weight_decay, lr, betas = drawn_options(rng)
    found = groups_of(submission.configure_optimizers(model, weight_decay, lr, betas))
    vector = torch.ones(C)
    assert_groups(
        found, {"table": torch.ones(V, C), "plain": torch.ones(C, 2 * V), 1: vector, 2: vector, 3: vector}, weight_decay
    )


def drawn_schedule(rng):
    """(max_lr, min_lr, warmup_steps, max_steps)."""
    max_lr, warmup = float(uniform(rng, 1e-3, 3e-3)), integer(rng, 5, 9)
    return max_lr, max_lr * float(uniform(rng, 0.15, 0.35)), warmup, warmup + integer(rng, 20, 30)


def schedule(step, max_lr, min_lr, warmup_steps, max_steps):
    """The right rate, by angles."""
    if step < warmup_steps:
        return (step + 1) * (max_lr / warmup_steps)
    half = math.pi / 2 * min(step - warmup_steps, max_steps - warmup_steps) / (max_steps - warmup_steps)
    return max_lr * math.cos(half) ** 2 + min_lr * math.sin(half) ** 2


def assert_rates(submission, options, steps, name):
    """Demand the rates of these steps, Python floats."""
    rates = [submission.cosine_lr(step, *options) for step in steps]
    is_float = all(type(rate) in {float, int} for rate in rates)
    check(is_float, "cosine_lr must return a Python float.")
    right = [schedule(step, *options) for step in steps]
    if len(steps) > 2:
        record_curve(f"the learning rate, {name}", rates, reference=right)
    for step, rate, expected in zip(steps, rates, right, strict=True):
        check(
            math.isclose(rate, expected, rel_tol=1e-9, abs_tol=1e-15),
            f"With max_lr = {options[0]:.4g}, min_lr = {options[1]:.4g}, warmup_steps = {options[2]} and max_steps = "
            f"{options[3]} the rate of step {step} is {expected:.6g}; you return {rate:.6g}.",
        )


@points(2)
def test_warm_up(submission, rng):
    """In the warm-up the rate is max_lr · (step + 1) / warmup_steps: not 0 at first, and max_lr at last."""
    options = drawn_schedule(rng)
    assert_rates(submission, options, range(options[2]), "warming up")


@points(2)
def test_half_a_cosine(submission, rng):
    """From the end of the warm-up to max_steps the rate falls from max_lr to min_lr, along half a cosine."""
    for warmed in (True, False):
        max_lr, min_lr, warmup, last = drawn_schedule(rng)
        warmup *= warmed
        assert_rates(submission, (max_lr, min_lr, warmup, last), range(warmup, last), "falling")


def test_min_lr_for_ever(submission, rng):
    """From max_steps on the rate is min_lr, for ever."""
    options = drawn_schedule(rng)
    last = options[3]
    submission.cosine_lr(last - 3, *options)  # tells apart what is level from what falls on; not judged
    assert_rates(submission, options, [last, last + 1, last + integer(rng, 2, 9), 2 * last, 3 * last + 1], "at the end")


def gradients_with(rng, norm):
    """(weights, gradients) whose common norm is this."""
    weights = drawn(rng)
    gradients = {name: normal(rng, *weight.shape) for name, weight in weights.items()}
    gradients["2.weight"][0, 0] = 25.0  # so that one number alone is larger than max_norm
    total = math.sqrt(sum(float(g.square().sum()) for g in gradients.values()))
    return weights, {name: (g * (norm / total)).contiguous() for name, g in gradients.items()}


def clipped(submission, weights, gradients, max_norm, listed=False):
    """(what clip_gradients returned, the gradients afterwards, the parameters afterwards)."""
    model = model_of(submission, weights)
    set_gradients(submission, model, gradients)
    parameters = model.parameters()  # a generator
    if listed:
        parameters = library(submission, "torch.nn").ParameterList(parameters)
    norm = submission.clip_gradients(parameters, max_norm)
    return norm, gradients_of(submission, model, gradients), dict(model.state_dict())


def named(gradients):
    """The same names as those of what was found."""
    return {f"the gradient of {name}": gradient for name, gradient in gradients.items()}


@points(2)
def test_norm(submission, rng):
    """What is returned is the norm of all gradients together, before clipping: a Python float."""
    cases = []
    for norm, max_norm in ((uniform(rng, 3.0, 5.0), 1.5), (uniform(rng, 0.4, 0.8), 2.0)):
        weights, gradients = gradients_with(rng, float(norm))
        cases.append((clipped(submission, weights, gradients, max_norm)[0], float(norm), max_norm))
    for found, norm, max_norm in cases:
        is_number = isinstance(found, float | int | torch.Tensor)
        check(is_number, "clip_gradients must return the norm, a Python float.")
        check(
            not isinstance(found, torch.Tensor) or found.numel() == 1,
            "clip_gradients must return one number: the norm of all gradients together.",
        )
        check(
            math.isclose(float(found), norm, rel_tol=1e-9),
            f"The norm of all gradients together is {norm:.6g} before clipping, max_norm is {max_norm:g}, and you "
            f"return {float(found):.6g}.",
        )
        check(type(found) is float, "The norm is right, and no Python float: norm.item() makes one of a tensor.")


@points(2)
def test_large_gradients(submission, rng):
    """Where the norm is above max_norm, every gradient is multiplied by max_norm / norm, and no parameter changes."""
    cases = []
    for max_norm, listed in ((float(uniform(rng, 1.2, 1.6)), False), (float(uniform(rng, 0.3, 0.6)), True)):
        norm = max_norm * float(uniform(rng, 2.0, 3.0))
        weights, gradients = gradients_with(rng, norm)
        answer = clipped(submission, weights, gradients, max_norm, listed)
        cases.append((answer, weights, gradients, max_norm / norm))
    for (_, found, after), weights, gradients, factor in cases:
        right = named({name: factor * gradient for name, gradient in gradients.items()})
        assert_close(found, right, name="gradients", rtol=1e-5, oracle="max_norm / norm times what they were")
        assert_close(after, weights, name="the parameters", oracle="as they were")
    assert_responds(cases[0][0][1], cases[1][0][1], name="the gradients")


@needs("test_large_gradients")
def test_small_gradients(submission, rng):
    """Where the norm is not above max_norm, no gradient is touched."""
    cases = []
    for share in (0.3, 0.9):
        max_norm = float(uniform(rng, 1.5, 2.5))
        weights, gradients = gradients_with(rng, share * max_norm)
        cases.append((clipped(submission, weights, gradients, max_norm)[1], gradients))
    for found, gradients in cases:
        assert_close(found, named(gradients), name="gradients", rtol=1e-12, oracle="as they were")


@needs("test_norm", "test_large_gradients")
def test_parameters_without_a_gradient(submission, rng):
    """A parameter whose gradient is None is skipped; where all are None, the norm is 0.0."""
    weights, gradients = gradients_with(rng, 5.0)
    left_out = {"0.weight", ("1.bias", "2.bias")[integer(rng, 0, 1)], "3.weight"}
    some = {name: None if name in left_out else gradient for name, gradient in gradients.items()}
    norm = math.sqrt(sum(float(g.square().sum()) for g in some.values() if g is not None))
    max_norm = norm * float(uniform(rng, 0.3, 0.6))
    found, after, _ = clipped(submission, weights, some, max_norm)
    nothing, still, _ = clipped(submission, weights, dict.fromkeys(gradients), max_norm)
    check(
        type(found) is float and math.isclose(found, norm, rel_tol=1e-9),
        f"The norm of the gradients that are there is {norm:.6g}.",
    )
    right = named({name: None if g is None else max_norm / norm * g for name, g in some.items()})
    there = [name for name, gradient in right.items() if gradient is not None]
    extra = [name for name, gradient in right.items() if gradient is None and after[name] is not None]
    check(not extra, f"{extra[0] if extra else ''} was None, and is not any more.")
    assert_close({n: after[n] for n in there}, {n: right[n] for n in there}, name="gradients", rtol=1e-5)
    check(
        type(nothing) is float and nothing == 0.0 and all(gradient is None for gradient in still.values()),
        "Where no parameter has a gradient, the norm is 0.0, and they have none afterwards.",
    )


@needs("test_large_gradients")
def test_nothing_is_drawn(submission, rng):
    """Clipping draws nothing at random: torch's global generator is neither used nor seeded."""
    answers = []
    for _ in range(2):
        weights, gradients = gradients_with(rng, float(uniform(rng, 3.0, 5.0)))
        model = model_of(submission, weights)
        set_gradients(submission, model, gradients)
        with undisturbed(submission, rng):
            submission.clip_gradients(model.parameters(), 1.5)
        answers.append(gradients_of(submission, model, gradients))
    assert_responds(*answers, name="the gradients")
