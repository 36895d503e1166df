"""Numbers that remember how they were computed.

You write ``Value``: a number with operators, each of which makes a new ``Value`` and notes what it was made of. There
are no gradients yet; the notes are what the next exercise walks back along. Source: lecture 1, section 1.3.
"""

# /// exercise
# title = "numbers that remember"
# packages = "numpy"
# hints = [
#   """Every operator does the same three things: it makes a Value of the other operand if it is a plain number, \
#   computes with the two .data, and returns a new Value that names its operands and the operation.""",
#   """Most of them need no arithmetic of their own: -a is a * -1, a - b is a + (-b), a / b is a * b ** -1. When \
#   Python sees 2 - a and int knows no Value, it calls a.__rsub__(2): there, other is what stands on the left.""",
#   """other = other if isinstance(other, Value) else Value(other); return Value(self.data + other.data, (self, \
#   other), "+"). And __rsub__: return (-self) + other; __rtruediv__: return self ** -1 * other; tanh: \
#   math.tanh(self.data), which overflows nowhere.""",
# ]
# ///

import math
from collections.abc import Collection


class Value:
    """A number, and how it came about.

    Attributes:
        data: the number.
        grad: 0.0 to begin with; the next exercise will put the derivative of the result here.
        _prev: the Values that this one was computed from, in a collection of any kind (the lecture has a set); empty
            for a Value that was computed from none. In ``a + a`` the operand may stand in it once or twice.
        _op: a short text for the operation, such as "+" or "tanh"; empty for a Value that was computed from none.

    No operator changes an operand: each returns a *new* Value, also where the result is the same number.

    An operand may be a Value, an int or a float, on either side: ``a + 2`` and ``2 + a`` both work.

    Example:
        a, b = Value(2.0), Value(-3.0)
        c = a * b + 10
        c.data -> 4.0;  c._op -> "+";  c._prev holds a * b, and a Value of 10

    Source: lecture 1, section 1.3; ``relu`` is in micrograd's own repository.
    """

    def __init__(self, data: float, _children: Collection["Value"] = (), _op: str = "") -> None:
        """Keep the number and where it comes from.

        Args:
            data: an int or a float. (Made a float here, it is one everywhere after: a bonus asks for that.)
            _children: the operands.
            _op: the operation.
        """
        # solution
        self.data = float(data)
        self.grad = 0.0
        self._prev = tuple(_children)
        self._op = _op
        # end solution

    def __repr__(self) -> str:
        """How a Value is printed."""
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other. Its ``_prev`` holds both operands."""
        # solution
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), "+")
        # end solution

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other. Its ``_prev`` holds both operands."""
        # solution
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), "*")
        # end solution

    def __pow__(self, other: float) -> "Value":
        """Return self ** other, for a plain number. Its ``_prev`` holds self.

        Raises:
            TypeError: other is no int or float, but a Value, say. (The lecture has an assert, which is accepted.)
        """
        # solution
        if not isinstance(other, int | float):
            raise TypeError(f"the exponent must be an int or a float, not {type(other).__name__}")
        return Value(self.data**other, (self,), f"**{other}")
        # end solution

    def __neg__(self) -> "Value":
        """Return -self."""
        # solution
        return self * -1
        # end solution

    def __sub__(self, other: "Value | float") -> "Value":
        """Return self - other."""
        # solution
        return self + (-other)
        # end solution

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return self / other."""
        # solution
        return self * other**-1
        # end solution

    def __radd__(self, other: float) -> "Value":
        """Return other + self, where other is a number: what Python calls for ``2 + a``, and ``sum`` for ``0 + a``."""
        # solution
        return self + other
        # end solution

    def __rmul__(self, other: float) -> "Value":
        """Return other * self, where other is a number."""
        # solution
        return self * other
        # end solution

    def __rsub__(self, other: float) -> "Value":
        """Return other - self, where other is a number."""
        # solution
        return (-self) + other
        # end solution

    def __rtruediv__(self, other: float) -> "Value":
        """Return other / self, where other is a number."""
        # solution
        return self**-1 * other
        # end solution

    def exp(self) -> "Value":
        """Return e to the power of self. Its ``_prev`` holds self."""
        # solution
        return Value(math.exp(self.data), (self,), "exp")
        # end solution

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent, (e^(2x) - 1) / (e^(2x) + 1).

        As it stands, this overflows in e^(2x) for x = 1000, where tanh is 1. A bonus asks for it all the same.
        """
        # solution
        return Value(math.tanh(self.data), (self,), "tanh")
        # end solution

    def relu(self) -> "Value":
        """Return self where it is positive, else 0."""
        # solution
        return Value(max(0.0, self.data), (self,), "relu")
        # end solution
