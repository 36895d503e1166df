"""trace as in the lecture, and what its draw_dot tells Graphviz as text: the operation has a node of its own."""

from .backward import Value  # noqa: F401


def trace(root):
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def to_dot(root):
    nodes, edges = trace(root)
    text = "digraph {\n\tgraph [rankdir=LR]\n"
    for n in nodes:
        uid = str(id(n))
        text += f'\t{uid} [label="{{ data {n.data:.4f} | grad {n.grad:.4f} }}" shape=record]\n'
        if n._op:
            text += f'\t"{uid + n._op}" [label="{n._op}"]\n\t"{uid + n._op}" -> {uid}\n'
    for n1, n2 in edges:
        text += f'\t{id(n1)} -> "{str(id(n2)) + n2._op}"\n'
    return text + "}\n"
