"""Backpropagation: walk back through what was computed, and collect the gradients on the way.

You write ``Value`` again, on from your own ``value``: each operator now also notes how the gradient of its result goes
on to its operands, and ``backward`` has all of them do so, in the right order. This one class is autograd. Source:
lecture 1, sections 1.3.2 and 1.4.
"""

# /// exercise
# title = "backpropagation"
# packages = "numpy"
# ///

import math
from collections.abc import Collection


class Value:
    """A number that remembers how it came about, and can say what it depends on.

    Everything that ``value`` asks for holds here as well: copy your class, and add the gradients.

    Attributes:
        data: the number.
        grad: the derivative of the Value on which ``backward()`` was called with respect to this one; 0.0 before.
        _prev: the Values that this one was computed from, in a collection of any kind.
        _op: a short text for the operation.

    What else you keep in a Value is your own affair; the lecture has a function ``_backward`` in each, which passes the
    gradient of the result on to the operands.

    Example:
        a, b = Value(2.0), Value(-3.0)
        c = a * b + a
        c.backward()
        c.grad -> 1.0;  a.grad -> -2.0, which is b + 1;  b.grad -> 2.0, which is a

    Source: lecture 1, sections 1.3.2 and 1.4.
    """

    def __init__(self, data: float, _children: Collection["Value"] = (), _op: str = "") -> None:
        """Keep the number and where it comes from.

        Args:
            data: an int or a float.
            _children: the operands.
            _op: the operation.
        """
        raise NotImplementedError("lecture1.backward: Value.__init__ is not written yet")

    def __repr__(self) -> str:
        """How a Value is printed."""
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other. The slope is 1 for both operands."""
        raise NotImplementedError("lecture1.backward: Value.__add__ is not written yet")

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other. The slope for each operand is the other one."""
        raise NotImplementedError("lecture1.backward: Value.__mul__ is not written yet")

    def __pow__(self, other: float) -> "Value":
        """Return self ** other, for a plain number n. The slope is n * self ** (n - 1).

        Raises:
            TypeError: other is no int or float, but a Value, say. (The lecture has an assert, which is accepted.)
        """
        raise NotImplementedError("lecture1.backward: Value.__pow__ is not written yet")

    def __neg__(self) -> "Value":
        """Return -self."""
        raise NotImplementedError("lecture1.backward: Value.__neg__ is not written yet")

    def __sub__(self, other: "Value | float") -> "Value":
        """Return self - other."""
        raise NotImplementedError("lecture1.backward: Value.__sub__ is not written yet")

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return self / other. The slope is 1 / other for self, and -self / other² for other."""
        raise NotImplementedError("lecture1.backward: Value.__truediv__ is not written yet")

    def __radd__(self, other: float) -> "Value":
        """Return other + self, where other is a number."""
        raise NotImplementedError("lecture1.backward: Value.__radd__ is not written yet")

    def __rmul__(self, other: float) -> "Value":
        """Return other * self, where other is a number."""
        raise NotImplementedError("lecture1.backward: Value.__rmul__ is not written yet")

    def __rsub__(self, other: float) -> "Value":
        """Return other - self, where other is a number."""
        raise NotImplementedError("lecture1.backward: Value.__rsub__ is not written yet")

    def __rtruediv__(self, other: float) -> "Value":
        """Return other / self, where other is a number."""
        raise NotImplementedError("lecture1.backward: Value.__rtruediv__ is not written yet")

    def exp(self) -> "Value":
        """Return e to the power of self. The slope is the result itself."""
        raise NotImplementedError("lecture1.backward: Value.exp is not written yet")

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent. The slope is 1 minus the square of the result."""
        raise NotImplementedError("lecture1.backward: Value.tanh is not written yet")

    def relu(self) -> "Value":
        """Return self where it is positive, else 0. The slope is 1 where it is positive, and 0 elsewhere, at 0 too."""
        raise NotImplementedError("lecture1.backward: Value.relu is not written yet")

    def backward(self) -> None:
        """Add to the grad of every Value that self depends on the derivative of self with respect to it.

        That is the chain rule: a Value's derivative is the sum, over all Values that were computed from it, of *their*
        derivative times the local slope. So a Value passes its derivative on once, and only after everything that was
        computed from it has done so: in reverse topological order. self comes first, with a derivative of 1.

        Nothing is set to zero: like torch, backward *adds* to what is in grad. Two losses that are computed from the
        same parameters add up their gradients there, until somebody sets them to 0.

        Two bonuses ask for more than the lecture's program does:

        - a second ``backward()`` from the same Value adds the same derivatives once more, in every Value, as torch's
          does with ``retain_graph=True``. (The lecture's passes on what the first left in the Values between.)
        - a chain of 5,000 operations works, although Python stops a recursion at 1,000.

        Source: lecture 1, section 1.4.2.
        """
        raise NotImplementedError("lecture1.backward: Value.backward is not written yet")
