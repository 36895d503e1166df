"""Checks of lecture4.batchnorm: the layer in both modes, against torch's own."""

import hypothesis.strategies as st
import torch
from hypothesis import given
from torch import nn

from grader.checks import (
    assert_close,
    assert_raises,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    normal,
    parameters_of,
    points,
    requires_grad,
    strategies,
    undisturbed,
    uniform,
    vjp,
)

TENSORS = ("gamma", "beta", "running_mean", "running_var")
BUFFERS = ("running_mean", "running_var")


def make(submission, state, training=True, **options):
    """The learner's layer, its tensors set to these.

    Their data are set, not the attributes: an ``nn.Module`` has parameters there, and lets nothing else in.
    """
    layer = submission.BatchNorm1d(len(state["gamma"]), **options)
    for name in TENSORS:
        library(submission, "operator").attrgetter(f"{name}.__setattr__")(layer)("data", state[name])
    layer.training = training
    return layer


def oracle(state, training=True, **options):
    """torch's layer with the same tensors."""
    layer = nn.BatchNorm1d(len(state["gamma"]), **options).to(state["gamma"].dtype)
    names = {"gamma": "weight", "beta": "bias"}
    layer.load_state_dict({names.get(name, name): state[name] for name in TENSORS}, strict=False)
    return layer.train(training)


def random_state(rng, C):
    """gamma, beta and running statistics, (C,) each, away from 0 and 1 and from those of any batch."""
    bounds = ((1.5, 2.5), (0.3, 0.9), (-3, -1.5), (1.5, 3.5))
    return {name: uniform(rng, low, high, C) for name, (low, high) in zip(TENSORS, bounds, strict=True)}


def random_sizes(rng):
    """(N, C), never equal."""
    return integer(rng, 6, 9), integer(rng, 3, 5)


def statistics(layer, C):
    """The buffers by name, flat: which shape they have is another check's affair."""
    found = {name: getattr(layer, name) for name in BUFFERS}
    for name, tensor in found.items():
        check(
            isinstance(tensor, torch.Tensor) and tensor.numel() == C and tensor.is_floating_point(),
            f"{name} must be a tensor of floats, one for each feature: here of shape ({C},).",
        )
    return {name: tensor.reshape(C) for name, tensor in found.items()}


def of_oracle(layer):
    return {name: getattr(layer, name) for name in BUFFERS}


@st.composite
def batches(draw):
    """(x, gamma, beta), from two examples of one feature upwards; nothing is at 0 or 1 when shrunk."""
    N, C = draw(strategies.sizes(2, 6)), draw(strategies.sizes(1, 4))
    ramp = 3 * torch.arange(N, dtype=torch.float64)[:, None]
    gamma = draw(st.lists(st.sampled_from([3.0, 0.5, 2.0, -1.5]), min_size=C, max_size=C))
    beta = draw(st.lists(st.sampled_from([0.5, -2.0, 4.0]), min_size=C, max_size=C))
    x = ramp + draw(strategies.tensors((N, C)))
    return x, torch.tensor(gamma, dtype=torch.float64), torch.tensor(beta, dtype=torch.float64)


def test_a_new_layer(submission, rng):
    """A new layer is in training; gamma and running_var are ones, beta and running_mean zeros: (dim,) each, float32."""
    C = integer(rng, 3, 30)
    layer = submission.BatchNorm1d(C)
    found = {name: getattr(layer, name) for name in TENSORS}
    training = layer.training
    outs = [layer(torch.randn(C + 1, C, generator=rng)) for _ in range(2)]
    check(training is True, f"A new layer must be in training: its attribute training is True. Yours is {training!r}.")
    start = dict(zip(TENSORS, (torch.ones(C), torch.zeros(C), torch.zeros(C), torch.ones(C)), strict=True))
    assert_close(found, start, name="a new layer", oracle="nn.BatchNorm1d")
    assert_responds(*outs, name="bn(x)")


def assert_x_stays(submission, rng, *, training):
    """Demand that a layer in this mode changes no x, and that it answers."""
    N, C = random_sizes(rng)
    with undisturbed(submission, rng):
        layer = make(submission, random_state(rng, C), training=training)
        outs = [assert_unchanged(layer, normal(rng, N, C)) for _ in range(2)]
        assert_responds(*outs, name="bn(x)")


def test_x_stays_in_training(submission, rng):
    """In training x is not modified, and torch's global generator is left alone."""
    assert_x_stays(submission, rng, training=True)


def test_x_stays_in_evaluation(submission, rng):
    """In evaluation x is not modified, and torch's global generator is left alone."""
    assert_x_stays(submission, rng, training=False)


@points(3)
@given(batch=batches())
def test_training(submission, batch):
    """In training the output is nn.BatchNorm1d's, for any batch of two or more: by its mean and biased variance."""
    x, gamma, beta = batch
    state = {"gamma": gamma, "beta": beta, "running_mean": -beta, "running_var": gamma.abs()}
    layer = make(submission, state)
    actual, _ = layer(x), [getattr(layer, name) for name in BUFFERS]  # asked for, to tell mistakes apart
    sizes = {"N": x.shape[0], "dim": x.shape[1]}
    assert_close(actual, oracle(state)(x).detach(), name="bn(x)", oracle="nn.BatchNorm1d", sizes=sizes)


def gradients(submission, layer, x, upstream):
    """(dx, dgamma, dbeta): of a plain class those of the attributes, which are asked for a gradient before."""
    attribute = library(submission, "operator").attrgetter
    for name in ("gamma", "beta"):
        attribute(f"{name}.requires_grad_")(layer)()
    _, (dx,), of_module = vjp(layer, (x,), upstream)
    return dx, *(of_module[name] if name in of_module else attribute(f"{name}.grad")(layer) for name in TENSORS[:2])


@points(2)
@needs("test_x_stays_in_training", "test_training")
def test_gradients(submission, rng):
    """The gradients of x, gamma and beta in training are nn.BatchNorm1d's: they flow through mean and variance."""
    for _ in range(2):
        N, C = random_sizes(rng)
        state, x, upstream = random_state(rng, C), normal(rng, N, C, scale=2.0), normal(rng, N, C)
        ours, leaf = oracle(state), x.clone().requires_grad_()
        expected = torch.autograd.grad(ours(leaf), (leaf, ours.weight, ours.bias), upstream)
        actual = gradients(submission, make(submission, state), x, upstream)
        assert_close(actual, expected, name=("dx", "dgamma", "dbeta"), sizes={"N": N, "dim": C})


@points(3)
def test_running_statistics(submission, rng):
    """After each batch of training the running statistics are nn.BatchNorm1d's, for any momentum; variance by N − 1."""
    for momentum in (None, float(uniform(rng, 0.2, 0.4))):
        options = {} if momentum is None else {"momentum": momentum}
        N, C = random_sizes(rng)
        state = random_state(rng, C)
        theirs, ours = make(submission, state, **options), oracle(state, **options)
        found = []
        for number in (N, 2, N + 3):
            x = normal(rng, number, C, scale=2.0)
            theirs(x)
            ours(x)
            found.append((number, statistics(theirs, C), {k: v.clone() for k, v in of_oracle(ours).items()}))
        for number, actual, expected in found:
            assert_close(actual, expected, name="the layer", oracle="nn.BatchNorm1d", sizes={"N": number, "dim": C})


def test_the_buffers_keep_their_shape(submission, rng):
    """The running statistics are still of shape (dim,) after a batch: nothing is left of the batch's axis."""
    N, C = random_sizes(rng)
    layer = make(submission, random_state(rng, C))
    outs = [layer(normal(rng, N, C)) for _ in range(2)]
    for name in BUFFERS:
        tensor = getattr(layer, name)
        check(isinstance(tensor, torch.Tensor), f"{name} must be a tensor.")
        check(
            tuple(tensor.shape) == (C,),
            f"{name} had the shape ({C},), and after a batch of training it has {tuple(tensor.shape)}.",
        )
    assert_responds(*outs, name="bn(x)")


@needs("test_x_stays_in_training")
def test_the_buffers_have_no_graph(submission, rng):
    """No graph hangs on the running statistics: they require no gradient, though x, gamma and beta do."""
    N, C = random_sizes(rng)
    state, x, upstream, factor = random_state(rng, C), normal(rng, N, C), normal(rng, N, C), float(uniform(rng, 2, 3))
    found = []
    for times in (1.0, factor):
        layer = make(submission, state)
        found.append(gradients(submission, layer, x, times * upstream)[0])
        for name in BUFFERS:
            check(
                not requires_grad(getattr(layer, name)),
                f"{name} requires a gradient after a batch of training: the graph of each batch hangs on it, and the "
                "memory that is needed grows with every step.",
            )
    dx, larger = found
    check(isinstance(dx, torch.Tensor) and dx.shape == (N, C) and bool(dx.any()), "x must get a gradient of its shape.")
    alike = isinstance(larger, torch.Tensor) and larger.shape == dx.shape
    check(
        alike and torch.allclose(larger, factor * dx, rtol=1e-4),
        f"With a gradient from above {factor:.3g} times as large, dx must be {factor:.3g} times as large too.",
    )


def test_a_batch_of_one(submission, rng):
    """In training a batch of one example raises ValueError, and leaves the running statistics; larger ones do not."""
    C = integer(rng, 3, 5)
    for number in torch.tensor([1, 1, 1, 2, 2, 3])[torch.randperm(6, generator=rng)].tolist():
        state = random_state(rng, C)
        layer, x = make(submission, state), normal(rng, number, C)
        if number > 1:
            assert_responds(layer(x), layer(x + normal(rng, number, C)), name="bn(x)")
            continue
        assert_raises(ValueError, layer, x, why="one example has no variance")
        found = statistics(layer, C)
        check(
            all(torch.equal(found[name], state[name]) for name in BUFFERS),
            "A batch of one was refused, but running_mean or running_var has changed by then: refuse it first.",
        )


@points(2)
def test_evaluation(submission, rng):
    """In evaluation the output is nn.BatchNorm1d's, by the running statistics, for any number of examples from one."""
    N, C = random_sizes(rng)
    for number in (N, 1, 2):
        state, x = random_state(rng, C), normal(rng, number, C, scale=2.0)
        # eps has a check of its own: here its 1e-5 beside a variance of 1.5 or more is 7e-6 at most, wherever it stands
        layer, expected = make(submission, state, training=False), oracle(state, training=False)(x).detach()
        actual, _ = layer(x), [getattr(layer, name) for name in BUFFERS]  # asked for, to tell mistakes apart
        sizes = {"N": number, "dim": C}
        assert_close(actual, expected, name="bn(x)", oracle="nn.BatchNorm1d", rtol=1e-4, sizes=sizes)


@needs("test_training", "test_evaluation")
def test_eps(submission, rng):
    """eps stands beside the variance, under the root, in both modes: 1e-5, or what the layer was made with."""
    for eps in (None, float(uniform(rng, 0.2, 0.4))):
        options = {} if eps is None else {"eps": eps}
        scale = (options.get("eps", 1e-5)) ** 0.5  # a standard deviation at which eps is as large as the variance
        for training in (True, False):
            N, C = random_sizes(rng)
            state, x = random_state(rng, C), normal(rng, N, C, scale=scale)
            state["running_mean"], state["running_var"] = normal(rng, C, scale=scale), scale**2 * state["running_var"]
            assert_close(
                make(submission, state, training=training, **options)(x),
                oracle(state, training=training, **options)(x).detach(),
                name=f"bn(x) in {'training' if training else 'evaluation'}",
                oracle="nn.BatchNorm1d",
                sizes={"N": N, "dim": C},
            )


@needs("test_x_stays_in_evaluation", "test_evaluation")
def test_gradients_in_evaluation(submission, rng):
    """The gradients in evaluation are nn.BatchNorm1d's: the running statistics are constants, the rest is not."""
    N, C = random_sizes(rng)
    state, x, upstream = random_state(rng, C), normal(rng, N, C), normal(rng, N, C)
    ours, leaf = oracle(state, training=False), x.clone().requires_grad_()
    expected = torch.autograd.grad(ours(leaf), (leaf, ours.weight, ours.bias), upstream)
    actual = gradients(submission, make(submission, state, training=False), x, upstream)
    assert_close(actual, expected, name=("dx", "dgamma", "dbeta"), sizes={"N": N, "dim": C}, rtol=1e-4)


def test_evaluation_changes_nothing(submission, rng):
    """In evaluation the running statistics stay as they are, whatever comes."""
    N, C = random_sizes(rng)
    x, outs = normal(rng, N, C), []
    for state in (random_state(rng, C), random_state(rng, C)):
        layer = make(submission, state, training=False)
        outs.append(layer(x))
        before = {name: state[name] for name in BUFFERS}
        assert_close(statistics(layer, C), before, name="the layer", oracle="as they were")
    assert_responds(*outs, name="bn(x), by two layers,")


@needs("test_training", "test_running_statistics", "test_evaluation", "test_evaluation_changes_nothing")
def test_layers_keep_apart(submission, rng):
    """Two layers of one size, in turn in training and in evaluation, have each its own statistics and mode."""
    N, C = random_sizes(rng)
    states = [random_state(rng, C) for _ in range(2)]
    theirs = [make(submission, state) for state in states]
    ours = [oracle(state) for state in states]
    for number, training in ((0, True), (1, True), (1, False), (0, True), (0, False), (1, True), (0, False)):
        x = normal(rng, N, C)
        theirs[number].training = training
        actual, expected = theirs[number](x), ours[number].train(training)(x).detach()
        assert_close(actual, expected, name=f"the output of layer {number + 1}", oracle="nn.BatchNorm1d", rtol=1e-4)


def test_parameters(submission, rng):
    """parameters() gives gamma and beta, in this order, and no more: what is done to these is done to the layer."""
    C = integer(rng, 3, 6)
    state, steps = random_state(rng, C), (normal(rng, C), normal(rng, C))
    layer = make(submission, state)
    found = parameters_of(submission, layer)
    for add, step in zip(parameters_of(submission, layer, "data.add_"), steps, strict=False):
        check(callable(add), "parameters() must give tensors.")
        add(step)
    after = {name: getattr(layer, name) for name in TENSORS[:2]}
    check(
        len(found) == 2,
        f"parameters() gives {len(found)} tensors, and two are trained: gamma and beta. The running statistics are "
        "buffers, which no optimizer may touch.",
    )
    assert_close(tuple(found), (state["gamma"], state["beta"]), name=TENSORS[:2], oracle="as set")
    expected = {name: state[name] + step for name, step in zip(TENSORS[:2], steps, strict=True)}
    assert_close(after, expected, name="the layer, its parameters changed,", oracle="the change added")


@needs("test_a_new_layer", "test_training", "test_running_statistics", "test_evaluation", "test_layers_keep_apart")
def test_float32(submission, rng):
    """A new layer, never touched, gives what nn.BatchNorm1d gives in float32, over batches of training and after."""
    N, C = random_sizes(rng)
    theirs, ours = submission.BatchNorm1d(C), nn.BatchNorm1d(C)
    for training in (True, True, False):
        x = (1.5 + normal(rng, N, C)).float()
        theirs.training = training
        actual, expected = theirs(x), ours.train(training)(x).detach()
        assert_close(actual, expected, name="bn(x)", oracle="nn.BatchNorm1d", rtol=1e-4)
