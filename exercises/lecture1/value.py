"""Numbers that remember how they were computed.

You write ``Value``: a number with operators, each of which makes a new ``Value`` and notes what it was made of. There
are no gradients yet; the notes are what the next exercise walks back along. Source: lecture 1, section 1.3.
"""

# /// exercise
# title = "numbers that remember"
# packages = "numpy"
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
        raise NotImplementedError("lecture1.value: Value.__init__ is not written yet")

    def __repr__(self) -> str:
        """How a Value is printed."""
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other. Its ``_prev`` holds both operands."""
        raise NotImplementedError("lecture1.value: Value.__add__ is not written yet")

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other. Its ``_prev`` holds both operands."""
        raise NotImplementedError("lecture1.value: Value.__mul__ is not written yet")

    def __pow__(self, other: float) -> "Value":
        """Return self ** other, for a plain number. Its ``_prev`` holds self.

        Raises:
            TypeError: other is no int or float, but a Value, say. (The lecture has an assert, which is accepted.)
        """
        raise NotImplementedError("lecture1.value: Value.__pow__ is not written yet")

    def __neg__(self) -> "Value":
        """Return -self."""
        raise NotImplementedError("lecture1.value: Value.__neg__ is not written yet")

    def __sub__(self, other: "Value | float") -> "Value":
        """Return self - other."""
        raise NotImplementedError("lecture1.value: Value.__sub__ is not written yet")

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return self / other."""
        raise NotImplementedError("lecture1.value: Value.__truediv__ is not written yet")

    def __radd__(self, other: float) -> "Value":
        """Return other + self, where other is a number: what Python calls for ``2 + a``, and ``sum`` for ``0 + a``."""
        raise NotImplementedError("lecture1.value: Value.__radd__ is not written yet")

    def __rmul__(self, other: float) -> "Value":
        """Return other * self, where other is a number."""
        raise NotImplementedError("lecture1.value: Value.__rmul__ is not written yet")

    def __rsub__(self, other: float) -> "Value":
        """Return other - self, where other is a number."""
        raise NotImplementedError("lecture1.value: Value.__rsub__ is not written yet")

    def __rtruediv__(self, other: float) -> "Value":
        """Return other / self, where other is a number."""
        raise NotImplementedError("lecture1.value: Value.__rtruediv__ is not written yet")

    def exp(self) -> "Value":
        """Return e to the power of self. Its ``_prev`` holds self."""
        raise NotImplementedError("lecture1.value: Value.exp is not written yet")

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent, (e^(2x) - 1) / (e^(2x) + 1).

        As it stands, this overflows in e^(2x) for x = 1000, where tanh is 1. A bonus asks for it all the same.
        """
        raise NotImplementedError("lecture1.value: Value.tanh is not written yet")

    def relu(self) -> "Value":
        """Return self where it is positive, else 0."""
        raise NotImplementedError("lecture1.value: Value.relu is not written yet")
