"""Checks of lecture1.backward: the gradients of Values, against derivatives by complex step.

A Value stays where the submission runs, and the check has a handle.
"""

import functools
import math
import operator

import numpy as np
from hypothesis import given

from grader.checks import (
    assert_close,
    bonus,
    check,
    integer,
    library,
    limit,
    needs,
    points,
    type_in_words,
    uniform,
)
from grader.checks.expressions import expressions, record_expression, traced

LETTERS = "abcdef"


def number(rng, low=0.5, high=2.5):
    """A random Python float, as often negative as not."""
    return float(uniform(rng, low, high)) * (1, -1)[integer(rng, 0, 1)]


def must_be_value(thing, name):
    """Demand that an answer is an object of the learner's, and no plain number."""
    check(type(thing).__name__ in {"Handle", "Value"}, f"{name} must be a Value; here is {type_in_words(thing)}.")
    return thing


def number_in(found, name):
    """A number that came, as a float."""
    check(
        isinstance(found, int | float) and not isinstance(found, bool),
        f"{name} must be a number; here is {type_in_words(found)}.",
    )
    return float(found)


def grads_of(nodes):
    """The grad of each of some Values."""
    return [number_in(node.grad, "a grad") for node in nodes]


def derivatives(function, leaves):
    """The derivative of a function of so many numbers with respect to each."""
    return traced(function, leaves).slopes(range(len(leaves)))


def compare(submission, *cases):
    """Demand the right gradients of expressions of the leaves a, b, c …: (text, function, leaves) each.

    All are asked for before any is judged: mistakes that look alike in the first are then told apart.
    """
    asked = []
    for text, function, leaves in cases:
        expression = traced(function, leaves)
        nodes = expression.evaluate(submission.Value)
        must_be_value(nodes[-1], text).backward()
        asked.append((expression, nodes, grads_of(nodes[: len(leaves)])))
    for (text, _, leaves), (expression, nodes, found) in zip(cases, asked, strict=True):
        where = ", ".join(f"{name} = {leaf:.3f}" for name, leaf in zip(LETTERS, leaves, strict=False))
        slopes = expression.slopes(range(len(leaves)))
        if not all(map(math.isclose, found, slopes)):
            record_expression(expression, [node.grad for node in nodes])
        for name, grad, right in zip(LETTERS, found, slopes, strict=False):
            assert_close(grad, right, name=f"{name}.grad after ({text}).backward(), for {where},")


@given(expression=expressions())
def test_forward(submission, expression):
    """Values compute what floats do, in any expression, as in the exercise before."""
    nodes = expression.evaluate(submission.Value)
    found = [number_in(must_be_value(node, f"v{i}").data, f"v{i}.data") for i, node in enumerate(nodes)]
    assert_close(
        found[-1],
        float(expression.evaluate(float)[-1]),
        name=f"the last data of {expression.spelt()}",
        oracle="float arithmetic",
    )


@needs("test_forward")
def test_operation_and_operands_are_noted(submission, rng):
    """Results note their operands in _prev and a text for the operation in _op, as in the exercise before."""
    attribute = library(submission, "operator").attrgetter
    a, b, c = (submission.Value(abs(number(rng))) for _ in "abc")
    for name, result in (
        ("a + b", a + b),
        ("a * b", a * b),
        ("a ** 2", a**2),
        ("a.exp()", a.exp()),
        ("a.tanh()", a.tanh()),
        ("a.relu()", a.relu()),
    ):
        text, count = must_be_value(result, name)._op, attribute("_prev.__len__")(result)()
        check(type(text) is str and text != "", f"({name})._op must be a short text that names the operation.")
        check(type(count) is int and count > 0, f"({name})._prev is empty: it was computed from a.")
    for name, result in (("a + b", a + b), ("a * b", a * b)):
        held = [attribute("_prev.__contains__")(result)(operand) for operand in (a, b, c)]
        check(held == [True, True, False], f"({name})._prev must hold a and b, and nothing else.")
    check(a._op == "", "A Value that was computed from none has an empty _op.")


@needs("test_forward")
def test_numbers_that_change(submission, rng):
    """What is computed after data have changed, as training changes them, is computed from the new numbers."""
    a, b = submission.Value(0.0), submission.Value(0.0)
    for _ in range(3):
        x, y = number(rng), number(rng)
        a.data, b.data = x, y
        for name, result, expected in (
            ("a + b", a + b, x + y),
            ("a * b", a * b, x * y),
            ("a ** 2", a**2, x**2),
            ("a.exp()", a.exp(), math.exp(x)),
            ("a.tanh()", a.tanh(), math.tanh(x)),
            ("a.relu()", a.relu(), max(0.0, x)),
        ):
            found = number_in(must_be_value(result, name).data, f"({name}).data")
            assert_close(found, expected, name=f"({name}).data for a = {x:.3f} and b = {y:.3f}", oracle="floats")


@needs("test_forward")
def test_the_derivative_of_itself_is_one(submission, rng):
    """The Value on which backward is called has a grad of 1 then, whatever it was computed from."""
    for kind in ("leaf", "sum", "tanh"):
        a, b = submission.Value(number(rng)), submission.Value(number(rng))
        root = {"leaf": lambda: a, "sum": lambda: a + b, "tanh": lambda: a.tanh()}[kind]()  # noqa: B023, PLW0108
        other = submission.Value(number(rng))
        root.backward()
        found = grads_of([root, other])
        assert_close(found[0], 1.0, name="the root's grad", oracle="dx/dx")
        check(found[1] == 0, f"A Value that has no part in the result must keep its grad of 0; it has {found[1]}.")


def drawn(rng, text, function, low=0.5, high=2.5):
    """A case of compare, with random numbers for as many leaves as the function has arguments."""
    count = function.__code__.co_argcount
    return text, function, [number(rng, low, high) for _ in range(count)]


@needs("test_the_derivative_of_itself_is_one")
def test_sums(submission, rng):
    """Through sums, one after the other, the gradient reaches every Value: it is 1 for each."""
    compare(
        submission,
        drawn(rng, "a + b", lambda a, b: a + b),
        drawn(rng, "(a + b) + c", lambda a, b, c: (a + b) + c),
        drawn(rng, "a + (3 + (b + c))", lambda a, b, c: a + (3 + (b + c))),
    )


@needs("test_sums")
def test_products(submission, rng):
    """In a product the gradient of each factor is the other one, times what comes from above."""
    compare(
        submission,
        drawn(rng, "a * b", lambda a, b: a * b),
        drawn(rng, "(a * b) * c", lambda a, b, c: (a * b) * c),
        drawn(rng, "a * (2.5 * b)", lambda a, b: a * (2.5 * b)),
        drawn(rng, "(a + b) * c", lambda a, b, c: (a + b) * c),
    )


@needs("test_products")
def test_equal_numbers_are_two_values(submission, rng):
    """Two Values with the same number in them are two Values, and each passes its gradient on."""
    for function, text in (
        (lambda a, b, c, d, e, f: (a + b) * e + (c + d) * f, "(a + b) * e + (c + d) * f"),
        (lambda a, b, c, d, e, f: (a * b) * e + (c * d) * f, "(a * b) * e + (c * d) * f"),
    ):
        left, right = number(rng), number(rng)
        compare(submission, (text, function, [left, right, left, right, number(rng), number(rng)]))


@needs("test_products")
def test_differences(submission, rng):
    """In a difference the gradient is 1 on the left and -1 on the right; a minus turns it round."""
    compare(
        submission,
        drawn(rng, "a - b", lambda a, b: a - b),
        drawn(rng, "-a", lambda a: -a),
        drawn(rng, "3 - (a - b)", lambda a, b: 3 - (a - b)),
        drawn(rng, "(-(a - 3)) * b", lambda a, b: (-(a - 3)) * b),
    )


@needs("test_equal_numbers_are_two_values")
def test_powers(submission, rng):
    """The gradient of a ** n is n · a^(n − 1), times what comes from above."""
    cases = []
    for n in (2, 3, -1, 0.5, integer(rng, 4, 5), -2, float(uniform(rng, 1.2, 2.8)), 1):
        cases.append((f"a ** {n}", lambda a, n=n: a**n, [abs(number(rng))]))
        leaves = [abs(number(rng)) for _ in "abc"]
        cases.append((f"(a * b) ** {n} * c", lambda a, b, c, n=n: (a * b) ** n * c, leaves))
    compare(submission, *cases, ("a ** 3", lambda a: a**3, [-abs(number(rng))]))


@needs("test_powers")
def test_quotients(submission, rng):
    """In a quotient a / b the gradient is 1/b for a, and -a/b² for b, times what comes from above."""
    compare(
        submission,
        drawn(rng, "a / b", lambda a, b: a / b),
        drawn(rng, "(a / b) / c", lambda a, b, c: (a / b) / c),
        drawn(rng, "a / (b / c)", lambda a, b, c: a / (b / c)),
        drawn(rng, "2 / (a / 3)", lambda a: 2 / (a / 3)),
    )


@needs("test_products")
def test_exp(submission, rng):
    """The gradient of exp is its own result, times what comes from above."""
    compare(
        submission,
        drawn(rng, "a.exp()", lambda a: a.exp()),
        drawn(rng, "(a * b).exp() * c", lambda a, b, c: (a * b).exp() * c, 0.5, 1.5),
    )


@needs("test_products")
def test_tanh(submission, rng):
    """The gradient of tanh is 1 minus the square of its result, times what comes from above."""
    compare(
        submission,
        drawn(rng, "a.tanh()", lambda a: a.tanh(), 0.3, 1.2),
        drawn(rng, "(a * b).tanh() * c", lambda a, b, c: (a * b).tanh() * c, 0.3, 1.2),
    )


@needs("test_equal_numbers_are_two_values")
def test_relu(submission, rng):
    """relu passes the gradient on where its input is positive, and stops it elsewhere, at 0 too."""
    cases = []
    for a in (abs(number(rng)), -abs(number(rng)), *(sign * float(uniform(rng, 0.1, 0.4)) for sign in (1, -1)), 0.0):
        cases.append(("a.relu()", lambda a: a.relu(), [a]))
        cases.append(("(a * b).relu() * c", lambda a, b, c: (a * b).relu() * c, [a, abs(number(rng)), number(rng)]))
    compare(submission, *cases)


RULES = ("test_differences", "test_quotients", "test_exp", "test_tanh", "test_relu")


@needs(*RULES)
@points(2)
def test_a_value_that_is_used_twice(submission, rng):
    """Where a Value is used more than once its gradients add up, whatever the operations."""
    a = [abs(number(rng))]
    compare(
        submission,
        ("a + a", lambda a: a + a, a),
        ("a * a", lambda a: a * a, a),
        ("a - a * 3", lambda a: a - a * 3, a),
        ("a / a + 2 / a", lambda a: a / a + 2 / a, a),
        ("a ** 2 + a ** 3", lambda a: a**2 + a**3, a),
        ("a.exp() + a.exp()", lambda a: a.exp() + a.exp(), a),
        ("a.tanh() + a.tanh()", lambda a: a.tanh() + a.tanh(), a),
        ("a.relu() + a.relu()", lambda a: a.relu() + a.relu(), a),
        drawn(rng, "a * b + b * c + c * a", lambda a, b, c: a * b + b * c + c * a),
        drawn(rng, "(a + b) * (b + c) + (c + a)", lambda a, b, c: (a + b) * (b + c) + (c + a)),
    )


def diamond(a, b):
    """c goes into d and into e, and e is made of d too: c must wait for both."""
    c = a * b
    d = c + a
    return d * c + d.tanh() * (d + c)


def ladder(a, b):
    """Each rung is made of the two before it."""
    rungs = [a, b]
    for _ in range(5):
        rungs.append(rungs[-1] * 0.5 + rungs[-2] * rungs[-1])
    return rungs[-1]


def doubled(a):
    """b = a + a; c = b + b, the smallest case."""
    b = a + a
    return b + b


def late(a, b):
    """A result that is used near the root and deep below it, on either side."""
    c = a + b
    return c * ((c * b).exp() * 0.1 + a) + ((c.tanh() + 2) / a) * c


@needs("test_a_value_that_is_used_twice")
@points(2)
def test_results_that_are_used_twice(submission, rng):
    """Each result passes its gradient on once, after all that was made of it has passed on theirs."""
    compare(
        submission,
        *(
            drawn(rng, text, function, 0.4, 1.2)
            for text, function in (
                ("b = a + a; b + b", doubled),
                ("c = a * b; d = c + a; d * c + d.tanh() * (d + c)", diamond),
                ("a ladder of sums and products", ladder),
                ("c = a + b; c * ((c * b).exp() * 0.1 + a) + ((c.tanh() + 2) / a) * c", late),
            )
            for _ in range(3)
        ),
    )


@needs("test_a_value_that_is_used_twice")
def test_graphs_keep_apart(submission, rng):
    """Two graphs without a common Value have nothing to do with each other, whichever is gone through first."""
    numbers = [number(rng) for _ in range(4)]
    values = [submission.Value(value) for value in numbers]
    roots = [(values[0] * values[1]).tanh(), (values[2] * values[3] + values[2]).tanh()]
    for root in roots[:: (1, -1)[integer(rng, 0, 1)]]:
        root.backward()
    expected = derivatives(lambda a, b, c, d: (a * b).tanh() + (c * d + c).tanh(), numbers)
    for place, (grad, right) in enumerate(zip(grads_of(values), expected, strict=True)):
        assert_close(grad, right, name=f"the grad of Value {place + 1} of 4")


@needs("test_a_value_that_is_used_twice")
def test_data_stay_as_they_are(submission, rng):
    """backward changes no number: data are after it what they were before."""
    a, b = submission.Value(number(rng)), submission.Value(number(rng))
    c = a * b
    nodes = [a, b, c, c + a, c.tanh()]
    nodes.append(nodes[3] * nodes[4])
    before = [number_in(node.data, "data") for node in nodes]
    nodes[-1].backward()
    after = [number_in(node.data, "data") for node in nodes]
    check(before == after, f"The data were {before} before backward, and are {after} after it.")
    check(grads_of([a])[0] != 0, "backward has left no gradient.")


@needs("test_graphs_keep_apart", "test_data_stay_as_they_are")
def test_gradients_of_two_results_add_up(submission, rng):
    """backward adds to the grads that are there: those of two results of the same Values add up."""
    a, b = number(rng), number(rng)
    x, y = submission.Value(a), submission.Value(b)
    expected = [0.0, 0.0]
    for function, text in ((lambda x, y: x * y + x, "x * y + x"), (lambda x, y: (x - y) * y, "(x - y) * y")):
        must_be_value(function(x, y), text).backward()
        expected = [was + slope for was, slope in zip(expected, derivatives(function, (a, b)), strict=True)]
        for name, grad, right in zip(("x.grad", "y.grad"), grads_of((x, y)), expected, strict=True):
            assert_close(grad, right, name=f"{name}, with what was there before,")
    x.grad = 0.0  # and who sets one to 0 begins anew
    (x * 3).backward()
    assert_close(grads_of([x])[0], 3.0, name="x.grad, set to 0 and after (x * 3).backward(),")


@needs("test_results_that_are_used_twice")
@points(3)
@given(expression=expressions(16))
def test_any_expression(submission, expression):
    """In any expression every Value's grad is the result's derivative by it, of those between leaves and result too."""
    nodes = expression.evaluate(submission.Value)
    must_be_value(nodes[-1], "the last one").backward()
    grads = grads_of(nodes)
    record_expression(expression, grads)
    found, expected = np.array(grads), np.array(expression.slopes())
    assert_close(found, expected, name=f"the grads of v0, v1, … in {expression.spelt()}")


@needs("test_results_that_are_used_twice")
@limit(4)
def test_many_paths(submission, rng):
    """Each Value is visited once, however many ways lead to it: 50 doublings, which are 2^50 ways, take no time."""
    a = number(rng)
    # First what has two ways even where _prev is a set, in which the operands of x + x are one; and first a few.
    for times in (3, 50):
        for text, double in (("x = x * 0.5 + x", lambda x: x * 0.5 + x), ("x = x + x", lambda x: x + x)):
            leaf = submission.Value(a)
            root = leaf
            for _ in range(times):
                root = double(root)
            must_be_value(root, text).backward()
            expected = (2.0 if text == "x = x + x" else 1.5) ** times
            assert_close(grads_of([leaf])[0], expected, name=f"a.grad after {times} times {text}", oracle="by hand")


@bonus
@needs("test_any_expression", "test_gradients_of_two_results_add_up")
def test_a_second_backward(submission, rng):
    """A second backward from the same Value adds the same gradients once more, in every Value."""
    a, b = number(rng, 0.4, 1.2), number(rng, 0.4, 1.2)
    x, y = submission.Value(a), submission.Value(b)
    c = x * y
    d = c.tanh() + x
    root = d * c
    asked = []
    for _ in range(3):
        root.backward()
        asked.append(grads_of((x, y, c, d, root)))
    slopes = derivatives(lambda x, y: ((x * y).tanh() + x) * (x * y), (a, b))
    for times, grads in enumerate(asked, 1):
        for name, grad, right in zip(("a", "b"), grads, slopes, strict=False):
            assert_close(grad, times * right, name=f"{name}.grad after {times} times backward")
        for name, grad, right in zip(("a * b", "the sum", "the result"), grads[2:], asked[0][2:], strict=True):
            assert_close(grad, times * right, name=f"the grad of {name} after {times} times", oracle="the first time")


@bonus
@needs("test_any_expression")
def test_a_long_chain(submission, rng):
    """A chain of 5,000 operations is gone through, although Python stops a recursion at 1,000."""
    reduce, operators = library(submission, "functools").reduce, library(submission, "operator")

    def long(length):
        def product(a, b):
            c, d = a * b, a * b  # used more than once, and of one number
            factors = [c, c, d, *[b] * length]
            is_theirs = type(a).__name__ in {"Handle", "Value"}
            return reduce(operators.mul, factors) if is_theirs else functools.reduce(operator.mul, factors)

        return product

    # First short ones, in which every rule has a part: who is wrong there is wrong for another reason.
    every_rule = lambda a, b: ((a / b - a) ** 2 * 0.1).exp().tanh() + (-a * b + 3).relu() * (-a).exp()  # noqa: E731
    compare(submission, drawn(rng, "all rules together", every_rule))
    for length in (3, 5000):
        leaves = [number(rng), float(uniform(rng, 0.999, 1.001))]
        values = [submission.Value(leaf) for leaf in leaves]
        text = f"c = a * b; d = a * b; c * c * d * b * b … with {length:,} b"
        must_be_value(long(length)(*values), text).backward()
        for name, grad, right in zip("ab", grads_of(values), derivatives(long(length), leaves), strict=True):
            assert_close(grad, right, name=f"{name}.grad after ({text}).backward(), for b = {leaves[1]:.4f},")
    x = submission.Value(number(rng))
    must_be_value(reduce(operators.add, [x] * 5000), "a + a + …").backward()
    assert_close(grads_of([x])[0], 5000.0, name="a.grad, of a + a + … with 5,000 a,", oracle="by hand")
