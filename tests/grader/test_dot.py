"""Graphs in DOT are read as Graphviz reads them, and what it refuses is refused, with a reason."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest
from sandboxed import ROOT

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


DRAWINGS = [ROOT / "solutions/lecture1/graph.py", *sorted((ROOT / "tests/alternatives/lecture1/graph").glob("*.py"))]


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's dot is not installed: apt-get install graphviz")
@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_graphviz_draws_what_the_right_answers_write(path):
    """Our reader is no more than a grammar; here the real one says that every node and every edge is there."""
    from solutions.lecture1.backward import Value

    a, b = Value(2.0), Value(-3.0)
    root = ((a * b + a).tanh() + (a + a) * 2.0) ** 2
    root.backward()
    text = path.read_text("utf-8").replace("from .backward", "from solutions.lecture1.backward")
    to_dot = load(text)["to_dot"]
    for result in (root, Value(1.0)):
        drawn = subprocess.run(["dot", "-Tsvg"], input=to_dot(result), capture_output=True, text=True, check=False)
        assert (drawn.returncode, drawn.stderr) == (0, "")
        ours = read_dot(to_dot(result))
        assert drawn.stdout.count('class="node"') == len(ours.nodes)
        assert drawn.stdout.count('class="edge"') == len(ours.edges)


def load(text):
    """What a file of the course defines."""
    names = {"__name__": "drawing"}
    exec(compile(text, "drawing.py", "exec"), names)
    return names


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's dot is not installed: apt-get install graphviz")
@pytest.mark.parametrize("text", ["digraph { a -> b", "digraph { a -- b }", "digraph { a [label=data 1.0] }", "a -> b"])
def test_graphviz_refuses_what_our_reader_refuses(text):
    drawn = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=False)
    with pytest.raises(DotError):
        read_dot(text)
    assert drawn.returncode != 0
