"""What learners get wrong in lecture1.nn."""

import itertools
import random

from grader.checks import misconception

from .backward import Value


class _Neuron:
    """A right neuron. Each wrong one below overrides one of its methods; so it is with layers and networks."""

    def __init__(self, nin, nonlin=True):
        self.w = self.weights(nin)
        self.b = Value(random.uniform(-1, 1))
        self.nonlin = nonlin

    def weights(self, nin):
        return [Value(random.uniform(-1, 1)) for _ in range(nin)]

    def act(self, x):
        total = self.b
        for wi, xi in zip(self.w, x, strict=True):
            total = total + wi * xi
        return total

    def out(self, act):
        return act.tanh() if self.nonlin else act

    def __call__(self, x):
        return self.out(self.act(x))

    def parameters(self):
        return [*self.w, self.b]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


class _Layer:
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x):
        outs = [neuron(x) for neuron in self.neurons]
        return outs[0] if len(outs) == 1 else outs

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


class _MLP:
    def __init__(self, nin, nouts):
        self.layers = self.made([nin, *nouts])

    def made(self, sizes):
        return [Layer(a, b) for a, b in itertools.pairwise(sizes)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
            if isinstance(x, Value) and layer is not self.layers[-1]:
                x = [x]
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


# Neuron


@misconception(
    "The bias is not added: let the sum start from self.b.",
    name="no-bias",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def act(self, x):
        return sum(wi * xi for wi, xi in zip(self.w, x, strict=True))


@misconception(
    "The bias is added with every product, nin times in all. It is added once.",
    name="bias-with-every-product",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def act(self, x):
        return sum(wi * xi + self.b for wi, xi in zip(self.w, x, strict=True))


@misconception(
    "nonlin is not looked at: there is a tanh whatever it says. Without nonlin return the sum itself.",
    name="always-tanh",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def out(self, act):
        return act.tanh()


@misconception(
    "There is no tanh in a nonlinear neuron: act.tanh() if self.nonlin.",
    name="never-tanh",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def out(self, act):
        return act


@misconception(
    "nonlin works the wrong way round: True is for the tanh.",
    name="nonlin-turned-round",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def out(self, act):
        return act if self.nonlin else act.tanh()


@misconception(
    "The activation is relu, as in micrograd's repository. The lecture's is tanh.",
    name="relu-for-tanh",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def out(self, act):
        return act.relu() if self.nonlin else act


@misconception(
    "tanh is applied to each product, before the sum. It is applied to the sum.",
    name="tanh-before-the-sum",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def __call__(self, x):
        total = self.b
        for wi, xi in zip(self.w, x, strict=True):
            total = total + ((wi * xi).tanh() if self.nonlin else wi * xi)
        return total


@misconception(
    "All weights of a neuron are one Value: [Value(…)] * nin repeats the same one. Make a new one for each input.",
    name="one-weight-for-all",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def weights(self, nin):
        return [Value(random.uniform(-1, 1))] * nin


@misconception(
    "The bias is a plain number, which has no gradient and cannot be trained. Make it a Value.",
    name="bias-a-plain-number",
    violates=("neuron",),
)
class Neuron(_Neuron):
    def __init__(self, nin, nonlin=True):
        super().__init__(nin, nonlin)
        self.b = random.uniform(-1, 1)


@misconception(
    "The inputs are replaced by their numbers, which cuts the graph: no gradient gets back to the layers before. "
    "Compute with the Values themselves.",
    name="graph-cut",
    violates=("gradients",),
)
class Neuron(_Neuron):
    def act(self, x):
        return super().act([getattr(xi, "data", xi) for xi in x])


@misconception(
    "The bias is missing among the parameters, and would never be trained: self.w + [self.b].",
    name="bias-not-a-parameter",
    violates=("parameters",),
)
class Neuron(_Neuron):
    def parameters(self):
        return list(self.w)

    def zero_grad(self):
        for p in (*self.w, self.b):
            p.grad = 0.0


@misconception(
    "The bias comes before the weights. The order is that of the stub: the weights, then the bias.",
    name="bias-first",
    violates=("parameters",),
)
class Neuron(_Neuron):
    def parameters(self):
        return [self.b, *self.w]


@misconception(
    "parameters() returns copies: who changes them changes nothing in the network. Return the Values themselves.",
    name="copies",
    violates=("parameters",),
)
class Neuron(_Neuron):
    def parameters(self):
        return [Value(p.data) for p in (*self.w, self.b)]


@misconception(
    "self.w.append(self.b) puts the bias among the weights for good, and w is longer after each call. Make a new list: "
    "self.w + [self.b].",
    name="bias-put-into-w",
    violates=("parameters",),
)
class Neuron(_Neuron):
    def act(self, x):
        total = self.b
        for wi, xi in zip(self.w, x, strict=False):
            total = total + wi * xi
        return total

    def parameters(self):
        self.w.append(self.b)
        return self.w


@misconception(
    "The weights are drawn from 0 to 1: random.random() gives no negative number. Draw from -1 to 1: "
    "random.uniform(-1, 1).",
    name="only-positive-weights",
    violates=("first_numbers",),
)
class Neuron(_Neuron):
    def weights(self, nin):
        return [Value(random.random()) for _ in range(nin)]


@misconception(
    "The weights are drawn from a normal distribution. They are to be uniform from -1 to 1.",
    name="normal-weights",
    violates=("first_numbers",),
)
class Neuron(_Neuron):
    def weights(self, nin):
        return [Value(random.gauss(0, 1)) for _ in range(nin)]


@misconception(
    "All weights start at 0. The neurons of a layer are alike then, and stay so: draw each at random.",
    name="weights-at-zero",
    violates=("first_numbers",),
)
class Neuron(_Neuron):
    def weights(self, nin):
        return [Value(0.0) for _ in range(nin)]


@misconception(
    "The bias starts at 0, as in micrograd's repository. The lecture draws it from -1 to 1, as it does the weights.",
    name="bias-at-zero",
    violates=("first_numbers",),
)
class Neuron(_Neuron):
    def __init__(self, nin, nonlin=True):
        super().__init__(nin, nonlin)
        self.b = Value(0.0)


@misconception(
    "A seed is set in the constructor, so that all neurons start with the same numbers. Seeds are the caller's affair.",
    name="seeded",
    violates=("first_numbers",),
)
class Neuron(_Neuron):
    def __init__(self, nin, nonlin=True):
        random.seed(1337)
        super().__init__(nin, nonlin)


# Layer


@misconception(
    "A layer of one neuron returns a list, as in the lecture's listing, which has a misprint there. With one neuron "
    "return outs[0].",
    name="list-for-one",
    violates=("layer",),
)
class Layer(_Layer):
    def __call__(self, x):
        return [neuron(x) for neuron in self.neurons]


@misconception(
    "A layer returns the answer of its first neuron alone. Return a list with that of each.",
    name="first-neuron-only",
    violates=("layer",),
)
class Layer(_Layer):
    def __call__(self, x):
        return self.neurons[0](x)


@misconception(
    "The answers of the neurons are added up. Return each, in a list.",
    name="answers-added-up",
    violates=("layer",),
)
class Layer(_Layer):
    def __call__(self, x):
        return sum(neuron(x) for neuron in self.neurons)


@misconception(
    "All neurons of a layer are one: [Neuron(nin)] * nout repeats the same one. Make nout of them.",
    name="one-neuron-for-all",
    violates=("layer",),
)
class Layer(_Layer):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin)] * nout


@misconception(
    "nin and nout are exchanged: a layer has nout neurons, each with nin weights.",
    name="sizes-exchanged",
    violates=("layer",),
)
class Layer(_Layer):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nout, nonlin) for _ in range(nin)]


@misconception(
    "nonlin is not passed on to the neurons: Neuron(nin, nonlin).",
    name="nonlin-not-passed-on",
    violates=("layer",),
)
class Layer(_Layer):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin) for _ in range(nout)]


@misconception(
    "This is a list of lists, one a neuron. One flat list is wanted: for neuron in self.neurons for p in "
    "neuron.parameters().",
    name="nested-parameters",
    violates=("parameters",),
)
class Layer(_Layer):
    def parameters(self):
        return [neuron.parameters() for neuron in self.neurons]

    def zero_grad(self):
        for neuron in self.neurons:
            neuron.zero_grad()


@misconception(
    "Only the parameters of the first neuron come back: the return stands inside the loop.",
    name="parameters-of-one-neuron",
    violates=("parameters",),
)
class Layer(_Layer):
    def parameters(self):
        return self.neurons[0].parameters()


# MLP


@misconception(
    "The last layer has no tanh, as in micrograd's repository. In the lecture every layer has it.",
    name="last-layer-linear",
    violates=("mlp",),
)
class MLP(_MLP):
    def made(self, sizes):
        last = len(sizes) - 2
        return [Layer(sizes[i], sizes[i + 1], i < last) for i in range(last + 1)]


@misconception(
    "Only the last layer has a tanh. Without it in between all layers together are a single one: every layer has it.",
    name="hidden-layers-linear",
    violates=("mlp",),
)
class MLP(_MLP):
    def made(self, sizes):
        last = len(sizes) - 2
        return [Layer(sizes[i], sizes[i + 1], i == last) for i in range(last + 1)]


@misconception(
    "A layer is missing: for n sizes in nouts there are n layers, the first of which goes from nin to nouts[0].",
    name="one-layer-short",
    violates=("mlp",),
)
class MLP(_MLP):
    def made(self, sizes):
        return super().made(sizes)[:-1]


@misconception(
    "The layers are gone through from the last to the first. The first one sees the inputs.",
    name="layers-backwards",
    violates=("mlp",),
)
class MLP(_MLP):
    def __call__(self, x):
        for layer in self.layers[::-1]:
            x = layer(x)
        return x


@misconception(
    "Each layer is given the inputs of the network, and what the layer before answered is lost. Hand it on: "
    "x = layer(x).",
    name="answers-not-handed-on",
    violates=("mlp",),
)
class MLP(_MLP):
    def __call__(self, x):
        for layer in self.layers:
            out = layer(x)
        return out


@misconception(
    "The parameters of the last layer are missing: go through all of self.layers.",
    name="last-layer-untrained",
    violates=("parameters",),
)
class MLP(_MLP):
    def parameters(self):
        return [p for layer in self.layers[:-1] for p in layer.parameters()]


@misconception(
    "Each parameter is listed twice, and would take two steps at once: list it once.",
    name="parameters-doubled",
    violates=("parameters",),
)
class MLP(_MLP):
    def parameters(self):
        return [p for p in super().parameters() for _ in range(2)]


@misconception(
    "p = 0 gives the loop's own name another meaning; the grads stay. Set p.grad = 0.0.",
    name="grad-not-touched",
    violates=("zero_grad",),
)
class MLP(_MLP):
    def zero_grad(self):
        for p in self.parameters():
            p = 0  # noqa: F841, PLW2901


@misconception(
    "zero_grad clears the weights and leaves the biases. Clear every parameter.",
    name="biases-not-cleared",
    violates=("zero_grad",),
)
class MLP(_MLP):
    def zero_grad(self):
        for layer in self.layers:
            for neuron in layer.neurons:
                for w in neuron.w:
                    w.grad = 0.0


@misconception(
    "zero_grad sets data to 0 as well, and with it all that was learnt. Set grad alone.",
    name="data-cleared",
    violates=("zero_grad",),
)
class MLP(_MLP):
    def zero_grad(self):
        for p in self.parameters():
            p.grad = p.data = 0.0


@misconception(
    "The grads are set to None, as torch does. Here backward adds to them: set them to 0.0.",
    name="grad-none",
    violates=("zero_grad",),
)
class MLP(_MLP):
    def zero_grad(self):
        for p in self.parameters():
            p.grad = None


@misconception(
    "The list of sizes that was passed in is changed: a second network made of it has another shape. Make a new list, "
    "[nin, *nouts].",
    name="sizes-changed",
    violates=("networks_keep_apart",),
)
class MLP(_MLP):
    def __init__(self, nin, nouts):
        nouts.insert(0, nin)
        self.layers = self.made(nouts)


@misconception(
    "layers belongs to the class, and every network made adds its own to the same list. Make a new list in __init__: "
    "self.layers = [].",
    name="layers-of-the-class",
    violates=("networks_keep_apart",),
)
class MLP(_MLP):
    layers = []  # noqa: RUF012 - the mistake
    last = None

    def __init__(self, nin, nouts):
        made = self.made([nin, *nouts])
        self.layers[:] = made


@misconception(
    "After a layer of one neuron the next layer is given a Value, where it wants a list: put it into one.",
    name="one-neuron-in-between",
    violates=("a_layer_of_one_between_others",),
)
class MLP(_MLP):
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
