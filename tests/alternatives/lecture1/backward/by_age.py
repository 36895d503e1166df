"""Values are numbered as they are made, and an operand is always older than its result: sorting by age is enough."""

import itertools

import numpy as np

_ages = itertools.count()


class Value:
    def __init__(self, data, operands=(), op="", rule=None):
        self.data, self.grad = np.float64(data), np.float64(0)
        self._prev, self._op, self._rule = list(operands), op, rule
        self._age = next(_ages)

    def _with(self, other, data, op, rule):
        return Value(data(self.data, other.data), [self, other], op, rule)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._with(other, np.add, "+", lambda up: (up, up))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._with(other, np.multiply, "*", lambda up: (up * other.data, up * self.data))

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._with(
            other, np.divide, "/", lambda up: (up / other.data, -up * self.data / other.data / other.data)
        )

    def __sub__(self, other):
        return self + -1 * other

    def __neg__(self):
        return -1 * self

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -1 * self + other

    def __rtruediv__(self, other):
        return Value(other) / self

    def __pow__(self, n):
        if isinstance(n, Value):
            raise TypeError("no Value")
        n = float(n)
        return Value(self.data**n, [self], "pow", lambda up: [up * n * self.data ** (n - 1)])

    def exp(self):
        out = Value(np.exp(self.data), [self], "exp")
        out._rule = lambda up: [up * out.data]
        return out

    def tanh(self):
        out = Value(np.tanh(self.data), [self], "tanh")
        out._rule = lambda up: [up * (1 - out.data) * (1 + out.data)]
        return out

    def relu(self):
        return Value(np.maximum(self.data, 0), [self], "relu", lambda up: [up if self.data > 0 else 0.0])

    def backward(self):
        nodes, todo = {self._age: self}, [self]
        while todo:
            for operand in todo.pop()._prev:
                if operand._age not in nodes:
                    nodes[operand._age] = operand
                    todo.append(operand)
        slopes = dict.fromkeys(nodes, 0.0)
        slopes[self._age] = 1.0
        for age in sorted(nodes, reverse=True):
            node = nodes[age]
            node.grad = node.grad + slopes[age]
            if node._rule is not None:
                for operand, slope in zip(node._prev, node._rule(slopes[age]), strict=True):
                    slopes[operand._age] += slope
