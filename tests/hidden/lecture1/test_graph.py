"""Checks of lecture1.graph: what a result was computed from, and the drawing of it.

Values stay where the submission runs, and there the collections that trace returns are sorted: a set comes in another
order in every process. Expressions are of + , * and ** alone, whose operands are noted whatever the learner's own class
makes of a difference or a tanh.
"""

import re
from collections import Counter

from grader.checks import check, integer, keeping, library, limit, needs, points, uniform
from grader.checks.dot import DotError, read_dot


def number(rng):
    """A random number with many digits: no two are equal, rounded neither."""
    return float(uniform(rng, 0.5, 1.5)) * (1, -1)[integer(rng, 0, 1)]


class Graph:
    """An expression of the learner's Values, and what is in it.

    Attributes:
        values: its Values: handles.
        numbers: the number in each.
        pairs: places of (operand, result).
        computed: the places of those that were computed.
    """

    def __init__(self, submission):
        self.submission = submission
        self.values, self.numbers, self.pairs, self.computed = [], [], set(), []

    def leaf(self, found):
        """A new Value; its place."""
        self.values.append(self.submission.Value(found))
        self.numbers.append(found)
        return len(self.values) - 1

    def combine(self, symbol, i, j=None):
        """A result of the Values at these places, and of one for a square; its place."""
        a, b = (self.values[i], self.values[i if j is None else j])
        x, y = self.numbers[i], self.numbers[i if j is None else j]
        self.values.append({"+": lambda: a + b, "*": lambda: a * b, "**": lambda: a**2}[symbol]())
        self.numbers.append({"+": x + y, "*": x * y, "**": x**2}[symbol])
        place = len(self.values) - 1
        self.pairs |= {(i, place), (i if j is None else j, place)}
        self.computed.append(place)
        return place

    def mark(self, rng):
        """Give every Value a grad of its own, by which it is known again."""
        grads: list[float] = []
        while len(grads) < len(self.values):
            grad = number(rng)
            if all(abs(grad - other) > 0.01 for other in grads):  # rounded in a label they must be told apart
                grads.append(grad)
        for value, grad in zip(self.values, grads, strict=True):
            value.grad = grad
        return grads


def chain(submission, rng):
    """A leaf, three times combined with another one."""
    graph = Graph(submission)
    place = graph.leaf(number(rng))
    for symbol in ("*", "+", "**"):
        place = graph.combine(symbol, place, None if symbol == "**" else graph.leaf(number(rng)))
    return graph


def shared(submission, rng):
    """Leaves and results that are used more than once, near the root and far from it."""
    graph = Graph(submission)
    a, b, c = (graph.leaf(number(rng)) for _ in "abc")
    d = graph.combine("*", a, b)
    e = graph.combine("+", d, a)
    f = graph.combine("*", e, d)
    graph.combine("+", graph.combine("*", f, c), d)
    return graph


def twice(submission, rng):
    """A Value that is both operands."""
    graph = Graph(submission)
    a = graph.leaf(number(rng))
    graph.combine("*", graph.combine("+", a, a), graph.leaf(number(rng)))
    return graph


def equal_numbers(submission, rng):
    """Two leaves, and two results, with the same number in them."""
    graph = Graph(submission)
    x, y = number(rng), number(rng)
    a, b, c, d = (graph.leaf(found) for found in (x, y, x, y))
    graph.combine("*", graph.combine("+", a, b), graph.combine("+", c, d))
    return graph


def single(submission, rng):
    """A leaf alone."""
    graph = Graph(submission)
    graph.leaf(number(rng))
    return graph


def traced(submission, graph):
    """What trace returns: the numbers of the nodes and of the ends of the edges, sorted, and the nodes' grads."""
    builtins, operators = library(submission, "builtins"), library(submission, "operator")
    answer = keeping(keeping(submission.trace, 0), 1)(graph.values[-1])
    check(
        isinstance(answer, tuple | list) and len(answer) == 2,
        "trace must return two things: the nodes and the edges.",
    )
    nodes, edges = answer
    data, grad = operators.attrgetter("data"), operators.attrgetter("data", "grad")
    ends = [builtins.map(data, builtins.map(operators.itemgetter(end), edges)) for end in (0, 1)]
    return (
        as_tuples(builtins.sorted(builtins.map(grad, nodes)), "the nodes"),
        as_tuples(builtins.sorted(builtins.zip(*ends)), "the edges"),
    )


def as_tuples(found, name):
    """Pairs of numbers, once they are that."""
    check(
        isinstance(found, list)
        and all(isinstance(pair, tuple) and len(pair) == 2 for pair in found)
        and all(isinstance(one, float | int) for pair in found for one in pair),
        f"{name} that trace returns must hold Values with numbers in them.",
    )
    return [tuple(map(float, pair)) for pair in found]


def asked_of_trace(submission, rng, makers):
    """For each graph what trace says of it, and what is right: all asked for before any is judged."""
    asked = []
    for make in makers:
        graph = make(submission, rng)
        grads = graph.mark(rng)
        nodes, edges = traced(submission, graph)
        right_nodes = sorted(zip(map(float, graph.numbers), grads, strict=True))
        right_edges = sorted((float(graph.numbers[i]), float(graph.numbers[j])) for i, j in graph.pairs)
        asked.append((make.__doc__, nodes, right_nodes, edges, right_edges))
    return asked


def near(one, other):
    """Whether two numbers, or two pairs of them, are the same but for rounding."""
    if isinstance(one, tuple):
        return all(map(near, one, other))
    return abs(one - other) <= 1e-9 * max(1.0, abs(other))


def difference(found, right):
    """(how many of what is right are missing, how many are there too often), of sorted lists."""
    left = list(found)
    missing = 0
    for one in right:
        place = next((i for i, other in enumerate(left) if near(other, one)), None)
        if place is None:
            missing += 1
        else:
            del left[place]
    return missing, len(left)


@points(2)
def test_nodes(submission, rng):
    """trace finds every Value that the result depends on, leaves and the result itself included, each once."""
    for about, nodes, right, _, _ in asked_of_trace(submission, rng, (chain, shared, twice, equal_numbers, single)):
        missing, more = difference(nodes, right)
        check(
            missing == more == 0,
            f"{about} This graph has {len(right)} Values. In the nodes that trace returns {missing} of them are "
            f"missing, and {more} are there that should not be, or are there twice.",
        )


@needs("test_nodes")
@points(2)
def test_edges(submission, rng):
    """trace has an edge (operand, result) for every operand of every result, each once."""
    for about, _, _, edges, right in asked_of_trace(submission, rng, (chain, shared, twice, equal_numbers, single)):
        missing, more = difference(edges, right)
        turned, _ = difference([(b, a) for a, b in edges], right)
        hint = " Yours lead from the result to the operand." if right and turned == 0 and missing else ""
        check(
            missing == more == 0,
            f"{about} This graph has {len(right)} edges. In those that trace returns {missing} of them are missing, "
            f"and {more} are there that should not be, or are there twice.{hint}",
        )


@needs("test_edges")
@limit(4)
def test_many_ways(submission, rng):
    """Each Value is gone through once, however many ways lead to it: 40 doublings, 2^40 ways, take no time."""
    graph = Graph(submission)
    place = graph.leaf(number(rng))
    for _ in range(40):
        place = graph.combine("+", place, place)
    graph.mark(rng)
    nodes, edges = traced(submission, graph)
    check(len(nodes) == 41, f"There are 41 Values, and {len(nodes)} nodes in what trace returns.")
    check(len(edges) == 40, f"There are 40 edges; trace returns {len(edges)}.")
    check(near(nodes[0][0], min(graph.numbers)), "The nodes that trace returns are not those that are there.")


# DOT

_LABELLED = r"\b{word}\b\s*[:=]?\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)"


def labelled(label, word):
    """The number behind a word in a label, as text; None where there is none."""
    found = re.search(_LABELLED.format(word=word), label)
    return found.group(1) if found else None


class Drawing:
    """What to_dot returned, read.

    Attributes:
        labels: the label of each node that stands for a Value, by its name.
        edges: (from, to) between such nodes; one by way of a node for the operation counts as one.
        operations: the labels of such nodes, by the name of the result.
    """

    def __init__(self, text):
        check(isinstance(text, str), f"to_dot must return a text; here is {type(text).__name__}.")
        try:
            dot = read_dot(text)
        except DotError as error:
            dot = None
            reason = str(error)
        check(dot is not None, f"Graphviz would not read this. {reason if dot is None else ''}")
        check(dot.directed, "The graph must be a digraph: its edges have a direction.")
        labels = {name: attributes.get("label", "") for name, attributes in dot.nodes.items()}
        labels = {name: re.sub(r"\\[nlr]", "\n", label) for name, label in labels.items()}  # ends of lines
        self.labels = {name: label for name, label in labels.items() if "data" in label}
        between = {name: [b for a, b in dot.edges if a == name] for name in labels if name not in self.labels}
        self.edges, self.operations = [], {}
        for name, results in between.items():
            for result in results:
                self.operations.setdefault(result, []).append(labels[name])
        self.strangers = [name for name, results in between.items() if not {*results} & {*self.labels}]
        for a, b in dot.edges:
            if a in self.labels:
                self.edges += [(a, b)] if b in self.labels else [(a, result) for result in between[b]]


def drawings(submission, rng, makers):
    """(graph, its grads, what to_dot returns) for each."""
    asked = []
    for make in makers:
        graph = make(submission, rng)
        grads = graph.mark(rng)
        asked.append((graph, grads, submission.to_dot(graph.values[-1])))
    return asked


def numbers_of(label):
    """(data, grad) as a label has them."""
    texts = labelled(label, "data"), labelled(label, "grad")
    check(
        None not in texts,
        f"The label of a Value holds data and grad, each with its number, as in data 2.0000 | grad -1.5000; here is "
        f"{label[:80]!r}.",
    )
    return texts


def is_rounded(text, right):
    """Whether a text is a number, rounded to 4 places."""
    return abs(float(text) - right) <= 0.5001e-4 and len(text.partition(".")[2]) <= 4 and "e" not in text.lower()


def matched(drawing, graph, grads):
    """The place in the graph of each node that is drawn, by its numbers; None where there is no such Value."""
    left, places = list(range(len(graph.values))), {}
    for name, label in drawing.labels.items():
        data, grad = (float(text) for text in numbers_of(label))
        fits = [i for i in left if abs(data - graph.numbers[i]) < 1e-3 and abs(grad - grads[i]) < 1e-3]
        places[name] = fits[0] if fits else None
        if fits:
            left.remove(fits[0])
    return places, left


@needs("test_edges")
def test_it_is_dot(submission, rng):
    """to_dot returns a text that Graphviz can read: a digraph, for a single Value too."""
    for graph, _, text in drawings(submission, rng, (chain, shared, twice, single)):
        drawing = Drawing(text)
        check(len(drawing.labels) > 0, f"No node of {len(graph.values)} has a label with data in it.")


@needs("test_it_is_dot")
@points(2)
def test_each_value_is_drawn(submission, rng):
    """Each Value has a node of its own, whose label holds its data and its grad; other nodes are operations' alone."""
    for graph, grads, text in drawings(submission, rng, (chain, shared, twice, equal_numbers, single)):
        drawing = Drawing(text)
        places, left = matched(drawing, graph, grads)
        strangers = [drawing.labels[name] for name, place in places.items() if place is None]
        check(
            not left and not strangers,
            f"{len(graph.values)} Values are to be drawn. {len(left)} of them have no node with their data and grad"
            + (f", such as data {graph.numbers[left[0]]:.4f} | grad {grads[left[0]]:.4f}" if left else "")
            + (f"; and no Value is {strangers[0][:80]!r}." if strangers else "."),
        )
        check(
            not drawing.strangers,
            f"The node {(drawing.strangers or [''])[0][:80]!r} is drawn, which is no Value, and from which no edge "
            "leads to the result of an operation.",
        )


@needs("test_each_value_is_drawn")
def test_nothing_is_changed(submission, rng):
    """trace and to_dot change nothing in the Values: data and grads are what they were."""
    graph = shared(submission, rng)
    grads = graph.mark(rng)
    nodes, _ = traced(submission, graph)
    text = submission.to_dot(graph.values[-1])
    check(len(nodes) == len(graph.values) and isinstance(text, str), "trace must find all, to_dot return a text.")
    found = [(value.data, value.grad) for value in graph.values]
    right = list(zip(graph.numbers, grads, strict=True))
    check(
        all(isinstance(one, float | int) for pair in found for one in pair) and all(map(near, found, right)),
        "After trace and to_dot the Values hold other numbers than before.",
    )


@needs("test_each_value_is_drawn")
def test_numbers_are_rounded(submission, rng):
    """data and grad are rounded to 4 places in the labels."""
    for graph, grads, text in drawings(submission, rng, (chain, single)):
        drawing = Drawing(text)
        places, _ = matched(drawing, graph, grads)
        for name, place in places.items():
            for found, right in zip(
                numbers_of(drawing.labels[name]), (graph.numbers[place], grads[place]), strict=True
            ):
                check(is_rounded(found, right), f"{found} is to be {right!r}, rounded to 4 places: {right:.4f}.")


@needs("test_each_value_is_drawn")
@points(2)
def test_edges_are_drawn(submission, rng):
    """An edge leads from each operand to its result, each once, straight or by way of the operation's own node."""
    for graph, grads, text in drawings(submission, rng, (chain, shared, twice, equal_numbers)):
        drawing = Drawing(text)
        places, _ = matched(drawing, graph, grads)
        found = Counter((places.get(a), places.get(b)) for a, b in drawing.edges)
        right = Counter(graph.pairs)
        missing, more = right - found, found - right
        turned = Counter((b, a) for a, b in found.elements()) == right
        hint = " Yours lead from the result to the operand." if turned else ""
        check(
            not missing and not more,
            f"{len(graph.pairs)} edges are to be drawn: {missing.total()} of them are missing, and {more.total()} are "
            f"drawn that should not be, or twice.{hint}",
        )


@needs("test_each_value_is_drawn")
def test_operations_are_drawn(submission, rng):
    """The operation of each result is to be read: in its own label, or in that of a node just before it."""
    for graph, grads, text in drawings(submission, rng, (shared, chain, equal_numbers)):
        drawing = Drawing(text)
        places, _ = matched(drawing, graph, grads)
        for name, place in places.items():
            if place not in graph.computed:
                continue
            operation = graph.values[place]._op
            check(isinstance(operation, str), "_op must be a text.")
            rest = re.sub(r"\b(?:data|grad)\b[\s:=]*-?[0-9.]+", "", drawing.labels[name])
            shown = [rest, *drawing.operations.get(name, [])]
            check(
                any(operation in label for label in shown),
                f"The Value with data {graph.numbers[place]:.4f} was computed by {operation!r}, which neither its "
                "label nor a node before it says.",
            )
            check(
                len(drawing.operations.get(name, [])) <= 1,
                f"Several nodes for operations lead to the Value with data {graph.numbers[place]:.4f}: one is enough.",
            )
