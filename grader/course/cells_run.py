"""The cells that a notebook has run so far, as a notebook that could be handed in: of each name the last definition."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence

from grader.course.definitions import blank, bound_at_top, read_at_once
from grader.course.notebooks import defined_in, plain_python
from grader.course.parsing import parse

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MOST_CELLS = 2_000  # as many as are read of a notebook


def notebook_now(cells: Sequence[str]) -> bytes:
    """Write the cells that were run as a notebook, each under the number that it has there.

    A cell is run again and again while it is worked at. Left out is what none of it is left of in the notebook's own
    memory: a definition that was made anew later, unless something in between was built on it; and a cell that is no
    Python, once all that it was to define is there.

    Args:
        cells: as they were typed, in the order in which they were run; the first has number 1.
    """
    texts = [plain_python(cell) for cell in cells]
    old = max(len(texts) - _MOST_CELLS, 0)
    texts[:old] = [""] * old
    trees = [parse(text).tree for text in texts]
    later: set[str] = set()  # what a cell further down defines
    built_on: dict[str, bool] = {}  # name -> whether something has been built on it, above where it is defined anew
    for place in reversed(range(len(texts))):
        tree = trees[place]
        if tree is None:
            if later.issuperset(defined_in(texts[place])):
                texts[place] = "\n" * texts[place].count("\n")
            continue
        gone: list[ast.stmt] = []
        for node in reversed(tree.body):
            if isinstance(node, _DEFINITIONS) and built_on.get(node.name) is False:
                gone.append(node)
                continue
            for name in read_at_once(node) & built_on.keys():
                built_on[name] = True
            if isinstance(node, _DEFINITIONS):
                built_on[node.name] = False
        later |= bound_at_top(texts[place])
        texts[place] = blank(texts[place], gone[::-1])
    return json.dumps(_notebook(texts[old:] if old else texts)).encode()


def _notebook(texts: Sequence[str]) -> dict[str, object]:
    cells: list[object] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text} for text in texts
    ]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
