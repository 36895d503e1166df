"""Checks of lecture6.batchnorm3d: one and two axes before the channels, in both modes, against torch's own."""

import hypothesis.strategies as st
import torch
from hypothesis import example, given
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


class Oracle:
    """torch's layer with the same tensors, called with the channels last: there they come second."""

    def __init__(self, state, training=True, **options):
        layer = nn.BatchNorm1d(len(state["gamma"]), **options).to(state["gamma"].dtype)
        names = {"gamma": "weight", "beta": "bias"}
        layer.load_state_dict({names.get(name, name): state[name] for name in TENSORS}, strict=False)
        self.layer = layer.train(training)
        self.weight, self.bias = layer.weight, layer.bias

    def __call__(self, x):
        return self.layer(x) if x.ndim == 2 else self.layer(x.transpose(1, 2)).transpose(1, 2)

    def train(self, mode):
        self.layer.train(mode)
        return self


def random_state(rng, C):
    """gamma, beta and running statistics, (C,) each, away from 0 and 1 and from those of any batch."""
    bounds = ((1.5, 2.5), (0.3, 0.9), (-3, -1.5), (1.5, 3.5))
    return {name: uniform(rng, low, high, C) for name, (low, high) in zip(TENSORS, bounds, strict=True)}


def random_sizes(rng):
    """(N, T, C), never equal."""
    return integer(rng, 6, 9), integer(rng, 2, 3), integer(rng, 4, 5)


def statistics(layer, C):
    """The buffers by name, flat: which shape they have is another check's affair."""
    found = {name: getattr(layer, name) for name in BUFFERS}
    for name, tensor in found.items():
        check(
            isinstance(tensor, torch.Tensor) and tensor.numel() == C and tensor.is_floating_point(),
            f"{name} must be a tensor of floats, one for each feature: here of shape ({C},).",
        )
    return {name: tensor.reshape(C) for name, tensor in found.items()}


def of_oracle(oracle):
    return {name: getattr(oracle.layer, name).clone() for name in BUFFERS}


def named(x):
    """The sizes of x, to explain a constant factor."""
    return {"N": x.shape[0], "dim": x.shape[-1], **({"T": x.shape[1]} if x.ndim == 3 else {})}


@st.composite
def batches(draw):
    """(x, gamma, beta), of two or three axes, from two numbers of one channel upwards; nothing is at 0 or 1."""
    N, T, C = draw(strategies.sizes(1, 5)), draw(strategies.sizes(1, 4)), draw(strategies.sizes(1, 4))
    shape = (N + 1, C) if draw(st.booleans()) else (N + (T == 1), T, C)
    ramp = 3 * torch.arange(N + 9, dtype=torch.float64)[: shape[0]].view(-1, *[1] * (len(shape) - 1))
    if len(shape) == 3:
        ramp = ramp + 2 * torch.arange(T, dtype=torch.float64)[:, None]
    gamma = draw(st.lists(st.sampled_from([3.0, 0.5, 2.0, -1.5]), min_size=C, max_size=C))
    beta = draw(st.lists(st.sampled_from([0.5, -2.0, 4.0]), min_size=C, max_size=C))
    x = ramp + draw(strategies.tensors(shape))
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
    N, T, C = random_sizes(rng)
    for shape in ((N, C), (N, T, C)):
        with undisturbed(submission, rng):
            layer = make(submission, random_state(rng, C), training=training)
            outs = [assert_unchanged(layer, normal(rng, *shape)) for _ in range(2)]
            assert_responds(*outs, name="bn(x)")


def test_x_stays_in_training(submission, rng):
    """In training x is not modified, and torch's global generator is left alone."""
    assert_x_stays(submission, rng, training=True)


def test_x_stays_in_evaluation(submission, rng):
    """In evaluation x is not modified, and torch's global generator is left alone."""
    assert_x_stays(submission, rng, training=False)


def both(rng, N, T, C, scale=2.0):
    """x of two axes, and of three in which the places differ, as characters of a word do."""
    places = 3 * torch.arange(T, dtype=torch.float64)[:, None] + normal(rng, T, C)
    return normal(rng, N, C, scale=scale), normal(rng, N, T, C, scale=scale) + places


def assert_training(submission, rng, shapes):
    """Demand the output in training for x of these shapes, through layers of the same tensors."""
    found = []
    for shape in shapes:
        state = random_state(rng, shape[-1])
        x = normal(rng, *shape, scale=2.0)
        if len(shape) == 3:
            x = x + 3 * torch.arange(shape[1], dtype=torch.float64)[:, None]
        layer = make(submission, state)
        actual, _ = layer(x), [getattr(layer, name) for name in BUFFERS]  # asked for, to tell mistakes apart
        found.append((actual, Oracle(state)(x).detach(), named(x)))
    for actual, expected, sizes in found:
        assert_close(actual, expected, name="bn(x)", oracle="nn.BatchNorm1d", sizes=sizes)


@points(2)
def test_two_axes(submission, rng):
    """In training x (N, dim) is normalised by the mean and the biased variance of each channel over the examples."""
    N, _, C = random_sizes(rng)
    other = make(submission, random_state(rng, C))(normal(rng, N, 3, C))  # to tell mistakes apart
    assert_training(submission, rng, ((N, C), (N + 1, C), (2, C)))
    check(isinstance(other, torch.Tensor), "bn(x) must be a tensor for x of three axes, too.")


@points(3)
@needs("test_two_axes")
def test_three_axes(submission, rng):
    """In training x (N, T, dim) is normalised by one mean and variance for each channel, over examples and places."""
    N, T, C = random_sizes(rng)
    assert_training(submission, rng, ((N, T, C), (N + 1, T + 1, C)))


ONE_EXAMPLE = (  # of three places and two channels
    torch.tensor([[[0.5, 2.0], [-1.5, 3.5], [4.0, -2.5]]], dtype=torch.float64),
    torch.tensor([2.0, 0.5], dtype=torch.float64),
    torch.tensor([4.0, -2.0], dtype=torch.float64),
)


@needs("test_two_axes", "test_three_axes")
@given(batch=batches())
@example(batch=ONE_EXAMPLE)
def test_any_batch(submission, batch):
    """In training the output is nn.BatchNorm1d's for any batch: one example, one place, one channel."""
    x, gamma, beta = batch
    state = {"gamma": gamma, "beta": beta, "running_mean": -beta, "running_var": gamma.abs()}
    layer = make(submission, state)
    actual, _ = layer(x), [getattr(layer, name) for name in BUFFERS]  # asked for, to tell mistakes apart
    assert_close(actual, Oracle(state)(x).detach(), name="bn(x)", oracle="nn.BatchNorm1d", sizes=named(x))


def gradients(submission, layer, x, upstream):
    """(dx, dgamma, dbeta): of a plain class those of the attributes, which are asked for a gradient before."""
    attribute = library(submission, "operator").attrgetter
    for name in ("gamma", "beta"):
        attribute(f"{name}.requires_grad_")(layer)()
    _, (dx,), of_module = vjp(layer, (x,), upstream)
    return dx, *(of_module[name] if name in of_module else attribute(f"{name}.grad")(layer) for name in TENSORS[:2])


def assert_gradients(submission, rng, *, training, rtol=1e-9):
    """Demand the gradients of x, gamma and beta, for two axes and for three."""
    N, T, C = random_sizes(rng)
    found = []
    for x in both(rng, N, T, C):
        state, upstream = random_state(rng, C), normal(rng, *x.shape)
        ours, leaf = Oracle(state, training=training), x.clone().requires_grad_()
        expected = torch.autograd.grad(ours(leaf), (leaf, ours.weight, ours.bias), upstream)
        found.append((gradients(submission, make(submission, state, training=training), x, upstream), expected, x))
    for actual, expected, x in found:
        assert_close(actual, expected, name=("dx", "dgamma", "dbeta"), sizes=named(x), rtol=rtol)


@points(2)
@needs("test_x_stays_in_training", "test_two_axes", "test_three_axes")
def test_gradients(submission, rng):
    """The gradients of x, gamma and beta in training are nn.BatchNorm1d's: they flow through mean and variance."""
    assert_gradients(submission, rng, training=True)


@points(2)
def test_running_mean(submission, rng):
    """After each batch of training running_mean is nn.BatchNorm1d's, (dim,), for any momentum."""
    found = gathered(submission, rng)
    for name, actual, expected, sizes in found:
        if name == "running_mean":
            assert_close(actual, expected, name=name, oracle="nn.BatchNorm1d", sizes=sizes)


@points(2)
@needs("test_running_mean")
def test_running_var(submission, rng):
    """After each batch of training running_var is nn.BatchNorm1d's: of M numbers a channel, divided by M − 1."""
    found = gathered(submission, rng)
    for name, actual, expected, sizes in found:
        if name == "running_var":
            assert_close(actual, expected, name=name, oracle="nn.BatchNorm1d", sizes=sizes)


def gathered(submission, rng):
    """Both statistics after batches of two and of three axes, flat: (name, the submission's, torch's, sizes)."""
    found = []
    for momentum in (None, float(uniform(rng, 0.2, 0.4))):
        options = {} if momentum is None else {"momentum": momentum}
        N, T, C = random_sizes(rng)
        state = random_state(rng, C)
        theirs, ours = make(submission, state, **options), Oracle(state, **options)
        for number, x in enumerate((*both(rng, N, T, C), *both(rng, N + 1, 2 * T, C))):
            theirs(x)
            ours(x)
            if number in {0, 1, 3}:
                actual, expected = statistics(theirs, C), of_oracle(ours)
                found += [(name, actual[name], expected[name], named(x)) for name in BUFFERS]
    return found


@needs("test_running_mean")
def test_the_buffers_keep_their_shape(submission, rng):
    """The running statistics are still of shape (dim,) after a batch: nothing is left of its other axes."""
    N, T, C = random_sizes(rng)
    outs = []
    for x in (*both(rng, N, T, C), *both(rng, N, T, C)):
        layer = make(submission, random_state(rng, C))
        outs.append(layer(x))
        for name in BUFFERS:
            tensor = getattr(layer, name)
            check(isinstance(tensor, torch.Tensor), f"{name} must be a tensor.")
            check(
                tuple(tensor.shape) == (C,),
                f"{name} had the shape ({C},), and after a batch {tuple(x.shape)} it has {tuple(tensor.shape)}.",
            )
    assert_responds(outs[0], outs[2], name="bn(x)")


@needs("test_x_stays_in_training", "test_two_axes", "test_three_axes")
def test_the_buffers_have_no_graph(submission, rng):
    """No graph hangs on the running statistics: they require no gradient, though x, gamma and beta do."""
    N, T, C = random_sizes(rng)
    state, x, upstream = random_state(rng, C), normal(rng, N, T, C), normal(rng, N, T, C)
    layer, ours, leaf = make(submission, state), Oracle(state), x.clone().requires_grad_()
    dx, dgamma, dbeta = gradients(submission, layer, x, upstream)
    graph = [requires_grad(getattr(layer, name)) for name in BUFFERS]
    for name, found in zip(BUFFERS, graph, strict=True):
        check(
            not found,
            f"{name} requires a gradient after a batch of training: the graph of each batch hangs on it, and the "
            "memory that is needed grows with every step.",
        )
    expected = torch.autograd.grad(ours(leaf), (ours.weight, ours.bias), upstream)
    assert_close((dgamma, dbeta), expected, name=("dgamma", "dbeta"))
    check(isinstance(dx, torch.Tensor) and dx.shape == x.shape, "x must get a gradient of its shape.")


@needs("test_two_axes", "test_three_axes")
def test_one_number_is_refused(submission, rng):
    """In training one number a channel raises ValueError, and leaves the running statistics; more of them do not."""
    C = integer(rng, 4, 5)
    two, three = [(1, C), (1, C), (2, C)], [(1, 1, C), (1, 1, C), (1, 3, C), (2, 1, C)]
    for shapes in (two, three):
        shapes[:] = [shapes[i] for i in torch.randperm(len(shapes), generator=rng).tolist()]
    for shape in ((3, C), *two, *three):
        state = random_state(rng, C)
        layer, x = make(submission, state), normal(rng, *shape)
        if x.numel() > C:
            assert_responds(layer(x), layer(x + normal(rng, *shape)), name="bn(x)")
            continue
        assert_raises(ValueError, layer, x, why="one number has no variance")
        found = statistics(layer, C)
        check(
            all(torch.equal(found[name], state[name]) for name in BUFFERS),
            "A batch of one was refused, but running_mean or running_var has changed by then: refuse it first.",
        )


@points(2)
def test_evaluation(submission, rng):
    """In evaluation the output is nn.BatchNorm1d's, by the running statistics, for any N and T from one."""
    N, T, C = random_sizes(rng)
    found = []
    for shape in ((N, C), (N, T, C), (1, C), (1, T, C), (1, 1, C), (N, 1, C)):
        state, x = random_state(rng, C), normal(rng, *shape, scale=2.0)
        # eps has a check of its own: here its 1e-5 beside a variance of 1.5 or more is 7e-6 at most, wherever it stands
        layer, expected = make(submission, state, training=False), Oracle(state, training=False)(x).detach()
        actual, _ = layer(x), [getattr(layer, name) for name in BUFFERS]  # asked for, to tell mistakes apart
        found.append((actual, expected, x))
    for actual, expected, x in found:
        assert_close(actual, expected, name="bn(x)", oracle="nn.BatchNorm1d", rtol=1e-4, sizes=named(x))


@needs("test_two_axes", "test_evaluation")
def test_other_axes_are_refused(submission, rng):
    """x of one axis or of four raises ValueError, in both modes; of two or three it does not."""
    C = integer(rng, 4, 5)
    shapes = [(C,), (6, 2, 3, C), (C,), (6, 2, 3, C), (6, C), (6, 3, C)]
    order = torch.randperm(len(shapes), generator=rng).tolist()
    for training, shape in ((True, (7, C)), *((mode, shapes[i]) for mode in (True, False) for i in order)):
        layer, x = make(submission, random_state(rng, C), training=training), normal(rng, *shape)
        if len(shape) in {2, 3}:
            assert_responds(layer(x), layer(x + normal(rng, *shape)), name="bn(x)")
        else:
            assert_raises(ValueError, layer, x, why=f"x of {len(shape)} axes is not normalised here")


@needs("test_two_axes", "test_evaluation")
def test_eps(submission, rng):
    """eps stands beside the variance, under the root, in both modes: 1e-5, or what the layer was made with."""
    for eps in (None, float(uniform(rng, 0.2, 0.4))):
        options = {} if eps is None else {"eps": eps}
        scale = (options.get("eps", 1e-5)) ** 0.5  # a standard deviation at which eps is as large as the variance
        for training in (True, False):
            N, _, C = random_sizes(rng)
            state, x = random_state(rng, C), normal(rng, N, C, scale=scale)
            state["running_mean"], state["running_var"] = normal(rng, C, scale=scale), scale**2 * state["running_var"]
            assert_close(
                make(submission, state, training=training, **options)(x),
                Oracle(state, training=training, **options)(x).detach(),
                name=f"bn(x) in {'training' if training else 'evaluation'}",
                oracle="nn.BatchNorm1d",
                sizes=named(x),
            )


@needs("test_x_stays_in_evaluation", "test_evaluation")
def test_gradients_in_evaluation(submission, rng):
    """The gradients in evaluation are nn.BatchNorm1d's: the running statistics are constants, the rest is not."""
    assert_gradients(submission, rng, training=False, rtol=1e-4)


@needs("test_running_mean")
def test_evaluation_changes_nothing(submission, rng):
    """In evaluation the running statistics stay as they are, whatever comes."""
    N, T, C = random_sizes(rng)
    outs, found = [], []
    for x in (*both(rng, N, T, C), *both(rng, N, T, C)):
        state = random_state(rng, C)
        layer = make(submission, state, training=False)
        outs.append(layer(x))
        found.append((statistics(layer, C), {name: state[name] for name in BUFFERS}))
    for actual, before in found:
        assert_close(actual, before, name="the layer", oracle="as they were")
    assert_responds(outs[0], outs[2], name="bn(x), by two layers,")


@needs("test_three_axes", "test_running_mean", "test_running_var", "test_evaluation", "test_evaluation_changes_nothing")
def test_layers_keep_apart(submission, rng):
    """Two layers of one size, in turn in training and in evaluation, have each its own statistics and mode."""
    N, T, C = random_sizes(rng)
    states = [random_state(rng, C) for _ in range(2)]
    theirs = [make(submission, state) for state in states]
    ours = [Oracle(state) for state in states]
    for number, training in ((0, True), (1, True), (1, False), (0, True), (0, False), (1, True), (0, False)):
        x = normal(rng, N, T, C)
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


@needs("test_a_new_layer", "test_layers_keep_apart")
def test_float32(submission, rng):
    """A new layer, never touched, gives what nn.BatchNorm1d gives in float32, over batches of training and after."""
    N, T, C = random_sizes(rng)
    theirs = submission.BatchNorm1d(C)
    ours = Oracle(dict(zip(TENSORS, (torch.ones(C), torch.zeros(C), torch.zeros(C), torch.ones(C)), strict=True)))
    for training in (True, True, False):
        x = (1.5 + normal(rng, N, T, C)).float()
        theirs.training = training
        actual, expected = theirs(x), ours.train(training)(x).detach()
        assert_close(actual, expected, name="bn(x)", oracle="nn.BatchNorm1d", rtol=1e-4)
