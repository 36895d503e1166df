"""Checks of lecture6.sequential: calls in order, each tensor once, modes down to the last layer."""

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
    parameters_of,
    points,
    undisturbed,
    vjp,
)


def linear(submission, weight, bias=None):
    """A layer of torch's with these parameters, (out, in) and (out,)."""
    o, i = weight.shape
    layer = library(submission, "torch.nn").Linear(i, o, bias=bias is not None).double()
    layer.load_state_dict({"weight": weight, **({} if bias is None else {"bias": bias})})
    return layer


def tanh(submission):
    return library(submission, "torch.nn").Tanh()


def plain(submission, training=True):
    """A layer that is no module: called, with nothing to train, and its mode an attribute alone."""
    layer = library(submission, "functools").partial(library(submission, "torch").tanh)
    layer.parameters = library(submission, "builtins").list
    layer.training = training
    return layer


def share(submission, source, target, name):
    """Let a tensor of one layer be that of another, too, where they are."""
    builtins, operator = library(submission, "builtins"), library(submission, "operator")
    put = library(submission, "functools").partial(builtins.setattr, target, name)
    list(iter(builtins.map(put, builtins.map(operator.attrgetter(name), [source]))))


@points(2)
def test_calls(submission, rng):
    """Each layer is called with what the one before it returned, in the order of the list."""
    found = []
    for _ in range(2):
        C = integer(rng, 3, 6)  # with square weights layers can be called in any order, and the answer is another
        weights = [normal(rng, C, C) for _ in range(3)]
        layers, x = [linear(submission, weight) for weight in weights], normal(rng, 7, C)
        net = submission.Sequential([layers[0], tanh(submission), layers[1], plain(submission), layers[2]])
        second = torch.tanh(torch.tanh(x @ weights[0].T) @ weights[1].T)
        found.append((net(x), second @ weights[2].T, C))
    for actual, expected, C in found:
        assert_close(actual, expected, name="net(x)", oracle="by hand", sizes={"C": C})


@needs("test_calls")
def test_stacks_and_repeats(submission, rng):
    """A stack may stand within a stack, a layer may stand in it twice, and one layer alone is a stack."""
    C = integer(rng, 3, 6)
    a, b, x = normal(rng, C, C), normal(rng, C, C), normal(rng, 7, C)
    first, second = linear(submission, a), linear(submission, b)
    inner = submission.Sequential([tanh(submission), second])
    net = submission.Sequential([first, inner, tanh(submission), first])
    answers = submission.Sequential([first])(x), inner(x), net(x), net(x)
    within = torch.tanh(torch.tanh(x @ a.T) @ b.T) @ a.T
    expected = x @ a.T, torch.tanh(x) @ b.T, within, within
    names = ("a stack of one layer", "the stack within", "the stack", "the stack, called again,")
    assert_close(answers, expected, name=names, oracle="by hand", sizes={"C": C})


@points(2)
def test_parameters(submission, rng):
    """parameters() gives all tensors of all layers, these very ones, in the order of the layers."""
    i, o, V = integer(rng, 3, 4), integer(rng, 5, 6), integer(rng, 7, 9)
    expected = normal(rng, o, i), normal(rng, V, o), normal(rng, V), normal(rng, i, V)
    first, second, last = (linear(submission, *tensors) for tensors in (expected[:1], expected[1:3], expected[3:]))
    net = submission.Sequential([first, plain(submission), submission.Sequential([tanh(submission), second]), last])
    found, alone = parameters_of(submission, net), parameters_of(submission, submission.Sequential([tanh(submission)]))
    steps = [normal(rng, *tensor.shape) for tensor in expected]
    for add, step in zip(parameters_of(submission, net, "data.add_"), steps, strict=False):
        check(callable(add), "parameters() must give tensors.")
        add(step)
    after = first.weight, second.bias
    check(
        len(found) == len(expected),
        f"net.parameters() gives {len(found)} entries; its layers have {len(expected)} tensors: a weight, in the stack "
        "within a weight and a bias, and a last weight.",
    )
    names = ("the first weight", "the second weight", "its bias", "the last weight")
    assert_close(tuple(found), expected, name=names, oracle="as set")
    check(alone == [], "A stack with nothing to train must give an empty list.")
    moved = expected[0] + steps[0], expected[2] + steps[2]
    assert_close(after, moved, name=("the first weight, changed,", "the bias, changed,"), oracle="the change added")


@points(2)
@needs("test_parameters")
def test_shared_tensors(submission, rng):
    """A tensor that comes twice is listed once: of a layer that stands there twice, or shared by two layers."""
    C = integer(rng, 3, 5)
    weight, first_bias, second_bias, own = (normal(rng, *shape) for shape in ((C, C), (C,), (C,), (C + 1, C)))
    first, second = linear(submission, weight, first_bias), linear(submission, weight, second_bias)
    share(submission, first, second, "weight")
    last = linear(submission, own)
    twice = submission.Sequential([first, tanh(submission), first, last])
    tied = submission.Sequential([first, tanh(submission), submission.Sequential([second]), last])
    found = parameters_of(submission, twice), parameters_of(submission, tied)
    expected = (weight, first_bias, own), (weight, first_bias, second_bias, own)
    lists = ("of a stack in which one layer stands twice", "of two layers that share a weight, with one more")
    for actual, right, what in zip(found, expected, lists, strict=True):
        check(
            len(actual) == len(right),
            f"parameters() {what}, gives {len(actual)} entries; there are {len(right)} different tensors.",
        )
        assert_close(tuple(actual), right, name=tuple(f"parameters()[{n}]" for n in range(len(right))), oracle="as set")


@needs("test_parameters")
def test_equal_tensors_are_two(submission, rng):
    """Two tensors that hold the same numbers are two parameters."""
    C = integer(rng, 3, 5)
    weight, bias = normal(rng, C, C), normal(rng, C)
    other, third = normal(rng, C, C), normal(rng, C)
    tensors = (weight, bias, weight, bias, other, third)
    layers = [linear(submission, *pair) for pair in (tensors[:2], tensors[2:4], tensors[4:])]
    found = parameters_of(submission, submission.Sequential([layers[0], tanh(submission), *layers[1:]]))
    check(
        len(found) == 6,
        f"Three layers have six tensors, though two layers hold the same numbers; parameters() gives {len(found)}.",
    )
    names = ("weight", "bias", "the second weight", "the second bias", "the third weight", "the third bias")
    assert_close(tuple(found), tensors, name=names, oracle="as set")


def stack(submission):
    """A stack of every kind of layer, and how to ask each for its mode, by name."""
    nn, attribute = library(submission, "torch.nn"), library(submission, "operator").attrgetter
    first, inside, last = plain(submission), plain(submission), nn.Dropout(0.5)
    within = submission.Sequential([nn.Tanh(), inside])
    module = nn.ModuleList([nn.Dropout(0.5)])  # has a train of its own; never called here
    module.forward = library(submission, "torch").tanh
    net = submission.Sequential([first, within, module, last])
    layers = {
        "the first layer": (first, "training"),
        "a layer of a stack within the stack": (inside, "training"),
        "a module within a module of torch": (module[0], "training"),
        "the last layer": (last, "training"),
        "the stack itself": (net, "training"),
    }
    return net, lambda: {name: attribute(path)(layer) for name, (layer, path) in layers.items()}


def assert_modes(found):
    """Demand of each (what was called, mode, modes found) that all are this mode."""
    for call, wanted, modes in found:
        for name, mode in modes.items():
            check(
                mode is wanted, f"After {call} the attribute training of {name} must be {wanted}; it is {mode!r:.60}."
            )


@points(2)
def test_train(submission, rng):
    """train(mode) sets the mode of all layers and of the stack itself; without an argument, that of training."""
    net, modes = stack(submission)
    calls = [(True,), (False,), (), *(((True,), (False,), ())[integer(rng, 0, 2)] for _ in range(20))]
    found = [("nothing", True, {"the stack itself": net.training})]
    for arguments in calls:
        net.train(*arguments)
        found.append((f"net.train({', '.join(map(str, arguments))})", not arguments or arguments[0], modes()))
    assert_modes(found)


@needs("test_train")
def test_eval(submission, rng):
    """eval() puts all layers and the stack itself into evaluation; train() brings them back."""
    net, modes = stack(submission)
    found = []
    for call in ("eval", "train", False, True, "eval", *((True, False, "eval")[integer(rng, 0, 2)] for _ in range(20))):
        if isinstance(call, bool):
            net.train(call)
            found.append((f"net.train({call})", call, modes()))
        else:
            getattr(net, call)()
            found.append((f"net.{call}()", call == "train", modes()))
    assert_modes(found)


@needs("test_calls")
def test_the_stack_is_returned(submission, rng):
    """train and eval return the stack itself, so that net = net.eval() can be written."""
    i, o = integer(rng, 3, 4), integer(rng, 5, 9)
    weight, x = normal(rng, o, i), normal(rng, 6, i)
    net = submission.Sequential([linear(submission, weight), tanh(submission)])
    same = library(submission, "operator").is_
    for call, returned in (
        ("train(True)", net.train(True)),
        ("eval()", net.eval()),
        ("train(False)", net.train(False)),
    ):
        check(callable(returned) and same(returned, net) is True, f"{call} must return the stack itself: return self.")
        name = f"net.{call}(x)"
        assert_close(returned(x), torch.tanh(x @ weight.T), name=name, oracle="by hand")


@needs("test_calls")
def test_gradients(submission, rng):
    """Gradients flow through the stack to its input."""
    i, o, V = integer(rng, 3, 4), integer(rng, 5, 6), integer(rng, 7, 9)
    a, b, x, upstream = normal(rng, o, i), normal(rng, V, o), normal(rng, 8, i), normal(rng, 8, V)
    net = submission.Sequential([linear(submission, a), tanh(submission), linear(submission, b)])
    _, (dx,), _ = vjp(net, (x,), upstream)
    leaf = x.clone().requires_grad_()
    (expected,) = torch.autograd.grad(torch.tanh(leaf @ a.T) @ b.T, leaf, upstream)
    assert_close(dx, expected, name="dx")


@needs("test_calls")
def test_x_stays_as_it_is(submission, rng):
    """A call modifies neither x nor the mode, and uses no random numbers of its own."""
    i, o, outs = integer(rng, 3, 4), integer(rng, 5, 9), []
    net = submission.Sequential([linear(submission, normal(rng, o, i)), plain(submission, training=False)])
    net.training = False
    with undisturbed(submission, rng):
        outs = [assert_unchanged(net, normal(rng, 6, i)) for _ in range(2)]
    assert_responds(*outs, name="what it returns")
    check(net.training is False, "A call has changed the mode of the stack.")
