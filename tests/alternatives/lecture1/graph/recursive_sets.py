"""Sets that are joined by recursion; names of letters; to_dot without trace."""

from .backward import Value  # noqa: F401


def trace(root, seen=None):
    seen = set() if seen is None else seen
    seen.add(root)
    edges = {(operand, root) for operand in root._prev}
    for operand in set(root._prev) - seen:
        if operand not in seen:
            edges |= trace(operand, seen)[1]
    return seen, edges


def to_dot(root):
    names, lines, todo = {root: "v0"}, [], [root]
    while todo:
        v = todo.pop(0)
        for operand in set(v._prev):
            if operand not in names:
                names[operand] = f"v{len(names)}"
                todo.append(operand)
            lines.append(f"{names[operand]}->{names[v]}")
        lines.append(f'{names[v]}[label="{{data: {v.data:.4f} | grad: {v.grad:.4f} | {v._op}}}"]')
    return "digraph values{" + "\n".join(lines) + "}"
