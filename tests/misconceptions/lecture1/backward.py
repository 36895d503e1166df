"""What learners get wrong in lecture1.backward.

The wrong ways through the graph stop after 20,000 visits: what is known to be wrong is tried in the grader's own
process, on graphs in which 2^50 ways lead to a number.
"""

import math

from grader.checks import misconception


class UnfinishedError(Exception):
    """In place of going on for ever."""


def _counted(visits):
    visits[0] += 1
    if visits[0] > 20_000:
        raise UnfinishedError


class _Right:
    """The right class. Each wrong answer below overrides one of its methods."""

    def __init__(self, data, operands=(), op="", slopes=None):
        self.data = float(data)
        self.grad = 0.0
        self._prev = tuple(operands)
        self._op = op
        self._slopes = slopes

    def _backward(self):
        """Pass the gradient on."""
        for operand, slope in zip(self._prev, self._slopes() if self._slopes else (), strict=False):
            self.give(operand, slope * self.grad)

    def give(self, operand, gradient):
        operand.grad += gradient

    # The local slopes, one an operand.

    def slopes_of_sum(self, a, b):
        return 1.0, 1.0

    def slopes_of_product(self, a, b):
        return b, a

    def slope_of_power(self, a, n):
        return n * a ** (n - 1)

    def slopes_of_quotient(self, a, b):
        return 1 / b, -a / b**2

    def slopes_of_difference(self):
        return 1.0, -1.0

    def slope_of_minus(self):
        return -1.0

    def slope_of_exp(self, x, result):
        return result

    def slope_of_tanh(self, x, result):
        return 1 - result**2

    def slope_of_relu(self, x, result):
        return float(x > 0)

    # The operators.

    def wrapped(self, other):
        return other if isinstance(other, _Right) else type(self)(other)

    def new(self, data, operands, op, slopes):
        return type(self)(data, operands, op, slopes)

    def __add__(self, other):
        other = self.wrapped(other)
        slopes = lambda: self.slopes_of_sum(self.data, other.data)  # noqa: E731
        return self.new(self.data + other.data, (self, other), "+", slopes)

    def __mul__(self, other):
        other = self.wrapped(other)
        slopes = lambda: self.slopes_of_product(self.data, other.data)  # noqa: E731
        return self.new(self.data * other.data, (self, other), "*", slopes)

    def __sub__(self, other):
        other = self.wrapped(other)
        return self.new(self.data - other.data, (self, other), "-", self.slopes_of_difference)

    def __truediv__(self, other):
        other = self.wrapped(other)
        slopes = lambda: self.slopes_of_quotient(self.data, other.data)  # noqa: E731
        return self.new(self.data / other.data, (self, other), "/", slopes)

    def __pow__(self, other):
        if not isinstance(other, int | float):
            raise TypeError("the exponent must be a number")
        slopes = lambda: (self.slope_of_power(self.data, other),)  # noqa: E731
        return self.new(self.data**other, (self,), "**", slopes)

    def __neg__(self):
        return self.new(-self.data, (self,), "neg", lambda: (self.slope_of_minus(),))

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return self.wrapped(other) - self

    def __rtruediv__(self, other):
        return self.wrapped(other) / self

    def exp(self):
        result = math.exp(self.data)
        return self.new(result, (self,), "exp", lambda: (self.slope_of_exp(self.data, result),))

    def tanh(self):
        result = math.tanh(self.data)
        return self.new(result, (self,), "tanh", lambda: (self.slope_of_tanh(self.data, result),))

    def relu(self):
        result = max(0.0, self.data)
        return self.new(result, (self,), "relu", lambda: (self.slope_of_relu(self.data, result),))

    # The way back.

    def order(self):
        """Operands before what is made of them."""
        topo, visited, todo = [], set(), [(self, False)]
        while todo:
            node, listed = todo.pop()
            if listed:
                topo.append(node)
            elif id(node) not in visited:
                visited.add(id(node))
                todo.append((node, True))
                todo += [(operand, False) for operand in node._prev]
        return topo

    def first(self):
        """The gradient to begin with."""
        return 1.0

    def backward(self):
        topo = self.order()
        before = [node.grad for node in topo]
        for node in topo:
            node.grad = 0.0
        self.grad = self.first()
        for node in reversed(topo):
            node._backward()
        for node, grad in zip(topo, before, strict=True):
            node.grad += grad


class _InOneGo(_Right):
    """Without what keeps the gradients of two calls apart, as the lecture has it."""

    def backward(self):
        self.grad = 1.0
        for node in reversed(self.order()):
            node._backward()


# the way back


@misconception(
    "Each gradient replaces the one before: a Value that is used twice keeps one of two. They add up: +=.",
    name="assigned",
    violates=("a_value_that_is_used_twice",),
)
class Value(_Right):
    def give(self, operand, gradient):
        operand.grad = gradient


@misconception(
    "out._backward = _backward() runs the function at once, when there is no gradient yet, and keeps the None that it "
    "returns. Leave the brackets out: out._backward = _backward.",
    name="called-at-once",
    violates=("the_derivative_of_itself_is_one",),
)
class Value(_InOneGo):
    def __init__(self, data, operands=(), op="", slopes=None):
        super().__init__(data, operands, op, slopes)
        if operands:
            self._backward = self._backward()


@misconception(
    "other * out.grad is a product of Values, and grad becomes a Value itself. The slope is a number: other.data.",
    name="slope-a-value",
    violates=("products",),
)
class Value(_InOneGo):
    def __mul__(self, other):
        other = self.wrapped(other)
        return self.new(self.data * other.data, (self, other), "*", lambda: (other, self))


@misconception(
    "In exp the gradient replaces what was in grad. A Value may be used elsewhere, too: +=, as in all other rules.",
    name="assigned-in-exp",
    violates=("a_value_that_is_used_twice",),
)
class Value(_Right):
    def give(self, operand, gradient):
        operand.grad = gradient if self._op == "exp" else operand.grad + gradient


@misconception(
    "In tanh the gradient replaces what was in grad. A Value may be used elsewhere, too: +=, as in all other rules.",
    name="assigned-in-tanh",
    violates=("a_value_that_is_used_twice",),
)
class Value(_Right):
    def give(self, operand, gradient):
        operand.grad = gradient if self._op == "tanh" else operand.grad + gradient


@misconception(
    "In ** the gradient replaces what was in grad. A Value may be used elsewhere, too: +=, as in all other rules.",
    name="assigned-in-power",
    violates=("a_value_that_is_used_twice",),
)
class Value(_Right):
    def give(self, operand, gradient):
        operand.grad = gradient if self._op == "**" else operand.grad + gradient


@misconception(
    "In relu the gradient replaces what was in grad. A Value may be used elsewhere, too: +=, as in all other rules.",
    name="assigned-in-relu",
    violates=("a_value_that_is_used_twice",),
)
class Value(_Right):
    def give(self, operand, gradient):
        operand.grad = gradient if self._op == "relu" else operand.grad + gradient


@misconception(
    "A result passes its gradient on and sends its operands on their way at once, again each time that it is reached: "
    "what it had passed on before goes down a second time. Sort the graph first; then each passes on once, after all "
    "that was made of it.",
    name="recursive-calls",
    violates=("results_that_are_used_twice",),
)
class Value(_InOneGo):
    def backward(self, first=True, visits=None):
        visits = visits or [0]
        _counted(visits)
        if first:
            self.grad = 1.0
        self._backward()
        for operand in dict.fromkeys(self._prev):
            operand.backward(False, visits)


@misconception(
    "The graph is gone through level by level from the result. A Value can be near the result and deep below it too, "
    "and then passes its gradient on before all of it has come. Sort so that operands stand before what is made of "
    "them, and go from the end.",
    name="level-by-level",
    violates=("results_that_are_used_twice",),
)
class Value(_Right):
    def order(self):
        found = {self: None}
        for node in (queue := [self]):
            for operand in node._prev:
                if operand not in found:
                    found[operand] = None
                    queue.append(operand)
        return queue[::-1]


@misconception(
    "A Value is put on the list before its operands have been gone through, and stands before results that use it "
    "elsewhere. Append it after its operands, and reverse the list.",
    name="preorder",
    violates=("results_that_are_used_twice",),
)
class Value(_Right):
    def order(self):
        listed, visited, todo = [], set(), [self]
        while todo:
            node = todo.pop()
            if id(node) not in visited:
                visited.add(id(node))
                listed.append(node)
                todo += node._prev
        return listed[::-1]


@misconception(
    "A Value that was reached on several ways stands on the list several times, and passes its gradient on each time. "
    "Keep a set of those that were visited.",
    name="not-marked-as-visited",
    violates=("results_that_are_used_twice",),
)
class Value(_InOneGo):
    def order(self):
        topo, visits = [], [0]

        def build(node):
            _counted(visits)
            for operand in dict.fromkeys(node._prev):
                build(operand)
            topo.append(node)

        build(self)
        return topo


@misconception(
    "Whether a Value is on the list is asked only after its operands have been gone through, and each way to it is "
    "walked anew: 2^50 of them. Ask first, `if v not in visited`, and add it to visited before its operands.",
    name="visited-too-late",
    violates=("many_paths",),
)
class Value(_Right):
    def order(self):
        topo, listed, visits, todo = [], set(), [0], [(self, False)]
        while todo:
            node, done = todo.pop()
            if not done:
                _counted(visits)
                todo.append((node, True))
                todo += [(operand, False) for operand in dict.fromkeys(node._prev)]
            elif id(node) not in listed:
                listed.add(id(node))
                topo.append(node)
        return topo


@misconception(
    "The gradient gets no further than to the operands of the result. Every Value passes its gradient on, those near "
    "the result first: go through the list from its end, reversed(topo).",
    name="not-reversed",
    violates=("sums",),
)
class Value(_InOneGo):
    def backward(self):
        self.grad = 1.0
        for node in self.order():
            node._backward()


@misconception(
    "The result's own grad stays 0, so that 0 is all that it passes on. It is 1, since dx/dx = 1: set it first.",
    name="no-one-to-begin-with",
    violates=("the_derivative_of_itself_is_one",),
)
class Value(_Right):
    def first(self):
        return 0.0


@misconception(
    "The gradient begins with the result's own number. It begins with 1: dx/dx.",
    name="begins-with-data",
    violates=("the_derivative_of_itself_is_one",),
)
class Value(_Right):
    def first(self):
        return self.data


@misconception(
    "The grads are set to 0 first, and those of an earlier result are lost. backward adds to what is there, as torch "
    "does; who wants to begin anew sets them to 0 himself.",
    name="zeroed-first",
    violates=("gradients_of_two_results_add_up",),
)
class Value(_InOneGo):
    def backward(self):
        for node in self.order():
            node.grad = 0.0
        super().backward()


@misconception(
    "What was visited is told by its number: of two Values with the same number in them one is left out. They are two: "
    "compare the objects, by a set of Values or by id.",
    name="visited-by-number",
    violates=("equal_numbers_are_two_values",),
)
class Value(_Right):
    def order(self):
        topo, visited = [], []

        def build(node):
            if node.data not in visited:
                visited.append(node.data)
                for operand in node._prev:
                    build(operand)
                topo.append(node)

        build(self)
        return topo


@misconception(
    "The list of the first call is still there in the second, and its Values pass their gradients on again. Begin each "
    "call with an empty list.",
    name="list-kept",
    violates=("graphs_keep_apart",),
)
class Value(_InOneGo):
    _topo = []  # noqa: RUF012 - the mistake

    def order(self):
        if len(self._topo) > 2_000:
            self._topo.clear()
        self._topo += super().order()
        return list(self._topo)


@misconception(
    "backward also takes a step: it changes data. It finds gradients, and nothing else; the step is the caller's.",
    name="takes-a-step",
    violates=("data_stay_as_they_are",),
)
class Value(_Right):
    def backward(self):
        super().backward()
        for node in self.order():
            node.data -= 0.01 * node.grad


@misconception(
    "The operation is no longer noted: _op is empty in every result. Keep what value had.",
    name="operation-forgotten",
    violates=("operation_and_operands_are_noted",),
)
class Value(_Right):
    def __init__(self, data, operands=(), op="", slopes=None):
        super().__init__(data, operands, "", slopes)


@misconception(
    "tanh keeps its first result in the Value. Training changes data: compute it anew each time.",
    name="tanh-kept",
    violates=("numbers_that_change",),
)
class Value(_Right):
    def tanh(self):
        if not hasattr(self, "_tanh"):
            self._tanh = math.tanh(self.data)
        result = self._tanh
        return self.new(result, (self,), "tanh", lambda: (self.slope_of_tanh(self.data, result),))


# the rules


@misconception(
    "A product adds: __mul__ was copied from __add__, and the + is still there. Its data are self.data * other.data.",
    name="product-that-adds",
    violates=("forward",),
)
class Value(_Right):
    def __mul__(self, other):
        other = self.wrapped(other)
        slopes = lambda: self.slopes_of_product(self.data, other.data)  # noqa: E731
        return self.new(self.data + other.data, (self, other), "*", slopes)


@misconception(
    "The right operand of a sum gets no gradient. The slope is 1 for both.",
    name="sum-one-sided",
    violates=("sums",),
)
class Value(_Right):
    def slopes_of_sum(self, a, b):
        return 1.0, 0.0


@misconception(
    "Each operand of a sum gets half of the gradient. The slope is 1 for both: it is no share.",
    name="sum-halved",
    violates=("sums",),
)
class Value(_Right):
    def slopes_of_sum(self, a, b):
        return 0.5, 0.5


@misconception(
    "Each factor gets its own number as slope. It is the other one: d(ab)/da = b.",
    name="own-factor",
    violates=("products",),
)
class Value(_Right):
    def slopes_of_product(self, a, b):
        return a, b


@misconception(
    "The right factor gets no gradient: d(ab)/db = a.",
    name="product-one-sided",
    violates=("products",),
)
class Value(_Right):
    def slopes_of_product(self, a, b):
        return b, 0.0


@misconception(
    "A product passes the gradient on unchanged, as a sum does. The slope for each factor is the other one.",
    name="product-as-sum",
    violates=("products",),
)
class Value(_Right):
    def slopes_of_product(self, a, b):
        return 1.0, 1.0


@misconception(
    "A product passes on the local slope alone. Multiply it by the gradient of the result, out.grad: the chain rule.",
    name="no-chain-in-product",
    violates=("products",),
)
class Value(_Right):
    def _backward(self):
        if self._op != "*":
            return super()._backward()
        for operand, slope in zip(self._prev, self._slopes(), strict=True):
            self.give(operand, slope)
        return None


@misconception(
    "tanh passes on the local slope alone. Multiply it by the gradient of the result, out.grad: the chain rule.",
    name="no-chain-in-tanh",
    violates=("tanh",),
)
class Value(_Right):
    def _backward(self):
        if self._op != "tanh":
            return super()._backward()
        self.give(self._prev[0], self._slopes()[0])
        return None


@misconception(
    "Both sides of a difference get the gradient with a plus. The right one enters with a minus: its slope is -1.",
    name="difference-as-sum",
    violates=("differences",),
)
class Value(_Right):
    def slopes_of_difference(self):
        return 1.0, 1.0


@misconception(
    "A minus passes the gradient on unchanged: the slope of -a is -1.",
    name="minus-forgotten",
    violates=("differences",),
)
class Value(_Right):
    def slope_of_minus(self):
        return 1.0


@misconception(
    "The factor n is missing in the slope of a ** n, n · a^(n − 1).",
    name="power-without-n",
    violates=("powers",),
)
class Value(_Right):
    def slope_of_power(self, a, n):
        return a ** (n - 1)


@misconception(
    "The exponent is not lowered: the slope of a ** n is n · a^(n − 1).",
    name="exponent-not-lowered",
    violates=("powers",),
)
class Value(_Right):
    def slope_of_power(self, a, n):
        return n * a**n


@misconception(
    "The factor is n − 1 in place of n: the slope of a ** n is n · a^(n − 1).",
    name="power-with-n-minus-one",
    violates=("powers",),
)
class Value(_Right):
    def slope_of_power(self, a, n):
        return (n - 1) * a ** (n - 1)


@misconception(
    "This is the slope of n^a, with a logarithm. Here the base varies, and the exponent stays: n · a^(n − 1).",
    name="power-as-exponential",
    violates=("powers",),
)
class Value(_Right):
    def slope_of_power(self, a, n):
        return abs(a) ** n * math.log(abs(a))


@misconception(
    "The denominator gets its gradient with the wrong sign: d(a/b)/db = -a/b².",
    name="quotient-sign",
    violates=("quotients",),
)
class Value(_Right):
    def slopes_of_quotient(self, a, b):
        return 1 / b, a / b**2


@misconception(
    "The denominator gets -a/b; the b is to be squared: d(a/b)/db = -a/b².",
    name="quotient-not-squared",
    violates=("quotients",),
)
class Value(_Right):
    def slopes_of_quotient(self, a, b):
        return 1 / b, -a / b


@misconception(
    "The denominator gets -1/b², and the a is missing: d(a/b)/db = -a/b².",
    name="quotient-without-numerator",
    violates=("quotients",),
)
class Value(_Right):
    def slopes_of_quotient(self, a, b):
        return 1 / b, -1 / b**2


@misconception(
    "The slope of exp is its result. This multiplies by the operand itself: out.data, not self.data.",
    name="exp-slope-is-x",
    violates=("exp",),
)
class Value(_Right):
    def slope_of_exp(self, x, result):
        return x


@misconception(
    "exp is treated as a power, x · e^(x − 1). The exponent varies here, and the slope is the result itself.",
    name="exp-as-power",
    violates=("exp",),
)
class Value(_Right):
    def slope_of_exp(self, x, result):
        return x * math.exp(x - 1)


@misconception(
    "The slope of tanh is 1 minus the square of its *result*. This squares its input.",
    name="tanh-of-the-input",
    violates=("tanh",),
)
class Value(_Right):
    def slope_of_tanh(self, x, result):
        return 1 - x**2


@misconception(
    "The square is missing: the slope of tanh is 1 − t².",
    name="tanh-without-square",
    violates=("tanh",),
)
class Value(_Right):
    def slope_of_tanh(self, x, result):
        return 1 - result


@misconception(
    "This is the slope of the sigmoid, t(1 − t). That of tanh is 1 − t².",
    name="sigmoid-slope",
    violates=("tanh",),
)
class Value(_Right):
    def slope_of_tanh(self, x, result):
        return result * (1 - result)


@misconception(
    "tanh is taken of the result once more: the slope is 1 − t² with t = out.data, which is a tanh already.",
    name="tanh-twice",
    violates=("tanh",),
)
class Value(_Right):
    def slope_of_tanh(self, x, result):
        return 1 - math.tanh(result) ** 2


@misconception(
    "relu passes everything on. Where its input is negative nothing of it reaches the result: the slope there is 0.",
    name="relu-passes-all",
    violates=("relu",),
)
class Value(_Right):
    def slope_of_relu(self, x, result):
        return 1.0


@misconception(
    "The slope of relu is its result here. It is 1 where the input is positive: (out.data > 0) * out.grad.",
    name="relu-slope-is-result",
    violates=("relu",),
)
class Value(_Right):
    def slope_of_relu(self, x, result):
        return result


@misconception(
    "At 0 relu passes the gradient on. There it stops, as in torch: > 0, not >= 0.",
    name="relu-at-zero",
    violates=("relu",),
)
class Value(_Right):
    def slope_of_relu(self, x, result):
        return float(x >= 0)


# what the bonus is for


@misconception(
    "The list is made by a function that calls itself, and Python stops that at 1,000 calls. Keep what is still to do "
    "on a stack of your own.",
    name="recursive-sort",
    violates=("a_long_chain",),
)
class Value(_Right):
    def order(self):
        topo, visited = [], set()

        def build(node):
            if id(node) not in visited:
                visited.add(id(node))
                for operand in node._prev:
                    build(operand)
                topo.append(node)

        build(self)
        return topo


@misconception(
    "A second call also passes on what the first left in the Values between, and the leaves get too much. Keep what a "
    "call passes on apart from what was there.",
    name="second-call-adds-up-inside",
    violates=("a_second_backward",),
)
class Value(_InOneGo):
    pass
