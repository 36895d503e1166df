"""Checks of lecture1.value: Values compute as floats do, and remember what they were computed from.

A Value stays where the submission runs, and the check has a handle. What is in ``_prev`` is asked for there, one
operand at a time: the members of a set come in another order in every process.
"""

import math

from hypothesis import given

from grader.checks import (
    RaisedError,
    assert_close,
    bonus,
    check,
    integer,
    library,
    needs,
    points,
    type_in_words,
    uniform,
)
from grader.checks.expressions import BINARY, FUNCTIONS, expressions


def number(rng, low=0.5, high=2.5):
    """A random Python float, as often negative as not."""
    return float(uniform(rng, low, high)) * (1, -1)[integer(rng, 0, 1)]


def must_be_value(thing, name):
    """Demand that an answer is an object of the learner's, and no plain number."""
    check(type(thing).__name__ in {"Handle", "Value"}, f"{name} must be a Value; here is {type_in_words(thing)}.")
    return thing


def data_of(thing, name):
    """The number in a Value."""
    return number_in(must_be_value(thing, name).data, f"({name}).data")


def number_in(found, name):
    """A number that came, as a float."""
    check(
        isinstance(found, int | float) and not isinstance(found, bool),
        f"{name} must be a number; here is {type_in_words(found)}.",
    )
    return float(found)


def compare(thing, expected, name):
    """Demand a Value with this number in it."""
    assert_close(data_of(thing, name), expected, name=f"({name}).data", oracle="float arithmetic")


def holds(submission, value, operand):
    """Whether an operand is in a Value's _prev."""
    contains = library(submission, "operator").attrgetter("_prev.__contains__")(value)
    return contains(operand) is True


def how_many(submission, value):
    """How many operands are in a Value's _prev."""
    found = library(submission, "operator").attrgetter("_prev.__len__")(value)()
    return found if type(found) is int else -1


def test_a_new_value(submission, rng):
    """A new Value has its number in data, a grad of 0, and no operands and no operation."""
    for given_number in (number(rng), integer(rng, 2, 9), -integer(rng, 2, 9), number(rng), 0):
        value = must_be_value(submission.Value(given_number), "Value(…)")
        name = f"Value({given_number})"
        found = number_in(value.data, f"{name}.data")
        assert_close(found, float(given_number), name=f"{name}.data", oracle="as it was given")
        grad, operation = value.grad, value._op
        check(number_in(grad, f"{name}.grad") == 0, f"{name}.grad must be 0 to begin with; it is {grad}.")
        check(operation == "", f"{name}._op must be the empty text: nothing was computed. It is {operation!r}.")
        operands = how_many(submission, value)
        check(operands == 0, f"{name}._prev must be empty: it was computed from no Value. It holds {operands}.")


@needs("test_a_new_value")
def test_sum_and_product(submission, rng):
    """a + b and a * b of two Values are new Values with the sum and the product in them."""
    for symbol in "+*+*":
        a, b = number(rng), number(rng)
        result = BINARY[symbol](submission.Value(a), submission.Value(b))
        compare(result, BINARY[symbol](a, b), f"{a:.3f} {symbol} {b:.3f}")


@needs("test_a_new_value")
def test_power(submission, rng):
    """a ** n is the power, for every int or float n."""
    for n in (2, 3, -1, 0.5, -integer(rng, 2, 4), integer(rng, 4, 6), float(uniform(rng, 1.2, 2.8)), 0, 1):
        a = abs(number(rng))
        compare(submission.Value(a) ** n, a**n, f"{a:.3f} ** {n}")
    a = -abs(number(rng))
    compare(submission.Value(a) ** 3, a**3, f"({a:.3f}) ** 3")


@needs("test_sum_and_product", "test_power")
def test_difference_and_quotient(submission, rng):
    """a - b, a / b and -a are right, for two Values."""
    for symbol in "-/-/":
        a, b = number(rng), number(rng)
        result = BINARY[symbol](submission.Value(a), submission.Value(b))
        compare(result, BINARY[symbol](a, b), f"{a:.3f} {symbol} {b:.3f}")
    for a in (abs(number(rng)), -abs(number(rng))):
        compare(-submission.Value(a), -a, f"-({a:.3f})")


@needs("test_difference_and_quotient")
def test_numbers_on_the_right(submission, rng):
    """A plain number may stand on the right: a + 2, a - 2, a * 2, a / 2, an int or a float."""
    for symbol, function in BINARY.items():
        for plain in (integer(rng, 2, 7), number(rng)):
            a = number(rng)
            compare(function(submission.Value(a), plain), function(a, plain), f"a {symbol} {plain:.4g} for a = {a:.3f}")


@needs("test_numbers_on_the_right")
def test_numbers_on_the_left(submission, rng):
    """A plain number may stand on the left: 2 + a, 2 - a, 2 * a, 2 / a, an int or a float; so may the 0 of sum."""
    for symbol, function in BINARY.items():
        for plain in (integer(rng, 2, 7), number(rng), 0):
            a = number(rng)
            compare(function(plain, submission.Value(a)), function(plain, a), f"{plain:.4g} {symbol} a for a = {a:.3f}")


@needs("test_a_new_value")
def test_functions(submission, rng):
    """exp, tanh and relu are right, for numbers of either sign."""
    for name in ("exp", "tanh", "relu", "relu", "exp", "tanh"):
        for sign in (1, -1):
            value = submission.Value(0.0)
            for a in (sign * abs(number(rng)), number(rng)):
                value.data = a  # as training will set it
                result = {"exp": value.exp, "tanh": value.tanh, "relu": value.relu}[name]()
                compare(result, FUNCTIONS[name](a), f"Value({a:.3f}).{name}()")


@needs("test_numbers_on_the_right", "test_functions")
def test_operands_stay_as_they_are(submission, rng):
    """No operation changes its operands, and every result is a Value of its own, with a grad of 0."""
    a, b = abs(number(rng)), number(rng)
    left, right = submission.Value(a), submission.Value(b)
    for name, function in (
        *((f"a {symbol} b", lambda function=function: function(left, right)) for symbol, function in BINARY.items()),
        ("a ** 2", lambda: left**2),
        ("-a", lambda: -left),
        ("a + 0", lambda: left + 0),
        ("a.exp()", left.exp),
        ("a.tanh()", left.tanh),
        ("a.relu()", left.relu),
    ):
        result = must_be_value(function(), name)
        check(number_in(result.grad, f"({name}).grad") == 0, f"({name}).grad must be 0 to begin with.")
        result.grad = 7.0
        again = number_in(must_be_value(function(), name).grad, f"({name}).grad")
        check(again == 0, f"{name} must be a new Value each time; the second time it is the first one again.")
        for operand, said, kept in ((left, "a", a), (right, "b", b)):
            found = data_of(operand, said)
            check(found == kept, f"After {name} the number in {said} is {found:.6g}, and was {kept:.6g}.")
            check(
                number_in(operand.grad, f"{said}.grad") == 0,
                f"{name} must be a new Value; a grad that is set in it shows up in {said}.",
            )


@needs("test_operands_stay_as_they_are")
def test_operands_are_noted(submission, rng):
    """Each result notes its operands in _prev, and a text for the operation in _op."""
    values = [submission.Value(number(rng)) for _ in range(4)]
    texts, asked = {}, []  # everything is asked for before anything is judged, for mistakes to be told apart
    for symbol, (a, b) in (("+", values[:2]), ("*", values[2:])):
        result, stranger = must_be_value(BINARY[symbol](a, b), f"a {symbol} b"), submission.Value(number(rng))
        held = [holds(submission, result, operand) for operand in (a, b, stranger)]
        asked.append((f"a {symbol} b", held, [True, True, False], how_many(submission, result) == 2))
        result = must_be_value(BINARY[symbol](a, 3), f"a {symbol} 3")
        asked.append((f"a {symbol} 3", [holds(submission, result, a)], [True], how_many(submission, result) in {1, 2}))
        texts[f"a {symbol} b"] = result._op
    a = submission.Value(abs(number(rng)))
    for name, result in (("a ** 2", a**2), ("a.exp()", a.exp()), ("a.tanh()", a.tanh()), ("a.relu()", a.relu())):
        held = [holds(submission, must_be_value(result, name), a)] * (name == "a ** 2")
        asked.append((name, held, [True] * len(held), how_many(submission, result) > 0))
        texts[name] = result._op
    for name, held, wanted, counted in asked:
        for operand, found, right in zip(("a", "b", "a third Value"), held, wanted, strict=False):
            check(found is right, f"{operand} is {'not ' * right}in ({name})._prev.")
        check(counted, f"({name})._prev must hold its operands, and nothing else.")
    for name, text in texts.items():
        check(type(text) is str and text != "", f"({name})._op must be a short text that names the operation.")
    check(texts["a + b"] != texts["a * b"], f"a + b and a * b have the same _op, {texts['a + b']!r}.")


@needs("test_a_new_value", "test_power")
def test_the_exponent_is_a_number(submission, rng):
    """a ** b is refused with a TypeError (or the lecture's assert) unless b is a plain number."""
    for _ in range(12):  # which are refused, in an order that nobody knows
        a, b = abs(number(rng)), abs(number(rng))
        if integer(rng, 0, 1):
            compare(submission.Value(a) ** b, a**b, f"{a:.3f} ** {b:.3f}")
            continue
        base, exponent = submission.Value(a), submission.Value(b)
        try:
            result = base**exponent
        except RaisedError as raised:
            kinds = (raised.type_name, *raised.bases)
            check(
                "TypeError" in kinds or "AssertionError" in kinds,
                f"a ** b with a Value b must raise TypeError; {raised.type_name} came: {raised.message}",
            )
        else:
            check(
                False,
                "a ** b with a Value b must raise TypeError: the exponent is to be a plain number. You return "
                f"{'a Value' if type(result).__name__ in {'Handle', 'Value'} else result}.",
            )


@needs("test_numbers_on_the_left", "test_operands_stay_as_they_are")
@points(2)
@given(expression=expressions())
def test_any_expression(submission, expression):
    """Any expression of Values and numbers gives what the same expression of floats gives."""
    nodes = expression.evaluate(submission.Value)
    assert_close(
        [data_of(node, f"v{i}") for i, node in enumerate(nodes)][-1],
        float(expression.evaluate(float)[-1]),
        name=f"the last of {expression.spelt()}",
        oracle="float arithmetic",
    )


@bonus
@needs("test_functions")
def test_large_numbers(submission, rng):
    """tanh of ±1000 is ±1: nothing overflows on the way."""
    for sign in (1, -1):
        a = sign * float(uniform(rng, 900, 1100))
        compare(submission.Value(a).tanh(), float(sign), f"Value({a:.1f}).tanh()")
    a = number(rng)
    compare(submission.Value(a).tanh(), math.tanh(a), f"Value({a:.3f}).tanh()")


@bonus
@needs("test_sum_and_product")
def test_data_are_floats(submission, rng):
    """data is a Python float, also of an int, and of what is computed from ints."""
    asked = []
    for _ in range(3):
        n, m, x = integer(rng, 2, 99), integer(rng, 2, 99), number(rng)
        for value, expected, name in (
            (submission.Value(x), x, f"Value({x:.3f})"),
            (submission.Value(n), n, f"Value({n})"),
            (submission.Value(n) + submission.Value(m), n + m, f"Value({n}) + Value({m})"),
            (submission.Value(n) * submission.Value(m), n * m, f"Value({n}) * Value({m})"),
        ):
            asked.append((must_be_value(value, name).data, expected, f"({name}).data"))
    for found, expected, name in asked:
        check(isinstance(found, float), f"{name} must be a float; here is {type_in_words(found)}.")
        assert_close(found, float(expected), name=name, oracle="float arithmetic")
