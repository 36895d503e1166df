"""Every operator computes by itself; the operands are kept in a tuple, twice where they are the same."""

import math
import operator


class Value:
    def __init__(self, data, operands=(), op=""):
        self.data, self.grad, self._prev, self._op = data + 0.0, 0, tuple(operands), op

    @staticmethod
    def _of(thing):
        return thing if isinstance(thing, Value) else Value(thing)

    def _binary(function, op, swapped=False):  # noqa: N805
        def method(self, other):
            a, b = (Value._of(other), self) if swapped else (self, Value._of(other))
            return Value(function(a.data, b.data), (a, b), op)

        return method

    __add__, __radd__ = _binary(operator.add, "+"), _binary(operator.add, "+", True)
    __sub__, __rsub__ = _binary(operator.sub, "-"), _binary(operator.sub, "-", True)
    __mul__, __rmul__ = _binary(operator.mul, "*"), _binary(operator.mul, "*", True)
    __truediv__, __rtruediv__ = _binary(operator.truediv, "/"), _binary(operator.truediv, "/", True)

    def __pow__(self, n):
        if type(n) not in (int, float):
            return NotImplemented
        return Value(math.pow(self.data, n), [self], "pow")

    def __neg__(self):
        return Value(-self.data, [self], "neg")

    def exp(self):
        return Value(math.e**self.data, [self], "exp")

    def tanh(self):
        e = math.exp(-2 * abs(self.data))
        return Value(math.copysign((1 - e) / (1 + e), self.data), [self], "tanh")

    def relu(self):
        return Value(self.data if self.data > 0 else 0.0, [self], "relu")
