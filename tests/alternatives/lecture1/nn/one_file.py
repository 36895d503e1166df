"""A Value of its own in the same file; a neuron is a layer of one, tuples in the place of lists."""

import math
import random
from functools import reduce
from itertools import chain, pairwise
from operator import add


class Value:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = float(data), 0.0, edges

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1), (other, 1)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, ((self, 1 - t * t),))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for operand, _ in node.edges:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in order[::-1]:
            for operand, slope in node.edges:
                operand.grad += slope * node.grad


class Trained:
    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


class Neuron(Trained):
    def __init__(self, nin, nonlin=True):
        drawn = [Value(random.uniform(-1, 1)) for _ in range(nin + 1)]
        self.w, self.b = tuple(drawn[:-1]), drawn[-1]
        self.last = Value.tanh if nonlin else (lambda value: value)

    def __call__(self, x):
        return self.last(reduce(add, map(Value.__mul__, self.w, x)) + self.b)

    def parameters(self):
        return [*self.w, self.b]


class Layer(Trained):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = tuple(Neuron(nin, nonlin) for _ in range(nout))

    def all_of(self, x):
        return [neuron(x) for neuron in self.neurons]

    def __call__(self, x):
        first, *others = self.all_of(x)
        return [first, *others] if others else first

    def parameters(self):
        return list(chain.from_iterable(neuron.parameters() for neuron in self.neurons))


class MLP(Trained):
    def __init__(self, nin, nouts):
        self.layers = [Layer(*sizes) for sizes in pairwise((nin, *nouts))]

    def __call__(self, x):
        *hidden, last = self.layers
        return last(reduce(lambda x, layer: layer.all_of(x), hidden, x))

    def parameters(self):
        return list(chain(*(layer.parameters() for layer in self.layers)))
