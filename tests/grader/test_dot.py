"""Graphs in DOT are read as Graphviz reads them, and what it refuses is refused, with a reason."""

from __future__ import annotations

import time

import pytest

from grader.checks.dot import DotError, read_dot


def test_nodes_edges_and_labels():
    graph = read_dot(
        """
        // two values
        strict digraph "a graph" {
            rankdir = LR; node [shape=record fontsize=12]
            n0 [label="data 1.0000 | grad -2.0000", color=red];
# a line of the preprocessor's
            -1.5 [label = "say \\"x\\"" + " and y"]
            n0 -> op:w -> -1.5 /* over
            lines */
            {a b} -> subgraph cluster_0 { c }
            "a b" [label=<x <b>y</b>>]
        }
        """
    )
    assert graph.directed
    assert list(graph.nodes) == ["n0", "-1.5", "op", "a", "b", "c", "a b"]
    assert graph.nodes["n0"] == {
        "label": "data 1.0000 | grad -2.0000", "shape": "record", "fontsize": "12", "color": "red",
    }  # fmt: skip
    assert graph.nodes["-1.5"]["label"] == 'say "x" and y'
    assert graph.nodes["op"]["label"] == "op"
    assert graph.nodes["a b"]["label"] == "<x <b>y</b>>"
    assert graph.edges == [("n0", "op"), ("op", "-1.5"), ("a", "c"), ("b", "c")]
    assert read_dot("graph { a -- b }").edges == [("a", "b")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "begins with digraph"),
        ("a -> b", "begins with digraph"),
        ("digraph { a -> b", "closing }"),
        ("digraph { a -> b } }", "the graph has ended"),
        ("digraph { a -- b }", "written ->"),
        ("graph { a -> b }", "written --"),
        ("digraph { a [label=data 1.0] }", "'=' is wanted"),
        ('digraph {\n a [label="x] }', "Line 2: A text in quotes does not end"),
        ("digraph { a [label=<b }", "does not end"),
        ("digraph { a.b -> c }", "has no place"),
        ("digraph { a* }", "'*' has no place"),
        ("digraph { node -> b }", "a name is wanted"),
        ("digraph { a -> }", "a name is wanted"),
        ("digraph { a -> edge }", "stands in quotes"),
        ("digraph " + "{" * 5000, "subgraphs in each other"),
        (f"digraph {{ {{a b c}} -> {{ {' '.join(f'n{i}' for i in range(9000))} }} }}", "edges"),
        ("x" * 300_000, "characters"),
    ],
)
def test_what_is_refused(text, reason):
    with pytest.raises(DotError, match=reason.replace("*", r"\*").replace("}", r"\}")):
        read_dot(text)


HOSTILE = ['"' * 100_000, "<" * 100_000, "\\" * 100_000, "/*" * 50_000, '"\\' * 50_000, "a" * 190_000, "{" * 190_000]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:2])
def test_hostile_texts_cost_little(text):
    started = time.process_time()
    with pytest.raises(DotError):
        read_dot("digraph { " + text)
    assert time.process_time() - started < 5
