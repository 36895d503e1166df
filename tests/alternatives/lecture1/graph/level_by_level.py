"""Level by level, with identities for keys; labels of several lines, edges written together with their nodes."""

from collections import deque

from .backward import Value  # noqa: F401


def trace(root):
    found, queue, edges = {id(root): root}, deque([root]), {}
    while queue:
        v = queue.popleft()
        for operand in v._prev:
            edges[id(operand), id(v)] = (operand, v)
            if id(operand) not in found:
                found[id(operand)] = operand
                queue.append(operand)
    return tuple(found.values()), frozenset(edges.values())


def to_dot(root):
    nodes, edges = trace(root)
    number = {id(v): i for i, v in enumerate(nodes, 1)}
    parts = ["strict digraph G {"]
    for v in nodes:
        data, grad = round(v.data, 4), round(v.grad, 4)
        parts.append(f'{number[id(v)]} [shape=box, label="{v._op or "leaf"}\\ndata={data}\\ngrad={grad}"];')
        users = [str(number[id(b)]) for a, b in edges if a is v]
        if users:
            parts.append(f"{number[id(v)]} -> {{ {' '.join(users)} }};")
    return " ".join(parts) + "}"
