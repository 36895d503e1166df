"""Checks of lecture1.nn: neurons, layers and networks of Values, against NumPy.

Networks stay where the submission runs, and the check has handles. It sets every weight and bias through the attributes
that the stub names, so that no answer depends on what was drawn at first.
"""

import itertools
import math

import numpy as np

from grader.checks import (
    assert_close,
    assert_unchanged,
    bonus,
    check,
    integer,
    library,
    needs,
    new_seed,
    points,
    type_in_words,
    uniform,
)
from grader.checks.complex_step import gradients


def number(rng, low=0.3, high=1.3):
    """A random Python float, as often negative as not."""
    return float(uniform(rng, low, high)) * (1, -1)[integer(rng, 0, 1)]


def numbers(rng, count, low=0.3, high=1.3):
    """A list of them."""
    return [number(rng, low, high) for _ in range(count)]


def must_be_value(thing, name):
    """Demand that an answer is one object of the learner's, and no list and no plain number."""
    check(type(thing).__name__ in {"Handle", "Value"}, f"{name} must be a Value; here is {type_in_words(thing)}.")
    return thing


def number_in(found, name):
    """A number that came, as a float."""
    check(
        isinstance(found, int | float) and not isinstance(found, bool),
        f"{name} must be a number; here is {type_in_words(found)}.",
    )
    return float(found)


def data_of(value, name):
    """The number in a Value."""
    return number_in(must_be_value(value, name).data, f"{name}.data")


def listed(things, count, name):
    """A list of so many objects."""
    check(isinstance(things, list | tuple), f"{name} must be a list; here is {type_in_words(things)}.")
    check(len(things) == count, f"{name} must hold {count}; it holds {len(things)}.")
    for thing in things:
        check(type(thing).__name__ not in {"int", "float", "NoneType", "list"}, f"{name} must hold objects of yours.")
    return things


class Twin:
    """A neuron, layer or network of the learner's with known numbers in it, and the same in NumPy.

    Args:
        rng: draws the numbers.
        sizes: the number of inputs, and of the neurons of each layer.
        nonlin: whether there is a tanh.
    """

    def __init__(self, rng, *sizes, nonlin=True):
        self.nonlin = nonlin
        self.layers = []
        for nin, nout in itertools.pairwise(sizes):
            weights = np.array([numbers(rng, nin) for _ in range(nout)])
            self.layers.append([weights / math.sqrt(nin), np.array(numbers(rng, nout))])

    def fill_neuron(self, neuron, layer=0, place=0):
        """Write the numbers of one neuron, and return its Values, the bias last."""
        weights, biases = self.layers[layer]
        w, b = listed(neuron.w, weights.shape[1], "neuron.w"), must_be_value(neuron.b, "neuron.b")
        for value, found in zip((*w, b), (*weights[place].tolist(), float(biases[place])), strict=True):
            value.data = found
        return [*w, b]

    def fill_layer(self, layer, number=0):
        """Write the numbers of one layer."""
        neurons = listed(layer.neurons, len(self.layers[number][0]), "layer.neurons")
        return [value for place, neuron in enumerate(neurons) for value in self.fill_neuron(neuron, number, place)]

    def fill(self, mlp):
        """Write the numbers of a network."""
        layers = listed(mlp.layers, len(self.layers), "mlp.layers")
        return [value for number, layer in enumerate(layers) for value in self.fill_layer(layer, number)]

    def __call__(self, x):
        """What is right, an array (outputs,)."""
        return self.forward(x, *(array for pair in self.layers for array in pair))

    def forward(self, x, *arrays):
        """The outputs of a network with these weights and biases, (…, outputs)."""
        out = np.array(x, dtype=np.float64)
        for weights, biases in zip(arrays[::2], arrays[1::2], strict=True):
            out = (weights @ out[..., None])[..., 0] + biases
            out = np.tanh(out) if self.nonlin else out
        return out

    def numbers(self):
        """All numbers, in the order of the parameters."""
        return in_order([array for pair in self.layers for array in pair])

    def gradients(self, x):
        """The gradients of the last output for x, in the same order."""
        arrays = [array for pair in self.layers for array in pair]
        return in_order(gradients(lambda *arrays: self.forward(x, *arrays)[..., -1], *arrays)[1])


def in_order(arrays):
    """The numbers of weights and biases in turns, neuron after neuron, the bias last."""
    pairs = zip(arrays[::2], arrays[1::2], strict=True)
    return [number for pair in pairs for row in np.column_stack(pair).tolist() for number in row]


def inputs(submission, rng, x, kind):
    """The inputs as plain numbers, as Values, or some of both."""
    if kind == "numbers":
        return x
    return [submission.Value(xi) if kind == "Values" or integer(rng, 0, 1) else xi for xi in x]


def answer(model, x):
    """What a layer or network answers: the number in a Value, or those in a list of Values."""
    out = model(x)
    return (
        [data_of(one, "an output") for one in out] if isinstance(out, list | tuple) else data_of(out, "what it returns")
    )


def compare(found, expected, name):
    """Demand the outputs of the twin, in a list where there are several, and the one itself where there is one."""
    if len(expected) == 1:
        check(not isinstance(found, list), f"{name} must be a Value: one output stands in no list.")
        assert_close(found, float(expected[0]), name=name, oracle="NumPy")
        return
    check(isinstance(found, list), f"{name} must be a list of {len(expected)} Values; here is a single one.")
    check(len(found) == len(expected), f"{name} must be a list of {len(expected)} Values; here are {len(found)}.")
    assert_close(np.array(found), expected, name=name, oracle="NumPy")


@points(2)
def test_neuron(submission, rng):
    """A neuron returns tanh(w · x + b), and w · x + b with nonlin=False, for inputs that are numbers or Values."""
    asked = []
    for nin, nonlin in ((3, True), (2, False), (1, True), (4, False), (5, True)):
        twin = Twin(rng, nin, 1, nonlin=nonlin)
        neuron = submission.Neuron(nin, nonlin) if not nonlin or integer(rng, 0, 1) else submission.Neuron(nin)
        twin.fill_neuron(neuron)
        for kind in ("numbers", "Values", "both"):
            x = numbers(rng, nin)
            found = data_of(neuron(inputs(submission, rng, x, kind)), f"Neuron({nin}, {nonlin})(x)")
            asked.append((found, float(twin(x)[0]), f"Neuron({nin}, nonlin={nonlin})(x).data, where x holds {kind},"))
    for found, expected, name in asked:
        assert_close(found, expected, name=name, oracle="NumPy")


@needs("test_neuron")
def test_layer(submission, rng):
    """A layer returns a list with what each neuron answers, and for a single neuron its Value itself."""
    asked = []
    for nin, nout, nonlin in ((3, 4, True), (2, 3, False), (4, 2, True), (3, 1, True), (2, 1, False)):
        layer, neuron, x = submission.Layer(nin, nout, nonlin), submission.Neuron(nin, nonlin), numbers(rng, nin)
        for _ in range(2):  # the same inputs, once more after the weights have changed
            twin = Twin(rng, nin, nout, nonlin=nonlin)
            twin.fill_layer(layer)
            twin.fill_neuron(neuron)
            asked.append((answer(neuron, x), twin(x)[:1], f"Neuron({nin}, {nonlin})(x)"))
            asked.append((answer(layer, x), twin(x), f"Layer({nin}, {nout}, {nonlin})(x)"))
    for found, expected, name in asked:
        compare(found, expected, name)


@needs("test_layer")
@points(2)
def test_mlp(submission, rng):
    """A network hands the answers of each layer on to the next, and has a tanh in every neuron, the last ones too."""
    asked = []
    for sizes in ((3, 3, 3), (3, 4, 4, 1), (2, 3), (4, 2, 5, 3), (2, 1)):
        mlp = submission.MLP(sizes[0], list(sizes[1:]))
        name = f"MLP({sizes[0]}, {list(sizes[1:])})(x)"
        for kind, times in (("numbers", 2), ("both", 1)):
            x = inputs(submission, rng, plain := numbers(rng, sizes[0]), kind)
            for _ in range(times):  # the same inputs, once more after the weights have changed
                twin = Twin(rng, *sizes)
                twin.fill(mlp)
                asked.append((answer(mlp, x), twin(plain), name))
    for found, expected, name in asked:
        compare(found, expected, name)


@needs("test_mlp")
@points(2)
def test_parameters(submission, rng):
    """parameters() lists every weight and bias once: the Values themselves, weights first, neuron after neuron."""
    for sizes in ((3, 4, 4, 1), (2, 5, 3), (4, 1)):
        twin, mlp = Twin(rng, *sizes), submission.MLP(sizes[0], list(sizes[1:]))
        twin.fill(mlp)
        asked = [(mlp.parameters(), twin.numbers(), f"MLP({sizes[0]}, {list(sizes[1:])}).parameters()")]
        first, count = mlp.layers[0], (sizes[0] + 1) * sizes[1]
        asked.append((first.parameters(), twin.numbers()[:count], "layer.parameters()"))
        asked.append((first.neurons[0].parameters(), twin.numbers()[: sizes[0] + 1], "neuron.parameters()"))
        told = [
            [data_of(p, f"an entry of {name}") for p in listed(found, len(expected), name)]
            for found, expected, name in asked
        ]
        for (_, expected, name), data in zip(asked, told, strict=True):
            assert_close(np.array(data), np.array(expected), name=f"the data of {name}", oracle="as they were set")
        for p in asked[0][0]:  # no copies: what is set in them is what the network computes with
            p.data = -p.data * 0.5
        x = numbers(rng, sizes[0])
        halved = Twin(rng, *sizes)
        for mine, (weights, biases) in zip(halved.layers, twin.layers, strict=True):
            mine[:] = [-weights * 0.5, -biases * 0.5]
        compare(answer(mlp, x), halved(x), "what the network returns when all parameters are changed")
        for again, expected in (
            (mlp.parameters(), halved.numbers()),
            (first.parameters(), halved.numbers()[:count]),
            (first.neurons[0].parameters(), halved.numbers()[: sizes[0] + 1]),
        ):
            data = [data_of(p, "a parameter") for p in listed(again, len(expected), "parameters()")]
            assert_close(np.array(data), np.array(expected), name="the data of parameters() now",
                         oracle="as they were set")  # fmt: skip


@needs("test_parameters")
@points(2)
def test_gradients(submission, rng):
    """backward from an output gives every parameter its gradient: the derivative of that output by it."""
    for sizes in ((3, 4, 4, 1), (2, 5, 3)):
        twin, mlp = Twin(rng, *sizes), submission.MLP(sizes[0], list(sizes[1:]))
        values = twin.fill(mlp)
        x = numbers(rng, sizes[0])
        out = mlp(x)
        out = must_be_value(out[-1] if isinstance(out, list | tuple) and out else out, "the output")
        out.backward()
        found = np.array([number_in(value.grad, "a grad") for value in values])
        expected = np.array(twin.gradients(x))
        assert_close(found, expected, name="the grads of all parameters")


@needs("test_parameters")
def test_zero_grad(submission, rng):
    """zero_grad sets the grad of every parameter to 0, in a neuron, a layer and a network, and changes nothing else."""
    asked = []
    for kind in ("MLP", "Layer", "Neuron"):
        sizes = {"MLP": (3, 4, 2), "Layer": (3, 4), "Neuron": (3, 1)}[kind]
        twin = Twin(rng, *sizes)
        if kind == "MLP":
            model = submission.MLP(3, [4, 2])
            values = twin.fill(model)
        elif kind == "Layer":
            model = submission.Layer(3, 4)
            values = twin.fill_layer(model)
        else:
            model = submission.Neuron(3)
            values = twin.fill_neuron(model)
        for _ in range(2):  # as often as a training loop asks
            for value in values:
                value.grad = number(rng)
            before = [value.grad for value in values]
            model.zero_grad()
            asked.append((kind, twin, before, [value.grad for value in values], [value.data for value in values]))
    for kind, twin, before, after, data in asked:
        check(all(number_in(grad, "a grad") != 0 for grad in before), "The grad of a parameter cannot be set.")
        left = sum(number_in(grad, "a grad") != 0 for grad in after)
        check(left == 0, f"After {kind}'s zero_grad {left} of {len(after)} parameters still have a grad other than 0.")
        found = np.array([number_in(one, "data") for one in data])
        assert_close(found, np.array(twin.numbers()), name="the data of the parameters", oracle="as they were set")


def first_numbers(submission, rng, *sizes):
    """The parameters that a network starts with, ready to be compared."""
    library(submission, "random").seed(new_seed(rng))
    library(submission, "numpy").random.seed(new_seed(rng))
    mlp = submission.MLP(sizes[0], list(sizes[1:]))
    neurons = [neuron for layer in mlp.layers for neuron in layer.neurons]
    weights = [must_be_value(w, "a weight") for neuron in neurons for w in neuron.w]
    biases = [must_be_value(neuron.b, "a bias") for neuron in neurons]
    there, data = library(submission, "builtins"), library(submission, "operator").attrgetter("data")
    # Hundreds, in one request each.
    return [[number_in(one, "data") for one in there.list(there.map(data, found))] for found in (weights, biases)]


@needs("test_mlp")
def test_first_numbers(submission, rng):
    """Each weight and each bias is drawn by itself, uniformly from -1 to 1."""
    weights, biases = [], []
    for sizes in ((5, 20, 6), (7, 25, 3)):
        more = first_numbers(submission, rng, *sizes)
        weights += more[0]
        biases += more[1]
    for drawn, name in ((weights, "weight"), (biases, "bias")):
        check(len(set(drawn)) > 1, f"Every {name} starts at {drawn[0]:.4g}: draw each at random.")
        check(len(set(drawn)) == len(drawn), f"Two of the first numbers of a {name} are equal: draw each by itself.")
        outside = [x for x in drawn if abs(x) > 1]
        check(not outside, f"A {name} starts at {(outside or [0])[0]:.4g}: it must lie between -1 and 1.")
        # Kolmogorov and Smirnov: beyond 3.5/√n with a probability of 2·exp(-2·3.5²) = 5e-11.
        ordered = (np.sort(np.array(drawn)) + 1) / 2
        steps = np.arange(len(drawn) + 1) / len(drawn)
        distance = max((ordered - steps[:-1]).max(), (steps[1:] - ordered).max())
        check(
            distance < 3.5 / math.sqrt(len(drawn)),
            f"The first numbers of a {name} must be spread evenly from -1 to 1; yours lie between {min(drawn):.3g} and "
            f"{max(drawn):.3g}, with a mean of {np.mean(drawn):.3g}.",
        )


@needs("test_mlp")
def test_networks_keep_apart(submission, rng):
    """Two networks have parameters of their own, and what they are made and asked with stays as it is."""
    sizes = [4, 3, 1]
    twins = [Twin(rng, 3, *sizes) for _ in range(2)]
    mlps = [assert_unchanged(submission.MLP, 3, sizes) for _ in twins]
    for twin, mlp in zip(twins, mlps, strict=True):
        twin.fill(mlp)
    for place in (0, 1, 0):
        x = numbers(rng, 3)
        found = data_of(assert_unchanged(mlps[place], x), "what a network returns")
        assert_close(found, float(twins[place](x)[0]), name=f"the output of network {place + 1} of 2", oracle="NumPy")


@bonus
@needs("test_mlp")
def test_a_layer_of_one_between_others(submission, rng):
    """A layer of one neuron may stand between others: the next one gets a list with one Value."""
    for sizes in ((3, 1, 2), (2, 3, 1, 1)):
        twin, mlp = Twin(rng, *sizes), submission.MLP(sizes[0], list(sizes[1:]))
        twin.fill(mlp)
        x = numbers(rng, sizes[0])
        out = mlp(x)
        out = out if isinstance(out, list | tuple) else [out]
        check(len(out) == sizes[-1], f"MLP({sizes[0]}, {list(sizes[1:])}) must return {sizes[-1]} outputs.")
        found = np.array([data_of(one, "an output") for one in out])
        assert_close(found, twin(x), name=f"MLP({sizes[0]}, {list(sizes[1:])})(x)", oracle="NumPy")
