"""Backpropagation: walk back through what was computed, and collect the gradients on the way.

You write ``Value`` again, on from your own ``value``: each operator now also notes how the gradient of its result goes
on to its operands, and ``backward`` has all of them do so, in the right order. This one class is autograd. Source:
lecture 1, sections 1.3.2 and 1.4.
"""

# /// exercise
# title = "backpropagation"
# packages = "numpy"
# hints = [
#   """Let each result keep a function that adds to the grad of its operands: its own grad, times the local slope. \
#   When that function runs, the result's own grad must be complete: every place that uses the result must have run \
#   before.""",
#   """a + b passes the gradient on to both; a * b gives a the gradient times b, and b the gradient times a; a ** n \
#   gives n·a^(n-1) times it; exp its own result times it; tanh 1 - result² times it; relu passes it on where the \
#   result is positive. And the order: list the nodes so that operands stand before what is made of them, then go \
#   through the list from its end.""",
#   """In __mul__: out = Value(…); def _backward(): self.grad += other.data * out.grad; other.grad += self.data * \
#   out.grad; out._backward = _backward; return out. In backward: topo = [], visited = set(); build(v): if v is not \
#   in visited, add it, build each operand, then topo.append(v); self.grad = 1.0; for v in reversed(topo): \
#   v._backward().""",
# ]
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
        # solution
        self.data = float(data)
        self.grad = 0.0
        self._prev = tuple(_children)
        self._op = _op
        self._backward = lambda: None  # a leaf has no operands to pass anything on to
        # end solution

    def __repr__(self) -> str:
        """How a Value is printed."""
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other. The slope is 1 for both operands."""
        # solution
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward() -> None:
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out
        # end solution

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other. The slope for each operand is the other one."""
        # solution
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward() -> None:
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out
        # end solution

    def __pow__(self, other: float) -> "Value":
        """Return self ** other, for a plain number n. The slope is n * self ** (n - 1).

        Raises:
            TypeError: other is no int or float, but a Value, say. (The lecture has an assert, which is accepted.)
        """
        # solution
        if not isinstance(other, int | float):
            raise TypeError(f"the exponent must be an int or a float, not {type(other).__name__}")
        out = Value(self.data**other, (self,), f"**{other}")

        def _backward() -> None:
            self.grad += other * self.data ** (other - 1) * out.grad

        out._backward = _backward
        return out
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
        """Return self / other. The slope is 1 / other for self, and -self / other² for other."""
        # solution
        return self * other**-1
        # end solution

    def __radd__(self, other: float) -> "Value":
        """Return other + self, where other is a number."""
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
        """Return e to the power of self. The slope is the result itself."""
        # solution
        out = Value(math.exp(self.data), (self,), "exp")

        def _backward() -> None:
            self.grad += out.data * out.grad

        out._backward = _backward
        return out
        # end solution

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent. The slope is 1 minus the square of the result."""
        # solution
        out = Value(math.tanh(self.data), (self,), "tanh")

        def _backward() -> None:
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out
        # end solution

    def relu(self) -> "Value":
        """Return self where it is positive, else 0. The slope is 1 where it is positive, and 0 elsewhere, at 0 too."""
        # solution
        out = Value(max(0.0, self.data), (self,), "relu")

        def _backward() -> None:
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out
        # end solution

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
        # solution
        topo, visited, todo = [], set(), [(self, False)]
        while todo:  # a stack of our own in place of recursion, which ends at 1,000 calls
            node, operands_are_listed = todo.pop()
            if operands_are_listed:
                topo.append(node)
            elif node not in visited:
                visited.add(node)
                todo.append((node, True))
                todo += [(operand, False) for operand in node._prev]

        before = [node.grad for node in topo]
        for node in topo:
            node.grad = 0.0  # what is passed on below is this call's alone
        self.grad = 1.0
        for node in reversed(topo):
            node._backward()
        for node, grad in zip(topo, before, strict=True):
            node.grad += grad
        # end solution
