"""Random expressions of scalars, for checks of an autograd engine: of floats, a learner's objects, tensors alike.

An expression is a list of steps, each of which may use any number that came before: a graph in which numbers are used
more than once.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
FUNCTIONS: dict[str, Callable[[float], float]] = {"exp": math.exp, "tanh": math.tanh, "relu": lambda x: max(0.0, x)}
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
        """Carry it out on floats, a learner's objects or tensors: functions of anything but floats are its methods."""
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

    def spelt(self) -> str:
        """The expression as a learner writes it, ``v0 = Value(2.0); v1 = v0.tanh()``."""
        lines = [f"v{i} = Value({leaf})" for i, leaf in enumerate(self.leaves)]
        for place, step in enumerate(self.steps, len(self.leaves)):
            lines.append(f"v{place} = {step.spelt(f'v{step.i}', f'v{step.j}')}")
        return "; ".join(lines)


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
