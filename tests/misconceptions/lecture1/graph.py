"""What learners get wrong in lecture1.graph."""

from grader.checks import misconception

from .backward import Value


class UnfinishedError(Exception):
    """In place of going on for ever."""


def _trace(root):
    """The right nodes and edges."""
    nodes, edges, todo = {root: None}, {}, [root]
    while todo:
        v = todo.pop()
        for operand in v._prev:
            edges[operand, v] = None
            if operand not in nodes:
                nodes[operand] = None
                todo.append(operand)
    return list(nodes), list(edges)


def _label(v):
    return f"{v._op} | data {v.data:.4f} | grad {v.grad:.4f}"


def _dot(root, label=_label, name=None, found=None, arrow="->", kind="digraph", end="}"):
    """The right drawing, but for what is passed in."""
    nodes, edges = found or _trace(root)
    numbers = {v: f"n{number}" for number, v in enumerate(nodes)}
    name = name or numbers.get
    lines = [f"{kind} {{"]
    lines += [f'  {name(v)} [label="{label(v)}"];' for v in nodes]
    lines += [f"  {name(operand)} {arrow} {name(v)};" for operand, v in edges]
    return "\n".join([*lines, end])


# trace


@misconception(
    "The leaves are missing: a Value that was computed from none belongs to the graph too.",
    name="leaves-missed",
    violates=("nodes",),
)
def trace(root):
    nodes, edges = _trace(root)
    return [v for v in nodes if v._prev], edges


@misconception(
    "The result itself is missing among the nodes: begin with it.",
    name="root-missed",
    violates=("nodes",),
)
def trace(root):
    nodes, edges = _trace(root)
    return nodes[1:], edges


@misconception(
    "Only the result and its own operands are there. Go on from each operand to its own.",
    name="one-level-only",
    violates=("nodes",),
)
def trace(root):
    operands = list(dict.fromkeys(root._prev))
    return [root, *operands], [(operand, root) for operand in operands]


@misconception(
    "A Value that is used several times is listed each time. Ask whether it is there already.",
    name="listed-again",
    violates=("nodes",),
)
def trace(root):
    nodes, _ = [], []

    def build(v):
        nodes.append(v)
        if len(nodes) < 1000:
            for operand in dict.fromkeys(v._prev):
                build(operand)

    build(root)
    return nodes, _trace(root)[1]


@misconception(
    "Each way to a Value is walked anew, 2^40 of them: a set holds it once, and its operands are gone through again. "
    "Ask first, `if v not in nodes`.",
    name="each-way-anew",
    violates=("many_ways",),
)
def trace(root):
    nodes, edges, visits, todo = set(), set(), 0, [root]
    while todo:
        v = todo.pop()
        nodes.add(v)
        visits += 1
        if visits > 20_000:
            raise UnfinishedError
        for operand in set(v._prev):
            edges.add((operand, v))
            todo.append(operand)
    return nodes, edges


@misconception(
    "Values are told apart by their numbers: of two with the same number one is lost. They are two: compare the Values "
    "themselves.",
    name="by-number",
    violates=("nodes",),
)
def trace(root):
    nodes, edges = _trace(root)
    first = {}
    for v in nodes:
        first.setdefault(v.data, v)
    return list(first.values()), list(dict.fromkeys((first[a.data], first[b.data]) for a, b in edges))


@misconception(
    "nodes holds numbers. It is to hold the Values themselves.",
    name="numbers-for-values",
    violates=("nodes",),
)
def trace(root):
    nodes, edges = _trace(root)
    return [v.data for v in nodes], edges


@misconception(
    "nodes holds copies of the Values, which nobody would know again. Take the Values themselves.",
    name="copies",
    violates=("nodes",),
)
def trace(root):
    nodes, edges = _trace(root)
    return [Value(v.data) for v in nodes], edges


@misconception(
    "Only the nodes come back. Return two things: nodes, edges.",
    name="nodes-only",
    violates=("nodes",),
)
def trace(root):
    return _trace(root)[0]


@misconception(
    "The edges lead from the result to its operands. They lead from the operand to the result: (operand, v).",
    name="edges-turned-round",
    violates=("edges",),
)
def trace(root):
    nodes, edges = _trace(root)
    return nodes, [(b, a) for a, b in edges]


@misconception(
    "An edge is noted only where the operand is new: a Value that is used twice has one edge in place of two. Note the "
    "edge first, then ask whether the operand is new.",
    name="edges-to-new-ones-only",
    violates=("edges",),
)
def trace(root):
    nodes, edges, todo = {root: None}, [], [root]
    while todo:
        v = todo.pop()
        for operand in v._prev:
            if operand not in nodes:
                nodes[operand] = None
                edges.append((operand, v))
                todo.append(operand)
    return list(nodes), edges


@misconception(
    "The first operand alone has an edge: go through all of v._prev.",
    name="first-operand-only",
    violates=("edges",),
)
def trace(root):
    nodes, _ = _trace(root)
    return nodes, [(v._prev[0], v) for v in nodes if v._prev]


@misconception(
    "Every Value has an edge to the result of all. An edge leads to what was computed from it directly.",
    name="all-to-the-root",
    violates=("edges",),
)
def trace(root):
    nodes, _ = _trace(root)
    return nodes, [(v, root) for v in nodes if v is not root]


@misconception(
    "An edge is there twice where a Value is both operands, as in a + a. It is one pair: note it once.",
    name="edge-twice",
    violates=("edges",),
)
def trace(root):
    nodes, edges = _trace(root)
    return nodes, [edge for edge in edges for _ in range(edge[1]._prev.count(edge[0]))]


@misconception(
    "The edges of a Value are noted each time that it is reached, so that some are there repeatedly. Note each once.",
    name="edges-again",
    violates=("edges",),
)
def trace(root):
    nodes, edges = _trace(root)
    times = {v: max(1, sum(a is v for a, _ in edges)) for v in nodes}
    return nodes, [edge for edge in edges for _ in range(times[edge[1]])]


# to_dot


@misconception(
    "A node is named by its number: two Values with the same number become one node. Name it by id(v), or by its place "
    "in the list.",
    name="named-by-number",
    violates=("each_value_is_drawn",),
)
def to_dot(root):
    return _dot(root, name=lambda v: f'"{v.data}"')


@misconception(
    "A node is named by its operation: all sums become one node, and all leaves. Each Value needs a name of its own.",
    name="named-by-operation",
    violates=("each_value_is_drawn",),
)
def to_dot(root):
    return _dot(root, name=lambda v: f'"{v._op}"')


@misconception(
    'The label stands without quotes. What holds spaces is a name only in quotes: label="…".',
    name="label-without-quotes",
    violates=("it_is_dot",),
)
def to_dot(root):
    return _dot(root).replace('"', "")


@misconception(
    "The names are numbers with a sign and a point in them, or have spaces, and stand without quotes. Quote them.",
    name="names-without-quotes",
    violates=("it_is_dot",),
)
def to_dot(root):
    return _dot(root, name=lambda v: f"Value(data={v.data})")


@misconception(
    "The edges are written --, which is for graphs without a direction. In a digraph they are written ->.",
    name="no-direction",
    violates=("it_is_dot",),
)
def to_dot(root):
    return _dot(root, arrow="--")


@misconception(
    "This is a graph without directions, graph and --. Edges lead from operand to result: digraph and ->.",
    name="graph-for-digraph",
    violates=("it_is_dot",),
)
def to_dot(root):
    return _dot(root, kind="graph", arrow="--")


@misconception(
    "The brace that closes the graph is missing: end the text with }.",
    name="not-closed",
    violates=("it_is_dot",),
)
def to_dot(root):
    return _dot(root, end="")


@misconception(
    "The nodes and edges stand there without the digraph { … } around them.",
    name="without-digraph",
    violates=("it_is_dot",),
)
def to_dot(root):
    return "\n".join(_dot(root).split("\n")[1:-1])


@misconception(
    "Nothing comes back. A text that is only printed is none: return it.",
    name="nothing-returned",
    violates=("it_is_dot",),
)
def to_dot(root):
    _dot(root)


@misconception(
    "This is a list of lines. Join them: a text is wanted.",
    name="list-of-lines",
    violates=("it_is_dot",),
)
def to_dot(root):
    return _dot(root).split("\n")


@misconception(
    "Only the edges are written, and the nodes are labelled by their names. Write a line with a label for each node.",
    name="edges-only",
    violates=("it_is_dot",),
)
def to_dot(root):
    lines = _dot(root).split("\n")
    return "\n".join(line for line in lines if "label" not in line)


@misconception(
    "The leaves are not drawn with their numbers: write a line for every Value, not for the computed ones alone.",
    name="leaves-not-drawn",
    violates=("each_value_is_drawn",),
)
def to_dot(root):
    nodes, edges = _trace(root)
    names = {v: f"n{number}" for number, v in enumerate(nodes)}
    lines = [f'{names[v]} [label="{_label(v)}"]' for v in nodes if v._prev or v is root]
    lines += [f"{names[a]} -> {names[b]}" for a, b in edges]
    return "digraph { " + " ; ".join(lines) + " }"


@misconception(
    "The label holds data alone. Write grad into it too.",
    name="grad-missing",
    violates=("each_value_is_drawn",),
)
def to_dot(root):
    return _dot(root, label=lambda v: f"{v._op} | data {v.data:.4f}")


@misconception(
    "grad shows the data. Write v.grad behind the word grad.",
    name="data-as-grad",
    violates=("each_value_is_drawn",),
)
def to_dot(root):
    return _dot(root, label=lambda v: f"{v._op} | data {v.data:.4f} | grad {v.data:.4f}")


@misconception(
    "data and grad are exchanged in the labels.",
    name="data-and-grad-exchanged",
    violates=("each_value_is_drawn",),
)
def to_dot(root):
    return _dot(root, label=lambda v: f"{v._op} | data {v.grad:.4f} | grad {v.data:.4f}")


@misconception(
    "The numbers are cut to two places. Round them to 4: {v.data:.4f}.",
    name="two-places",
    violates=("each_value_is_drawn",),
)
def to_dot(root):
    return _dot(root, label=lambda v: f"{v._op} | data {v.data:.2f} | grad {v.grad:.2f}")


@misconception(
    "The numbers stand there with all their digits. Round them to 4 places: {v.data:.4f}.",
    name="not-rounded",
    violates=("numbers_are_rounded",),
)
def to_dot(root):
    return _dot(root, label=lambda v: f"{v._op} | data {v.data} | grad {v.grad}")


@misconception(
    "The arrows lead from the result to its operands. They lead from the operand to the result.",
    name="arrows-turned-round",
    violates=("edges_are_drawn",),
)
def to_dot(root):
    nodes, edges = _trace(root)
    return _dot(root, found=(nodes, [(b, a) for a, b in edges]))


@misconception(
    "There are no edges: write one for each pair of trace.",
    name="no-edges",
    violates=("edges_are_drawn",),
)
def to_dot(root):
    return _dot(root, found=(_trace(root)[0], []))


@misconception(
    "The operands of the result have an edge, and no others: write one for each pair of trace.",
    name="edges-of-the-root-only",
    violates=("edges_are_drawn",),
)
def to_dot(root):
    nodes, edges = _trace(root)
    return _dot(root, found=(nodes, [edge for edge in edges if edge[1] is root]))


@misconception(
    "The operation is not drawn: write v._op into the label, or into a node of its own.",
    name="operation-missing",
    violates=("operations_are_drawn",),
)
def to_dot(root):
    return _dot(root, label=lambda v: f"data {v.data:.4f} | grad {v.grad:.4f}")


@misconception(
    "The nodes of the operations are named by the operation alone, so that all sums share one and every operand of one "
    "leads to all of them. Name it by the result and the operation: str(id(v)) + v._op.",
    name="operations-share-a-node",
    violates=("edges_are_drawn",),
)
def to_dot(root):
    nodes, edges = _trace(root)
    names = {v: f"n{number}" for number, v in enumerate(nodes)}
    lines = [f'{names[v]} [label="data {v.data:.4f} | grad {v.grad:.4f}"]' for v in nodes]
    for v in nodes:
        if v._op:
            lines += [f'"{v._op}" [label="{v._op}"]', f'"{v._op}" -> {names[v]}']
    lines += [f'{names[a]} -> "{b._op}"' for a, b in edges]
    return "digraph { " + " ; ".join(lines) + " }"


@misconception(
    "The numbers are rounded in the Values themselves, and are worse afterwards. Round in the text alone.",
    name="values-rounded",
    violates=("nothing_is_changed",),
)
def to_dot(root):
    for v in _trace(root)[0]:
        v.data, v.grad = round(v.data, 4), round(v.grad, 4)
    return _dot(root)
