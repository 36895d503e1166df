"""Random expressions of scalars, for checks of an autograd engine: of floats, a learner's objects, tensors alike.

An expression is a list of steps, each of which may use any number that came before: a graph in which numbers are used
more than once.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from grader.checks.complex_step import STEP
from grader.checks.recording import RecordedNode, record_graph

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
FUNCTIONS: dict[str, Callable[[float], float]] = {"exp": math.exp, "tanh": math.tanh, "relu": lambda x: max(0.0, x)}
_NUDGED: dict[str, Callable[[complex], complex]] = {  # the same of complex numbers, for derivatives
    "exp": cmath.exp,
    "tanh": cmath.tanh,
    "relu": lambda x: x if x.real > 0 else 0j,
}
LARGEST = 30.0  # of the numbers in an expression
SMALLEST = 0.2  # of what is divided by, or raised to a power


class Step(msgspec.Struct, frozen=True):
    """One operation.

    Attributes:
        kind: ``+`` of two earlier numbers, ``left+`` and ``right+`` of a plain number and an earlier one, ``neg``,
            ``**``, or a function's name.
        i: the place of the first operand.
        j: the place of the second, where there are two.
        plain: the plain number.
    """

    kind: str
    i: int
    j: int
    plain: float

    def perform(self, nodes: Sequence[Any]) -> Any:
        """Carry it out on floats, complex numbers, a learner's objects or tensors, whose functions are methods."""
        a = nodes[self.i]
        if self.kind in BINARY:
            return BINARY[self.kind](a, nodes[self.j])
        if self.kind.startswith("left"):
            return BINARY[self.kind[4]](self.plain, a)
        if self.kind.startswith("right"):
            return BINARY[self.kind[5]](a, self.plain)
        if self.kind == "**":
            return a**self.plain
        if self.kind == "neg":
            return -a
        if isinstance(a, complex):
            return _NUDGED[self.kind](a)
        return FUNCTIONS[self.kind](a) if isinstance(a, float) else getattr(a, self.kind)()

    def spelt(self, a: str, b: str) -> str:
        """The operation as a learner writes it, of operands with these names."""
        if self.kind in BINARY:
            return f"{a} {self.kind} {b}"
        if self.kind.startswith("left"):
            return f"{self.plain} {self.kind[4]} {a}"
        if self.kind.startswith("right"):
            return f"{a} {self.kind[5]} {self.plain}"
        return {"**": f"{a} ** {self.plain}", "neg": f"-{a}"}.get(self.kind, f"{a}.{self.kind}()")

    @property
    def symbol(self) -> str:
        """What stands in its box in a picture: ``*``, ``2.5 *``, ``tanh``."""
        if self.kind.startswith("left"):
            return f"{self.plain:g} {self.kind[4]}"
        if self.kind.startswith("right"):
            return f"{self.kind[5]} {self.plain:g}"
        return {"**": f"** {self.plain:g}", "neg": "-"}.get(self.kind, self.kind)

    @property
    def operands(self) -> tuple[int, ...]:
        """The places of what it is computed from."""
        return (self.i, self.j) if self.kind in BINARY else (self.i,)

    def _is_calm(self, numbers: Sequence[float]) -> bool:
        """Whether it stays where floats are at ease: no large numbers, no poles, no kinks, no complex ones."""
        below = {"/": numbers[self.j], "left/": numbers[self.i], "right/": self.plain, "**": numbers[self.i]}
        if abs(below.get(self.kind, 1.0)) < SMALLEST:
            return False
        if self.kind == "relu" and numbers[self.i] == 0:
            return False
        result = self.perform(numbers)
        return not isinstance(result, complex) and abs(result) < LARGEST


class Expression(msgspec.Struct, frozen=True):
    """An expression.

    Attributes:
        leaves: the numbers that it starts from.
        steps: what is computed from them, in this order.
    """

    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def evaluate(self, make: Callable[[float], Any]) -> list[Any]:
        """All its numbers, leaves first, computed from what ``make`` makes of each leaf."""
        nodes = [make(leaf) for leaf in self.leaves]
        for step in self.steps:
            nodes.append(step.perform(nodes))
        return nodes

    def slopes(self, places: Iterable[int] | None = None) -> list[float]:
        """The derivative of the last number with respect to those at some places, all without any, by complex step."""
        numbers = self.evaluate(float)
        return [self._slope(numbers, place) for place in (range(len(numbers)) if places is None else places)]

    def _slope(self, numbers: Sequence[float], place: int) -> float:
        nodes: list[Any] = [*numbers[:place], complex(numbers[place], STEP), *numbers[place + 1 : len(self.leaves)]]
        for step in self.steps[len(nodes) - len(self.leaves) :]:
            nodes.append(step.perform(nodes))
        return complex(nodes[-1]).imag / STEP

    def spelt(self) -> str:
        """The expression as a learner writes it, ``v0 = Value(2.0); v1 = v0.tanh()``."""
        lines = [f"v{i} = Value({leaf})" for i, leaf in enumerate(self.leaves)]
        for place, step in enumerate(self.steps, len(self.leaves)):
            lines.append(f"v{place} = {step.spelt(f'v{step.i}', f'v{step.j}')}")
        return "; ".join(lines)


def record_expression(expression: Expression, grads: Sequence[Any]) -> None:
    """Keep the graph of a learner's objects for the report: each with its data and grad, and the right one if wrong.

    Args:
        expression: what was computed.
        grads: what the learner's objects for all its numbers hold after backward.
    """
    wanted, numbers = expression.slopes(), expression.evaluate(float)
    arrows: dict[int, list[int]] = {}
    for place, step in enumerate(expression.steps, len(expression.leaves)):
        for operand in step.operands:
            arrows.setdefault(operand, []).append(place)
    drawn = []
    for place, (grad, right) in enumerate(zip(grads, wanted, strict=True)):
        fits = isinstance(grad, int | float) and math.isclose(grad, right, rel_tol=1e-6, abs_tol=1e-9)
        shown = f"{grad:.4g}" if isinstance(grad, int | float) else type(grad).__name__
        name = (
            chr(97 + place)
            if place < len(expression.leaves)
            else expression.steps[place - len(expression.leaves)].symbol
        )
        lines = (f"data {float(numbers[place]):.4g}", f"grad {shown}", *([] if fits else [f"should be {right:.4g}"]))
        drawn.append(RecordedNode(name, lines, fits, tuple(arrows.get(place, ()))))
    record_graph("your expression after backward()", drawn)


class _Traced:
    """Stands for a number while a function is asked what it computes."""

    def __init__(self, steps: list[Step], place: int, leaves: int) -> None:
        self.steps, self.place, self.leaves = steps, place, leaves

    def noted(self, kind: str, j: int = 0, plain: float = 0.0) -> _Traced:
        self.steps.append(Step(kind, self.place, j, plain))
        return _Traced(self.steps, self.leaves + len(self.steps) - 1, self.leaves)

    def _with(self, other: Any, symbol: str) -> _Traced:
        if isinstance(other, _Traced):
            return self.noted(symbol, other.place)
        return self.noted(f"right{symbol}", plain=other)

    def __add__(self, other: Any) -> _Traced:
        return self._with(other, "+")

    def __sub__(self, other: Any) -> _Traced:
        return self._with(other, "-")

    def __mul__(self, other: Any) -> _Traced:
        return self._with(other, "*")

    def __truediv__(self, other: Any) -> _Traced:
        return self._with(other, "/")

    def __radd__(self, other: float) -> _Traced:
        return self.noted("left+", plain=other)

    def __rsub__(self, other: float) -> _Traced:
        return self.noted("left-", plain=other)

    def __rmul__(self, other: float) -> _Traced:
        return self.noted("left*", plain=other)

    def __rtruediv__(self, other: float) -> _Traced:
        return self.noted("left/", plain=other)

    def __pow__(self, other: float) -> _Traced:
        return self.noted("**", plain=other)

    def __neg__(self) -> _Traced:
        return self.noted("neg")

    def exp(self) -> _Traced:
        return self.noted("exp")

    def tanh(self) -> _Traced:
        return self.noted("tanh")

    def relu(self) -> _Traced:
        return self.noted("relu")


def traced(function: Callable[..., Any], leaves: Sequence[float]) -> Expression:
    """What a function computes of numbers, step by step in its own order; its last step gives its result.

    Example:
        ``traced(lambda a, b: (a + b).tanh(), [1.0, 2.0]).spelt()``
        -> ``v0 = Value(1.0); v1 = Value(2.0); v2 = v0 + v1; v3 = v2.tanh()``
    """
    steps: list[Step] = []
    function(*(_Traced(steps, place, len(leaves)) for place in range(len(leaves))))
    return Expression(tuple(leaves), tuple(steps))


@st.composite
def expressions(draw: DrawFn, most: int = 12) -> Expression:
    """Expressions of up to so many steps, which shrink to one step and to small numbers.

    A step that would leave the range where floats are at ease becomes a tanh.
    """
    halves = st.integers(-6, 6).map(lambda n: n / 2)
    plain = st.integers(1, 6).map(lambda n: n / 2)
    kinds = [*BINARY, *BINARY, *FUNCTIONS, "neg", "**", "left+", "left-", "left*", "left/", "right-", "right/"]
    places = st.integers(0, 30)
    leaves = draw(st.lists(halves, min_size=1, max_size=4))
    numbers, steps = list(leaves), list[Step]()
    for kind, i, j, number in draw(
        st.lists(st.tuples(st.sampled_from(kinds), places, places, plain), min_size=1, max_size=most)
    ):
        step = Step(kind, i % len(numbers), j % len(numbers), number)
        if not step._is_calm(numbers):  # noqa: SLF001 - of its own module
            step = Step("tanh", step.i, step.j, number)
        steps.append(step)
        numbers.append(step.perform(numbers))
    return Expression(tuple(leaves), tuple(steps))
