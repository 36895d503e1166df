"""A list of operands, NumPy's float64 inside, and tanh composed of other operations."""

import numpy as np


class Value:
    def __init__(self, data, _children=(), _op=""):
        self.data = np.float64(data)
        self.grad = np.float64(0)
        self._prev = list(_children)
        self._op = _op

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, [self, other], "add")

    __radd__ = __add__

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data * other.data, [self, other], "mul")

    __rmul__ = __mul__

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return -(self - other)

    def __pow__(self, exponent):
        if isinstance(exponent, Value):
            raise TypeError("no Value as exponent")
        return Value(self.data ** float(exponent), [self], "pow")

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self * other**-1

    def __rtruediv__(self, other):
        return Value(other) / self

    def exp(self):
        return Value(np.exp(self.data), [self], "exp")

    def tanh(self):
        return 1 - 2 / ((2 * self).exp() + 1)

    def relu(self):
        return Value(np.maximum(self.data, 0), [self], "relu")
