"""Looking at the graph: which Values there are, what was made of what, and a drawing of it.

You write ``trace``, which collects a result's whole history, and ``to_dot``, which writes it down in DOT, the language
of Graphviz. The lecture's ``draw_dot`` does the same with the graphviz package; here you write the text yourself, and
any viewer of DOT will draw it. Source: lecture 1, section 1.3.3.
"""

# /// exercise
# title = "drawing the graph"
# packages = "numpy"
# hints = [
#   """trace: start from the result, and go on to the operands of everything that is new. What is new? Keep what was \
#   found, and ask whether it is in there. to_dot: every Value gets a name that no other one has.""",
#   """trace: build(v): if v is not in nodes, add it; for each operand in v._prev, add the edge (operand, v) and build \
#   the operand. Two Values may hold the same number, so that a number is no name: id(v) is one, or its place in \
#   the list. In quotes everything is a name.""",
#   """lines = ["digraph {"]; for each v: lines.append(f'"{id(v)}" [label="{v._op} | data {v.data:.4f} | grad \
#   {v.grad:.4f}"];'); for each edge: lines.append(f'"{id(a)}" -> "{id(b)}";'); lines.append("}"); return \
#   "\\n".join(lines).""",
# ]
# ///

from collections.abc import Collection

from .backward import Value


def trace(root: Value) -> tuple[Collection[Value], Collection[tuple[Value, Value]]]:
    """Collect all Values that a result was computed from, and which was made of which.

    Args:
        root: the result. Nothing is changed in it, or in what it was computed from.

    Returns:
        ``(nodes, edges)``, two collections of any kind, lists or sets:

        - nodes: every Value that root depends on, leaves too, and root itself; each once.
        - edges: a pair ``(operand, result)`` for each operand in the ``_prev`` of each of them; each pair once, also
          where a Value is both operands, as in ``a + a``.

    Example:
        a, b = Value(2.0), Value(-3.0); c = a * b; d = c + a
        trace(d) -> ({a, b, c, d}, {(a, c), (b, c), (c, d), (a, d)})

    Source: lecture 1, section 1.3.3.
    """
    # solution
    nodes, edges, todo = {root: None}, {}, [root]  # dicts, which keep the order: a set of Values has another each time
    while todo:
        v = todo.pop()
        for operand in v._prev:
            edges[operand, v] = None
            if operand not in nodes:
                nodes[operand] = None
                todo.append(operand)
    return list(nodes), list(edges)
    # end solution


def to_dot(root: Value) -> str:
    """Write the graph of a result in DOT.

    A ``digraph`` with

    - a node for each Value that root depends on, and for root. Its label holds the word ``data`` and the number, and
      the word ``grad`` and the gradient, both rounded to 4 places: ``data 2.0000 | grad -1.5000``. Between word and
      number there may be a space, a colon or an equals sign.
    - an edge from each operand to its result.
    - the operation, ``_op``, of every Value that was computed: in the label of its node, or, as the lecture draws it,
      in the label of a small node of its own, to which the edges from the operands lead, and from which an edge leads
      on to the result. There are no other nodes.

    DOT, in short: ``digraph { "n1" [label="data 2.0000 | grad 0.0000"]; "n2" [label="tanh"]; "n1" -> "n2"; }``. A name
    in quotes may be anything, and nodes are told apart by their names alone, so that each needs a name of its own.

    Args:
        root: the result.

    Returns:
        The text.

    Source: lecture 1, section 1.3.3, and graphviz.org/doc/info/lang.html.
    """
    # solution
    nodes, edges = trace(root)
    names = {v: f"n{number}" for number, v in enumerate(nodes)}
    lines = ["digraph {", "  rankdir=LR; node [shape=record];"]
    for v, name in names.items():
        lines.append(f'  {name} [label="{v._op} | data {v.data:.4f} | grad {v.grad:.4f}"];')
    for operand, v in edges:
        lines.append(f"  {names[operand]} -> {names[v]};")
    return "\n".join([*lines, "}"])
    # end solution
