"""What learners get wrong in lecture1.value."""

import math

from grader.checks import misconception


class _Right:
    """The right class. Each wrong answer below overrides one of its methods."""

    def __init__(self, data, _children=(), _op=""):
        self.data = float(data)
        self.grad = 0.0
        self._prev = set(_children)
        self._op = _op

    def new(self, data, operands, op):
        return type(self)(data, operands, op)

    def wrapped(self, other):
        return other if isinstance(other, _Right) else type(self)(other)

    def __add__(self, other):
        other = self.wrapped(other)
        return self.new(self.data + other.data, (self, other), "+")

    def __mul__(self, other):
        other = self.wrapped(other)
        return self.new(self.data * other.data, (self, other), "*")

    def __pow__(self, other):
        if not isinstance(other, int | float):
            raise TypeError("the exponent must be a number")
        return self.new(self.data**other, (self,), f"**{other}")

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return (-self) + other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        return self.new(math.exp(self.data), (self,), "exp")

    def tanh(self):
        return self.new(math.tanh(self.data), (self,), "tanh")

    def relu(self):
        return self.new(max(0.0, self.data), (self,), "relu")


@misconception(
    "2 - a is computed as a - 2. In __rsub__ self is what stands on the right: other - self, which is (-self) + other.",
    name="reflected-difference",
    violates=("numbers_on_the_left",),
)
class Value(_Right):
    def __rsub__(self, other):
        return self - other


@misconception(
    "2 / a is computed as a / 2. In __rtruediv__ self is the denominator: other * self ** -1.",
    name="reflected-quotient",
    violates=("numbers_on_the_left",),
)
class Value(_Right):
    def __rtruediv__(self, other):
        return self / other


@misconception(
    "A number on the left is not known: for 2 + a Python asks a.__radd__(2), for 2 - a __rsub__, for 2 * a __rmul__ "
    "and for 2 / a __rtruediv__.",
    name="no-reflected-forms",
    violates=("numbers_on_the_left",),
)
class Value(_Right):
    __radd__ = __rmul__ = __rsub__ = __rtruediv__ = None


@misconception(
    "other + self in __radd__ asks self.__radd__ once more, and so without end; so it is in __rmul__, __rsub__ and "
    "__rtruediv__. Put self on the left, self + other, and there Python finds __add__.",
    name="reflected-without-end",
    violates=("numbers_on_the_left",),
)
class Value(_Right):
    def __radd__(self, other):
        return other + self

    def __rmul__(self, other):
        return other * self

    def __rsub__(self, other):
        return other - self

    def __rtruediv__(self, other):
        return other / self


@misconception(
    "A plain number has no .data. Make a Value of other where it is none: Value(other).",
    name="numbers-not-wrapped",
    violates=("numbers_on_the_right",),
)
class Value(_Right):
    def wrapped(self, other):
        return other

    def __neg__(self):
        return self.new(-self.data, (self,), "neg")


@misconception(
    "The data are cut to whole numbers. Keep them as they are, or make floats of them.",
    name="cut-to-ints",
    violates=("a_new_value",),
)
class Value(_Right):
    def __init__(self, data, _children=(), _op=""):
        super().__init__(int(data), _children, _op)
        self.data = int(data)


@misconception(
    "An int stays an int, and what is computed from ints are ints. Make a float of it once, float(data), and all that "
    "follows is one.",
    name="ints-kept",
    violates=("data_are_floats",),
)
class Value(_Right):
    def __init__(self, data, _children=(), _op=""):
        super().__init__(data, _children, _op)
        self.data = data


@misconception(
    "a - b comes out as b - a: it is self + (-other).",
    name="difference-turned-round",
    violates=("difference_and_quotient",),
)
class Value(_Right):
    def __sub__(self, other):
        return (-self) + other


@misconception(
    "a / b comes out as b / a: it is self * other ** -1.",
    name="quotient-turned-round",
    violates=("difference_and_quotient",),
)
class Value(_Right):
    def __truediv__(self, other):
        return self**-1 * other


@misconception(
    "// cuts the quotient down to a whole number. Divide by /, or multiply by other ** -1.",
    name="floor-division",
)
class Value(_Right):
    def __truediv__(self, other):
        other = self.wrapped(other)
        return self.new(self.data // other.data, (self, other), "/")


@misconception(
    "-a is the magnitude of a with a minus: for a negative a it stays negative. It is a * -1.",
    name="minus-the-magnitude",
)
class Value(_Right):
    def __neg__(self):
        return self.new(-abs(self.data), (self,), "neg")

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other


@misconception(
    "This is a plain number. The operators of Value return a Value, so that the result can be computed with, and "
    "remembers its operands.",
    name="plain-number-returned",
    violates=("sum_and_product",),
)
class Value(_Right):
    def __add__(self, other):
        return self.data + self.wrapped(other).data


@misconception(
    "The sum is written into the left operand, which is then returned: a has changed. Return a new Value.",
    name="added-in-place",
    violates=("operands_stay_as_they_are",),
)
class Value(_Right):
    def __add__(self, other):
        other = self.wrapped(other)
        self.data += other.data
        return self


@misconception(
    "For a positive number relu returns the Value itself, so that its grad would be that of its operand. Return a new "
    "Value.",
    name="relu-returns-self",
    violates=("operands_stay_as_they_are",),
)
class Value(_Right):
    def relu(self):
        return self if self.data > 0 else self.new(0.0, (self,), "relu")


@misconception(
    "The operands are not noted: pass (self, other) on as _children. Without them nothing can be walked back.",
    name="operands-forgotten",
    violates=("operands_are_noted",),
)
class Value(_Right):
    def new(self, data, operands, op):
        return type(self)(data, (), op)


@misconception(
    "The left operand alone is noted, (self,). A sum or product has two operands: (self, other).",
    name="one-operand-noted",
    violates=("operands_are_noted",),
)
class Value(_Right):
    def new(self, data, operands, op):
        return type(self)(data, operands[:1], op)


@misconception(
    "_prev holds the numbers of the operands. It is to hold the Values themselves, for these are what has a grad.",
    name="numbers-noted",
    violates=("operands_are_noted",),
)
class Value(_Right):
    def new(self, data, operands, op):
        return type(self)(data, [operand.data for operand in operands], op)


@misconception(
    "The operation is not noted: _op is empty in a result. Pass its text on, such as '+'.",
    name="operation-forgotten",
    violates=("operands_are_noted",),
)
class Value(_Right):
    def new(self, data, operands, op):
        return type(self)(data, operands)


@misconception(
    "A Value is noted among its own operands. A new Value that was computed from none has an empty _prev.",
    name="its-own-operand",
    violates=("a_new_value",),
)
class Value(_Right):
    def __init__(self, data, _children=(), _op=""):
        super().__init__(data, _children, _op)
        self._prev.add(self)


@misconception(
    "grad is 1 from the start. It begins at 0: no result depends on this Value yet. The 1 is for the result from which "
    "one walks back.",
    name="grad-starts-at-one",
    violates=("a_new_value",),
)
class Value(_Right):
    def __init__(self, data, _children=(), _op=""):
        super().__init__(data, _children, _op)
        self.grad = 1.0


@misconception(
    "grad is None at the start. It is a number that will be added to: begin with 0.0.",
    name="grad-starts-as-none",
    violates=("a_new_value",),
)
class Value(_Right):
    def __init__(self, data, _children=(), _op=""):
        super().__init__(data, _children, _op)
        self.grad = None


@misconception(
    "a ** n is computed as a * n. A power is self.data ** other.",
    name="product-for-power",
)
class Value(_Right):
    def __pow__(self, other):
        return self * other

    def __truediv__(self, other):
        other = self.wrapped(other)
        return self.new(self.data / other.data, (self, other), "/")


@misconception(
    "Base and exponent are exchanged: a ** n is self.data ** other.",
    name="exponent-for-base",
)
class Value(_Right):
    def __pow__(self, other):
        return self.new(other**self.data, (self,), "**")


@misconception(
    "The exponent is cut to a whole number: a ** 0.5 becomes a ** 0. Leave it as it is.",
    name="whole-exponents",
)
class Value(_Right):
    def __pow__(self, other):
        return super().__pow__(int(other))


@misconception(
    "A Value as exponent is taken for its number. The derivative with respect to it would then be missing: raise "
    "TypeError.",
    name="any-exponent",
    violates=("the_exponent_is_a_number",),
)
class Value(_Right):
    def __pow__(self, other):
        return super().__pow__(other.data if isinstance(other, _Right) else other)


@misconception(
    "This raises ValueError for an exponent of the wrong type. Python's word for that is TypeError.",
    name="value-error",
    violates=("the_exponent_is_a_number",),
)
class Value(_Right):
    def __pow__(self, other):
        if not isinstance(other, int | float):
            raise ValueError("the exponent must be a number")  # noqa: TRY004
        return super().__pow__(other)


@misconception(
    "This is tanh of half the number, (e^x − 1) / (e^x + 1): a 2 is missing in the exponent.",
    name="tanh-of-half",
)
class Value(_Right):
    def tanh(self):
        return self.new(math.tanh(self.data / 2), (self,), "tanh")


@misconception(
    "This is the sigmoid, 1 / (1 + e^−x), which goes from 0 to 1. tanh goes from −1 to 1.",
    name="sigmoid-for-tanh",
)
class Value(_Right):
    def tanh(self):
        return self.new(1 / (1 + math.exp(-self.data)), (self,), "tanh")


@misconception(
    "This is the tangent, with poles at ±π/2. tanh is the hyperbolic one: math.tanh.",
    name="tan-for-tanh",
)
class Value(_Right):
    def tanh(self):
        return self.new(math.tan(self.data), (self,), "tanh")


@misconception(
    "relu of a negative number is the number without its sign here. It is 0.",
    name="relu-as-magnitude",
)
class Value(_Right):
    def relu(self):
        return self.new(abs(self.data), (self,), "relu")


@misconception(
    "A hundredth of a negative number gets through: that is the leaky ReLU. relu is 0 there.",
    name="leaky-relu",
)
class Value(_Right):
    def relu(self):
        return self.new(max(0.01 * self.data, self.data), (self,), "relu")


@misconception(
    "A positive number becomes 1: that is the slope of relu. relu itself is the number.",
    name="slope-of-relu",
)
class Value(_Right):
    def relu(self):
        return self.new(float(self.data > 0), (self,), "relu")


@misconception(
    "exp is 2 to the power of the number here. It is e to that power: math.exp.",
    name="two-to-the-power",
)
class Value(_Right):
    def exp(self):
        return self.new(2**self.data, (self,), "exp")


@misconception(
    "math.exp(2 * x) overflows for large x, though tanh of it is 1. math.tanh overflows nowhere.",
    name="tanh-overflows",
    violates=("large_numbers",),
)
class Value(_Right):
    def tanh(self):
        double = math.exp(2 * self.data)
        return self.new((double - 1) / (double + 1), (self,), "tanh")
