"""Local slopes are kept beside the operands, and users are counted: a node goes on when none is left to come."""

import math
from collections import Counter


class Value:
    def __init__(self, data, edges=(), op=""):
        self.data, self.grad, self._op = float(data), 0.0, op
        self._edges = tuple(edges)  # (operand, slope)

    @property
    def _prev(self):
        return [operand for operand, _ in self._edges]

    def __add__(self, other):
        other = to_value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)], "+")

    def __sub__(self, other):
        other = to_value(other)
        return Value(self.data - other.data, [(self, 1.0), (other, -1.0)], "-")

    def __mul__(self, other):
        other = to_value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)], "*")

    def __truediv__(self, other):
        other = to_value(other)
        quotient = self.data / other.data
        return Value(quotient, [(self, 1 / other.data), (other, -quotient / other.data)], "/")

    def __neg__(self):
        return Value(-self.data, [(self, -1.0)], "neg")

    def __pow__(self, n):
        if not isinstance(n, (int, float)):
            raise TypeError("a number, please")
        return Value(self.data**n, [(self, n * self.data ** (n - 1))], "pow")

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return to_value(other) - self

    def __rtruediv__(self, other):
        return to_value(other) / self

    def exp(self):
        result = math.exp(self.data)
        return Value(result, [(self, result)], "exp")

    def tanh(self):
        return Value(math.tanh(self.data), [(self, math.cosh(self.data) ** -2)], "tanh")

    def relu(self):
        return Value(self.data, [(self, 1.0)], "relu") if self.data > 0 else Value(0, [(self, 0.0)], "relu")

    def backward(self):
        waiting, todo, seen = Counter(), [self], {self}
        while todo:
            for operand, _ in todo.pop()._edges:
                waiting[operand] += 1
                if operand not in seen:
                    seen.add(operand)
                    todo.append(operand)
        passing, ready = Counter({self: 1.0}), [self]
        while ready:
            node = ready.pop()
            node.grad += passing[node]
            for operand, slope in node._edges:
                passing[operand] += slope * passing[node]
                waiting[operand] -= 1
                if not waiting[operand]:
                    ready.append(operand)


def to_value(thing):
    return thing if isinstance(thing, Value) else Value(thing)
