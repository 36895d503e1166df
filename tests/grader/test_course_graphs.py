"""An exercise of any course can have a graph: read from the file beside its stub, drawn on the page of a report."""

from __future__ import annotations

import re

import pytest
from reports_samples import failed, passed, report

from grader.course import CourseError, find_course
from grader.reports.html import to_html
from grader.reports.model import ExerciseResult, Failure

GRAPH = '''
title = "Forward through the sum"
caption = "from x to y."
alt = "Graph of 2 values"
check = "test_{}"
given = ["x"]
rows = """
x  .    .  .
.  .    .  square
.  sum  .  .
"""

[edges]
x = "square sum"
square = ["sum"]
'''


@pytest.fixture
def root(tmp_path):
    files = {
        "exercises/unit1/unit.toml": 'title = "t"\nexercises = ["one", "other"]\n',
        "exercises/unit1/one.graph.toml": GRAPH,
        "exercises/unit1/one.py": '# /// exercise\n# title = "one"\n# ///\n',
        "exercises/unit1/other.py": '# /// exercise\n# title = "other"\n# ///\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "tests/hidden").mkdir(parents=True)
    return tmp_path


def test_a_graph_is_read_from_beside_its_exercise(root):
    one, other = find_course(root).exercises
    assert other.graph is None
    found = {node.name: (node.column, node.row, node.check, node.to) for node in one.graph.nodes}
    assert found == {
        "x": (0, 0, "", ("square", "sum")),
        "square": (3, 1, "test_square", ("sum",)),
        "sum": (1, 2, "test_sum", ()),
    }
    assert (one.graph.title, one.graph.caption) == ("Forward through the sum", "from x to y.")
    assert hash(one)


def test_it_is_drawn_with_what_is_right_and_wrong(root):
    graphs = {"unit1.one": find_course(root).exercise("unit1.one").graph}
    checks = (passed("test_square", "It is squared."), failed("test_sum", "It is added.", Failure("No.")))
    page = to_html(report(ExerciseResult("unit1.one", "one", "one.py", checks)), graphs=graphs).decode()
    assert "Graph of 2 values; 1 right: square; 1 wrong: sum; 0 not reached." in page
    assert "<strong>Forward through the sum</strong>, from x to y." in page
    boxes = re.findall(r'<g class="node (\w+)"><rect x="(\d+)" y="(\d+)"', page)
    assert boxes == [("given", "8", "8"), ("right", "410", "52"), ("wrong", "142", "96")]
    width = int(re.search(r'aria-label="Graph[^>]+viewBox="0 0 (\d+) ', page)[1])
    assert width >= 410 + 122  # four columns, where another graph has three
    assert '<a href="#unit1.one-1" aria-label="sum: wrong, see why">' in page
    plain = to_html(report(ExerciseResult("unit1.two", "two", "two.py", checks)), graphs=graphs).decode()
    assert "<figure" not in plain


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title = ", "title ", "not valid TOML"),
        ("caption = ", "caption_ = ", "there is no key 'caption_'; write caption"),
        ('title = "Forward through the sum"', "", "title is missing, as in `title = "),
        ('"test_{}"', '"test_x"', r"check must hold \{\} where a node's name stands"),
        ("rows = ", "given_ = ", "there is no key 'given_'; write given"),
        ("square\n", "sum\n", "'sum' stands in `rows` twice"),
        ('given = ["x"]', 'given = ["y"]', r"given names 'y', which is not in `rows`; place it there"),
        ('given = ["x"]', "given = 3", 'given must be names of nodes, as in `"probs logits"`, and is 3'),
        ('"square sum"', '"squares sum"', "edges.x names 'squares', which is not in `rows`; did you mean 'square'"),
        ("square = ", "squares = ", "edges names 'squares', .* did you mean 'square'"),
        ('square = ["sum"]', 'sum = "square"', "arrows lead down, so 'square' must stand in a row below 'sum'"),
        (GRAPH[GRAPH.index("[edges]") :], "edges = 3\n", "write the arrows as a table"),
    ],
)
def test_a_wrong_graph_is_the_authors_error(root, old, new, says):
    path = root / "exercises/unit1/one.graph.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CourseError, match=says) as error:
        find_course(root)
    assert str(error.value).startswith("exercises/unit1/one.graph.toml")


@pytest.mark.parametrize("rows", ["", 'rows = ""', 'rows = """\n. .\n"""', 'rows = ["x"]'])
def test_a_graph_without_nodes_is_told_how_to_place_them(root, rows):
    text = re.sub(r'rows = """.+?"""', rows.replace("\\", r"\\"), GRAPH, flags=re.DOTALL)
    (root / "exercises/unit1/one.graph.toml").write_text(text)
    with pytest.raises(CourseError, match="place the nodes in `rows`, a text with a line for each row"):
        find_course(root)
