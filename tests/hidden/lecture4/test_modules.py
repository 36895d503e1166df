"""Checks of lecture4.modules: the layers, the stack, and the bias that makes no difference."""

import itertools

import torch
import torch.nn.functional as F

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    generators,
    integer,
    library,
    needs,
    normal,
    parameters_of,
    points,
    undisturbed,
    uniform,
    vjp,
)


def ask(submission, layer, name):
    """An attribute, ``weight.grad`` too."""
    return library(submission, "operator").attrgetter(name)(layer)


def put(submission, layer, **tensors):
    """Set the data of a layer's tensors; not the attributes, for those of an ``nn.Module`` take parameters alone."""
    for name, tensor in tensors.items():
        ask(submission, layer, f"{name}.__setattr__")("data", tensor)
    return layer


def linear(submission, weight, bias=None):
    """The learner's layer with these parameters."""
    layer = submission.Linear(*weight.shape, bias=bias is not None)
    return put(submission, layer, weight=weight, **({} if bias is None else {"bias": bias}))


def normalisation(submission, C, rng):
    """The learner's BatchNorm1d with random tensors, and these."""
    bounds = {"gamma": (1.5, 2.5), "beta": (0.3, 0.9), "running_mean": (-3, -1.5), "running_var": (1.5, 3.5)}
    state = {name: uniform(rng, low, high, C) for name, (low, high) in bounds.items()}
    return put(submission, submission.BatchNorm1d(C), **state), state


@points(2)
def test_linear(submission, rng):
    """Linear gives x @ weight + bias, and without a bias x @ weight, for any leading axes; weight is (in, out)."""
    for leading in ((integer(rng, 6, 8),), (2, 6), (1,)):
        i, o = integer(rng, 3, 4), integer(rng, 9, 11)
        weight, bias, x = normal(rng, i, o), normal(rng, o), normal(rng, *leading, i)
        with_bias, without = linear(submission, weight, bias), linear(submission, weight)
        answers = with_bias(x), without(x)
        expected = x @ weight + bias, x @ weight
        names = ("Linear(…)(x)", "Linear(…, bias=False)(x)")
        assert_close(answers, expected, name=names, oracle="by hand", sizes={"fan_in": i, "fan_out": o})


@points(2)
def test_first_parameters(submission, rng):
    """The first weight is the generator's numbers divided by √fan_in, the first bias zeros; both are float32."""
    for i, o in ((integer(rng, 3, 9), integer(rng, 10, 19)), (1, 4), (5, 1)):
        theirs, ours = generators(rng)
        layer = submission.Linear(i, o, generator=theirs)
        expected = torch.randn((i, o), generator=ours) / i**0.5, torch.zeros(o)
        assert_close(
            (layer.weight, layer.bias), expected, name=("weight", "bias"), oracle="the same generator", rtol=1e-6,
            sizes={"fan_in": i, "fan_out": o},
        )  # fmt: skip


@needs("test_first_parameters")
def test_no_other_generator(submission, rng):
    """With a generator, torch's global one is left alone; without one, every layer still gets weights of its own."""
    with undisturbed(submission, rng):
        layers = [submission.Linear(3, 4, generator=generators(rng)[0]).weight for _ in range(2)]
        assert_responds(*layers, name="weight")
    layers = [submission.Linear(3, 4).weight for _ in range(2)]
    assert_responds(*layers, name="weight, without a generator,")


def listed(submission, layer, expected, rng, name):
    """Demand that parameters() gives these tensors, and that what is done to them is done to the layer."""
    found = parameters_of(submission, layer)
    steps = [normal(rng, *tensor.shape) for tensor in expected.values()]
    for add, step in zip(parameters_of(submission, layer, "data.add_"), steps, strict=False):
        check(callable(add), f"{name}.parameters() must give tensors.")
        add(step)
    after = {key: ask(submission, layer, key) for key in expected}
    check(
        len(found) == len(expected),
        f"{name}.parameters() gives {len(found)} tensors; {len(expected)} are trained: {', '.join(expected)}.",
    )
    assert_close(tuple(found), tuple(expected.values()), name=tuple(expected), oracle="as set")
    moved = {key: tensor + step for (key, tensor), step in zip(expected.items(), steps, strict=True)}
    assert_close(after, moved, name=f"{name}, its parameters changed,", oracle="the change added")


@points(2)
def test_parameters_of_linear(submission, rng):
    """Linear's parameters() are weight and bias, in this order; without a bias, which then is None, weight alone."""
    i, o = integer(rng, 3, 4), integer(rng, 5, 9)
    weight, bias = normal(rng, i, o), normal(rng, o)
    layer, without = linear(submission, weight, bias), linear(submission, weight)
    none = without.bias
    number = len(parameters_of(submission, without))
    listed(submission, layer, {"weight": weight, "bias": bias}, rng, "Linear(…)")
    check(none is None, "With bias=False the attribute bias must be None; this layer has one.")
    check(
        number == 1,
        f"Linear(…, bias=False).parameters() gives {number} tensors, and weight alone is trained. A bias before a "
        "batch normalisation has the gradient 0: nothing moves it.",
    )
    listed(submission, without, {"weight": weight}, rng, "Linear(…, bias=False)")


def test_tanh(submission, rng):
    """Tanh gives tanh(x) for any shape, and has no parameters."""
    layer = submission.Tanh()
    for shape in ((integer(rng, 3, 9),), (2, integer(rng, 3, 9)), (2, 3, 4)):
        x = normal(rng, *shape, scale=2.0)
        assert_close(layer(x), torch.tanh(x), name="Tanh()(x)", oracle="torch")
    number = len(parameters_of(submission, layer))
    check(number == 0, f"Tanh has nothing to train, and parameters() gives {number} tensors: return an empty list.")


@points(2)
@needs("test_linear", "test_tanh")
def test_sequential(submission, rng):
    """Sequential calls its layers in order, a stack among them too, and a single one."""
    C = integer(rng, 2, 6)  # with square weights layers can be called in any order, and the answer is another
    squares, x = [normal(rng, C, C) for _ in range(2)], normal(rng, 7, C)
    layers = [linear(submission, weight) for weight in squares]
    answer = submission.Sequential([layers[0], submission.Tanh(), layers[1]])(x)
    assert_close(answer, torch.tanh(x @ squares[0]) @ squares[1], name="net(x)", oracle="by hand", sizes={"C": C})
    sizes = [integer(rng, 3, 4), integer(rng, 5, 6), integer(rng, 7, 8), integer(rng, 9, 11)]
    weights = [normal(rng, *pair) for pair in itertools.pairwise(sizes)]
    biases = [normal(rng, size) for size in sizes[1:]]
    layers = [linear(submission, *pair) for pair in zip(weights, biases, strict=True)]
    x = normal(rng, 5, sizes[0])
    hidden = torch.tanh(x @ weights[0] + biases[0])
    second = torch.tanh(hidden @ weights[1] + biases[1])
    inner = submission.Sequential([layers[1], submission.Tanh()])
    single = submission.Sequential([layers[0]])
    net = submission.Sequential([layers[0], submission.Tanh(), inner, layers[2]])
    answers = [net(x), inner(hidden), single(x), net(x)]
    expected = [second @ weights[2] + biases[2], second, x @ weights[0] + biases[0], second @ weights[2] + biases[2]]
    names = ("net(x)", "inner(h)", "single(x)", "net(x), the second time")
    assert_close(tuple(answers), tuple(expected), name=names, oracle="by hand")


@needs("test_linear", "test_tanh", "test_sequential")
def test_out(submission, rng):
    """Linear, Tanh and Sequential keep what they returned last as out, for the diagnostics."""
    i, o = integer(rng, 3, 4), integer(rng, 5, 9)
    weight, bias = normal(rng, i, o), normal(rng, o)
    inner, tanh = linear(submission, weight, bias), submission.Tanh()
    stack = submission.Sequential([inner, tanh])
    inputs = [normal(rng, 3, i) for _ in range(2)]
    for x in (*inputs, inputs[0]):
        stack(x)
        expected = (x @ weight + bias, torch.tanh(x @ weight + bias))
        kept = (inner.out, tanh.out, stack.out)
        names = ("the out of Linear", "the out of Tanh", "the out of Sequential")
        assert_close(kept, (*expected, expected[1]), name=names, oracle="what it returned")


@points(2)
@needs("test_parameters_of_linear", "test_tanh")
def test_parameters_of_sequential(submission, rng):
    """Sequential's parameters() are those of its layers, in their order: gamma and beta of a normalisation as well."""
    i, o, V = integer(rng, 3, 4), integer(rng, 5, 6), integer(rng, 7, 9)
    weight, last, bias = normal(rng, i, o), normal(rng, o, V), normal(rng, V)
    bn, state = normalisation(submission, o, rng)
    inner = submission.Sequential([submission.Tanh(), linear(submission, last, bias)])
    first = linear(submission, weight)
    net = submission.Sequential([first, bn, inner])
    expected = (weight, state["gamma"], state["beta"], last, bias)
    found = parameters_of(submission, net)
    alone = parameters_of(submission, submission.Sequential([submission.Tanh()]))
    steps = [normal(rng, *tensor.shape) for tensor in expected]
    for add, step in zip(parameters_of(submission, net, "data.add_"), steps, strict=False):
        check(callable(add), "parameters() must give tensors.")
        add(step)
    after = first.weight, bn.gamma
    check(
        len(found) == len(expected),
        f"net.parameters() gives {len(found)} tensors; its layers have {len(expected)}: a weight, gamma and beta, and, "
        "in the stack within, weight and bias.",
    )
    names = ("the first weight", "gamma", "beta", "the second weight", "the second bias")
    assert_close(tuple(found), expected, name=names, oracle="as set")
    check(alone == [], "A stack with nothing to train must give an empty list.")
    moved = weight + steps[0], state["gamma"] + steps[1]
    assert_close(after, moved, name=("the first weight, changed,", "gamma, changed,"), oracle="the change added")


@points(2)
def test_train(submission, rng):
    """train sets the mode of all layers, of stacks within the stack too: True without an argument."""
    C = integer(rng, 3, 5)
    first, inner, last = (normalisation(submission, C, rng)[0] for _ in range(3))
    for layer in (first, inner, last):
        layer.training = False
    within = submission.Sequential([submission.Tanh(), inner])
    net = submission.Sequential([first, within, submission.Tanh(), last])
    calls = [(True,), (False,), (), *(((True,), (False,), ())[integer(rng, 0, 2)] for _ in range(20))]
    found = []
    for arguments in calls:
        net.train(*arguments)
        found.append((first.training, inner.training, last.training))
    names = ("the first layer", "a layer of a stack within the stack", "the last layer")
    for arguments, modes in zip(calls, found, strict=True):
        wanted, call = (not arguments or arguments[0]), f"net.train({', '.join(map(str, arguments))})"
        for name, mode in zip(names, modes, strict=True):
            check(
                mode is wanted, f"After {call} the attribute training of {name} must be {wanted}; it is {mode!r:.60}."
            )


@needs("test_linear", "test_tanh", "test_sequential")
def test_train_returns_the_stack(submission, rng):
    """train returns the stack itself, so that net = net.train(False) can be written."""
    i, o = integer(rng, 3, 4), integer(rng, 5, 9)
    weight, bias, x = normal(rng, i, o), normal(rng, o), normal(rng, 3, i)
    net = submission.Sequential([linear(submission, weight, bias), submission.Tanh()])
    returned = net.train(False)
    check(callable(returned), "train must return the stack itself: return self.")
    name = "net.train(False)(x)"
    assert_close(returned(x), torch.tanh(x @ weight + bias), name=name, oracle="by hand")


def gradient_of(submission, layer, name, of_module):
    """The gradient of a tensor of the one Linear in a stack: of a plain class, that of the attribute."""
    named = [gradient for key, gradient in of_module.items() if key.endswith(name)]
    return named[0] if named else ask(submission, layer, f"{name}.grad")


def network(submission, rng, weight, bias, state):
    """Linear, BatchNorm1d, Tanh as a stack, and its first two layers."""
    first = linear(submission, weight, bias)
    bn = put(submission, submission.BatchNorm1d(weight.shape[1]), **state)
    return submission.Sequential([first, bn, submission.Tanh()]), first


@points(2)
@needs("test_linear", "test_tanh", "test_sequential")
def test_a_bias_before_batchnorm_is_for_nothing(submission, rng):
    """With and without a bias before BatchNorm1d a network gives the same in training; the bias's gradient is 0."""
    N, i, o = integer(rng, 20, 30), integer(rng, 3, 4), integer(rng, 5, 9)
    weight, bias, x, upstream = normal(rng, i, o), 1 + normal(rng, o), normal(rng, N, i), normal(rng, N, o)
    _, state = normalisation(submission, o, rng)
    with_bias, first = network(submission, rng, weight, bias, state)
    without, _ = network(submission, rng, weight, None, state)
    normalised = F.batch_norm(x @ weight, None, None, state["gamma"], state["beta"], training=True)
    ask(submission, first, "bias.requires_grad_")()
    out, _, of_module = vjp(with_bias, (x,), upstream)
    gradient = gradient_of(submission, first, "bias", of_module)
    names = ("the output with a bias", "the output without one")
    assert_close((out, without(x)), (torch.tanh(normalised),) * 2, name=names, oracle="nn.BatchNorm1d")
    check(
        isinstance(gradient, torch.Tensor) and gradient.shape == (o,) and float(gradient.abs().max()) < 1e-9,
        "The gradient of a bias before a batch normalisation must be there, and 0 up to rounding.",
    )


@needs("test_linear", "test_tanh", "test_sequential")
def test_gradients(submission, rng):
    """Gradients flow through a stack to its input and its first weight, as autograd has them."""
    N, i, o = integer(rng, 7, 9), integer(rng, 3, 4), integer(rng, 5, 6)
    weight, bias, x, upstream = normal(rng, i, o), normal(rng, o), normal(rng, N, i), normal(rng, N, o)
    first = linear(submission, weight, bias)
    net = submission.Sequential([first, submission.Tanh()])
    for name in ("weight", "bias"):
        ask(submission, first, f"{name}.requires_grad_")()
    _, (dx,), of_module = vjp(net, (x,), upstream)
    found = [gradient_of(submission, first, name, of_module) for name in ("weight", "bias")]
    leaves = [tensor.clone().requires_grad_() for tensor in (x, weight, bias)]
    expected = torch.autograd.grad(torch.tanh(leaves[0] @ leaves[1] + leaves[2]), leaves, upstream)
    assert_close((dx, *found), expected, name=("dx", "dweight", "dbias"))


def test_x_stays_as_it_is(submission, rng):
    """No layer modifies x, or uses torch's global generator when it is called."""
    i, o = integer(rng, 3, 4), integer(rng, 5, 9)
    inner, tanh = linear(submission, normal(rng, i, o), normal(rng, o)), submission.Tanh()
    stack = submission.Sequential([submission.Tanh(), inner])
    with undisturbed(submission, rng):
        for layer in (inner, tanh, stack):
            assert_responds(*(assert_unchanged(layer, normal(rng, 3, i)) for _ in range(2)), name="what it returns")
