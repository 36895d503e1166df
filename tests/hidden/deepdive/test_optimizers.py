"""Checks of deepdive.optimizers: step for step beside torch.optim."""

import torch

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    normal,
    points,
    type_in_words,
    undisturbed,
    uniform,
)

STEPS = 50
TORCH = {"SGD": torch.optim.SGD, "RMSProp": torch.optim.RMSprop, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}
SHAPES = {"W": (3, 4), "b": (4,), "gain": (), "still": (4,)}


def parameters(rng, dtype=torch.float64):
    """Tensors by name, two of them of one shape."""
    return {name: normal(rng, *shape).to(dtype) for name, shape in SHAPES.items()}


def gradients(rng, steps, scale=1.0, dtype=torch.float64):
    """So many dicts of gradients; those of "still" are 0 throughout, those of "gain" small."""
    sizes = {"W": scale, "b": scale, "gain": 0.01 * scale, "still": 0.0}
    return [{name: normal(rng, *SHAPES[name], scale=sizes[name]).to(dtype) for name in SHAPES} for _ in range(steps)]


def oracle(name, how, params, grads):
    """The parameters after each step of torch's optimizer."""
    params = {key: p.clone().requires_grad_() for key, p in params.items()}
    optimizer, after = TORCH[name](params.values(), **how), []
    for each in grads:
        for key, p in params.items():
            g = each.get(key)
            p.grad = None if g is None else g.clone()
        optimizer.step()
        after.append({key: p.detach().clone() for key, p in params.items()})
    return after


def answered(answer, params):
    """What step returned, once it can be passed on."""
    check(isinstance(answer, dict), f"step must return params, the dict; {type_in_words(answer)} came.")
    check(
        set(answer) == set(params), f"step must return params, with {', '.join(params)}; {', '.join(map(str, answer))}."
    )
    for name, p in params.items():
        value = answer[name]
        check(
            isinstance(value, torch.Tensor) and value.shape == p.shape and value.dtype == p.dtype,
            f"After a step params[{name!r}] must be a tensor of its shape and dtype, {tuple(p.shape)} of {p.dtype}; "
            f"{type_in_words(value)} came.",
        )
    return answer


def compare(submission, name, cases, rtol=1e-9):
    """The parameters after each step beside torch's: cases of (arguments, how torch calls them, params, grads)."""
    results = []
    for positional, by_name, how, params, grads in cases:
        optimizer, now, after = getattr(submission, name)(*positional, **by_name), params, []
        for each in grads:
            now = answered(optimizer.step(now, each), params)
            after.append(now)
        results.append((how, after, oracle(name, how, params, grads)))
    for how, after, expected in results:
        settings = ", ".join(
            f"{key}={value:.4g}" if isinstance(value, float) else f"{key}={value}" for key, value in how.items()
        )
        for step, (mine, right) in enumerate(zip(after, expected, strict=True), 1):
            assert_close(
                mine, right, name=f"params after step {step} of {name}({settings})", rtol=rtol, oracle="torch.optim"
            )


def case(rng, positional, by_name=(), steps=STEPS, scale=1.0):
    """(positional, by_name, how, params, grads), with torch's names for all of the arguments."""
    how = {"lr": positional[0], **dict(by_name)}
    return positional, dict(by_name), how, parameters(rng), gradients(rng, steps, scale)


def rate(rng):
    """A learning rate."""
    return float(uniform(rng, 0.02, 0.08))


def small(rng):
    """Cases of gradients of 1e-8 and 1e-10, with the default eps and with one of their size."""
    own = {"eps": float(uniform(rng, 2e-10, 9e-10))}
    return [case(rng, [rate(rng)], by_name, steps=4, scale=1e-8) for by_name in ({}, own)]


@points(2)
def test_sgd(submission, rng):
    """SGD takes the steps of torch.optim.SGD, fifty of them, plain, with momentum, with weight decay, and with both."""
    momentum, decay = float(uniform(rng, 0.6, 0.9)), float(uniform(rng, 0.2, 0.5))
    cases = [
        case(rng, [rate(rng)], steps=3),
        case(rng, [rate(rng)], {"momentum": momentum}, steps=4),
        case(rng, [rate(rng)], {"weight_decay": decay}, steps=4),
        case(rng, [rate(rng)], {"momentum": momentum, "weight_decay": decay}),
    ]
    compare(submission, "SGD", cases)


@points(3)
def test_rmsprop(submission, rng):
    """RMSProp takes the steps of torch.optim.RMSprop, fifty of them; also for gradients of 1e-10, where eps counts."""
    cases = [case(rng, [rate(rng)]), case(rng, [rate(rng)], {"alpha": float(uniform(rng, 0.7, 0.9))}, steps=4)]
    compare(submission, "RMSProp", cases + small(rng))


@points(3)
def test_adam(submission, rng):
    """Adam takes the steps of torch.optim.Adam, fifty of them; also for gradients of 1e-10, where eps counts."""
    betas = float(uniform(rng, 0.5, 0.8)), float(uniform(rng, 0.9, 0.95))
    cases = [case(rng, [rate(rng)]), case(rng, [rate(rng)], {"betas": betas}, steps=4)]
    compare(submission, "Adam", cases + small(rng))


@points(3)
def test_adamw(submission, rng):
    """AdamW takes the steps of torch.optim.AdamW, fifty of them; for gradients of 1e-10 and of 0 as well."""
    betas, decay = (float(uniform(rng, 0.5, 0.8)), float(uniform(rng, 0.9, 0.95))), float(uniform(rng, 0.5, 0.9))
    cases = [case(rng, [rate(rng)]), case(rng, [rate(rng)], {"betas": betas, "weight_decay": decay}, steps=4)]
    compare(submission, "AdamW", cases + small(rng))


ALL = ("test_sgd", "test_rmsprop", "test_adam", "test_adamw")


def settings(rng, name):
    """Arguments by name that are no defaults, with a state for every class."""
    how = {"lr": rate(rng)}
    more = {"SGD": {"momentum": 0.8, "weight_decay": 0.3}, "AdamW": {"weight_decay": 0.4}}
    return how | more.get(name, {})


@points(2)
@needs(*ALL)
def test_missing_gradients(submission, rng):
    """A parameter whose gradient is missing or None keeps its value, its memory and its count of steps."""
    for name in TORCH:
        how, params, grads = settings(rng, name), parameters(rng), gradients(rng, 6)
        first, second = ("W", "b") if integer(rng, 0, 1) else ("b", "W")
        del grads[0][first], grads[2][first]
        grads[1][second] = grads[3][second] = None
        grads[3].pop("still")
        compare(submission, name, [([], how, how, params, grads)])


@needs(*ALL)
def test_two_at_a_time(submission, rng):
    """Two optimizers of one class remember nothing of each other, though their parameters have the same names."""
    for name in TORCH:
        hows = [settings(rng, name) for _ in range(2)]
        optimizers = [getattr(submission, name)(**how) for how in hows]
        now = starts = [parameters(rng) for _ in range(2)]
        grads = [gradients(rng, 3) for _ in range(2)]
        for step in range(3):
            now = [answered(optimizers[i].step(now[i], grads[i][step]), starts[i]) for i in range(2)]
        for how, mine, start, each in zip(hows, now, starts, grads, strict=True):
            expected = oracle(name, how, start, each)[-1]
            assert_close(mine, expected, name=f"params after 3 steps of {name}", oracle="torch.optim")


@needs(*ALL)
def test_in_place(submission, rng):
    """step changes the tensors that it is given, and returns the dict that they are in."""
    there, repeat = library(submission, "builtins"), library(submission, "itertools").repeat
    for name in TORCH:
        how, params, grads = settings(rng, name), parameters(rng), gradients(rng, 3)
        optimizer = getattr(submission, name)(**how)
        after = there.list(there.map(optimizer.step, repeat(params), grads))  # one dict, given three times
        expected = oracle(name, how, params, grads)[-1]
        for mine in (after[-1], after[0]):  # if it is one dict, of tensors that change, all show the last step
            assert_close(
                answered(mine, params), expected, name=f"params after 3 steps of {name} in place", oracle="torch.optim"
            )


@needs(*ALL)
def test_float32(submission, rng):
    """float32 parameters stay float32, and so do the steps."""
    for name in TORCH:
        how = settings(rng, name)
        params, grads = parameters(rng, torch.float32), gradients(rng, 5, dtype=torch.float32)
        compare(submission, name, [([], how, how, params, grads)], rtol=2e-5)


def test_gradients_stay_as_they_are(submission, rng):
    """The gradients stay as they are, and torch's global generator and default dtype are left alone."""
    partial = library(submission, "functools").partial
    with undisturbed(submission, rng):
        for name in TORCH:
            optimizer, params = getattr(submission, name)(**settings(rng, name)), parameters(rng)
            answers = [answered(optimizer.step(params, each), params) for each in gradients(rng, 2)]
            assert_unchanged(partial(optimizer.step, params), *gradients(rng, 1))
            assert_responds(*answers, name=f"{name}.step(params, grads)")
