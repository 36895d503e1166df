"""The page: its structure, that a submission's text is inert in it, and that it keeps what is hidden."""

from __future__ import annotations

import re
import textwrap
from html.parser import HTMLParser

import msgspec
import pytest
from chromium import browser, find_chromium
from reports_samples import (
    ALL_PASSED,
    EVERY,
    EVIL,
    HOSTILE_TEXT,
    PICTURED,
    SAMPLES,
    failed,
    not_started,
    passed,
    report,
)
from sandboxed import ROOT

from grader.author.release import release
from grader.course import find_course, read_submission
from grader.reports.html import to_html
from grader.reports.json_format import to_json
from grader.reports.model import Counterexample, ExerciseResult, Failure, Finding, Frame, Value, Verdict
from grader.reports.repeat import repeat_command
from grader.session.grading import Session

VOID = {"meta", "link", "br", "hr", "img", "input"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "section", "article", "aside",
    "h1", "h2", "h3", "h4", "p", "span", "strong", "code", "pre", "div", "table", "caption", "thead", "tbody", "tr",
    "th", "td", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary", "figure", "figcaption",
    "svg", "g", "path", "rect", "circle", "text", "defs", "pattern", "marker",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "style", "tabindex", "role", "scope",
    "open", "d", "x", "y", "rx", "width", "height", "viewbox", "focusable", "marker-end", "patternunits",
    "patterntransform", "refx", "refy", "markerwidth", "markerheight", "orient", "cx", "cy", "r",
}  # fmt: skip


class Outline(HTMLParser):
    """What the page consists of: elements, headings, names; and whether every element is closed."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[str] = []
        self._texts: list[list[str]] = []
        self.feed(page.decode())
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), (tag, attrs)
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self.open.append((tag, attributes))
            self._texts.append([])

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        for text in self._texts:
            text.append(data)

    def handle_endtag(self, tag):
        opened, attributes = self.open.pop()
        assert opened == tag, (opened, tag)
        text = " ".join("".join(self._texts.pop()).split())
        if tag in {"h1", "h2", "h3", "h4"}:
            self.lines.append(f"{'#' * int(tag[1])} {text}")
        elif tag in {"summary", "caption", "figcaption", "th", "title"}:
            self.lines.append(f"{tag}: {text}")
        elif attributes.get("aria-label"):
            self.lines.append(f"({attributes.get('role') or tag}) {attributes['aria-label']}")

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def atomic(*states):
    """lecture5.atomic in which the gradients of the loss's own neighbours stand like that."""
    names = ("logprobs", "probs", "counts")
    checks = []
    for name, state in zip(names, states, strict=True):
        failure = Failure(f"d_{name} is not right.")
        make = {"right": passed, "wrong": lambda n, d, f=failure: failed(n, d, f)}
        checks.append(not_started(name) if state == "idle" else make[state](f"test_alone[{name}]", f"d_{name}."))
    return report(ExerciseResult("lecture5.atomic", "atoms", "exercises/lecture5/atomic.py", tuple(checks)))


TASKS = {
    "lecture5.cross_entropy": textwrap.dedent('''
        """Cross-entropy.

        All of it."""

        def backward(
            logits, targets,
        ):
            """Return dlogits."""
            raise NotImplementedError
    ''').lstrip(),
    "lecture7.head": "class Head(:",
}


# Structure


@pytest.mark.parametrize("sample", SAMPLES)
def test_outline(golden, sample):
    page = to_html(SAMPLES[sample], TASKS)
    golden(f"html_{sample}.txt", "\n".join(Outline(page).lines) + "\n")


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_page_is_sound(sample):
    page = to_html(SAMPLES[sample], TASKS)
    outline = Outline(page)
    assert {tag for tag, _ in outline.elements} <= ALLOWED
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in outline.elements:
        assert {name for name in attributes if not name.startswith("aria-")} <= ATTRIBUTES, tag
        for name in ("aria-labelledby", "href"):
            if name in attributes:
                assert attributes[name].removeprefix("#") in ids, attributes
        assert attributes.get("href", "#").startswith("#")
    levels = [line.count("#", 0, line.index(" ")) for line in outline.lines if line.startswith("#")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))


@pytest.mark.parametrize("sample", SAMPLES)
def test_everything_that_is_drawn_or_scrolled_has_a_name(sample):
    outline = Outline(to_html(SAMPLES[sample], TASKS))
    for svg in outline.of("svg"):
        assert svg.get("aria-hidden") == "true" or (svg["role"] in {"img", "group"} and svg["aria-label"])
    for tag, attributes in outline.elements:
        if "tabindex" in attributes and tag in {"pre", "div"} and attributes.get("id") != "exercises":
            assert attributes["aria-label"]
    assert outline.of("html")[0]["lang"] == "en"


def test_the_page_asks_for_nothing_and_runs_nothing():
    page = to_html(PICTURED, TASKS).decode()
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert policy in page
    assert not re.search(r"<script|<img|<link|<iframe|@import|https?://|src=|\son\w+=", page)
    assert set(re.findall(r"url\(([^)]*)\)", page)) == {"#not-finite", "#arrow"} - (
        {"#arrow"} if "#arrow" not in page else set()
    )


def test_the_same_report_gives_the_same_page():
    assert to_html(EVERY, TASKS) == to_html(EVERY, TASKS)


def test_every_verdict_and_colour_has_words():
    page = to_html(EVERY).decode()
    for verdict in Verdict:
        if verdict not in {Verdict.PASSED, Verdict.FORBIDDEN}:
            assert verdict.value in page
    assert "Well done!" in to_html(ALL_PASSED).decode()
    assert "Well done!" not in page
    assert "cut short" in page
    assert "only partly isolated" in page


def test_print_and_dark_mode_and_narrow_windows_are_cared_for():
    page = to_html(ALL_PASSED).decode()
    assert "@media print" in page
    assert "::details-content" in page
    assert "prefers-color-scheme: dark" in page
    assert ":focus-visible" in page
    assert "max-width: 34rem" in page


# The graph of an exercise


GRAPHS = {"lecture5.atomic": find_course(ROOT).exercise("lecture5.atomic").graph}


def test_the_backward_graph_says_what_is_right_wrong_and_not_reached():
    page = to_html(atomic("right", "wrong", "idle"), graphs=GRAPHS).decode()
    words = "Backward graph of 26 gradients; 1 right: logprobs; 1 wrong: probs; 24 not reached"
    assert words in page
    assert page.count('<g class="node') == 27
    assert page.count('class="node right"') == 1
    assert re.search(r'<a href="#lecture5.atomic-1" aria-label="probs: wrong, see why"><g class="node wrong">', page)
    assert "✗ probs" in page
    assert "· counts" in page


def test_the_graph_is_that_of_the_checks():
    text = (ROOT / "tests/hidden/lecture5/test_atomic.py").read_text()
    graph = dict(re.findall(r'^    "(\w+)": lambda ([\w, ]+):', text, re.MULTILINE))
    expected = {(output, name) for output, inputs in graph.items() for name in inputs.split(", ")} - {
        ("emb", "X"),
        ("loss", "Y"),
    }
    nodes = GRAPHS["lecture5.atomic"].nodes
    assert {(node.name, to) for node in nodes for to in node.to} == expected
    assert len({(node.column, node.row) for node in nodes}) == len(nodes) == 27
    names = re.findall(r'"(\w+)"', re.search(r"^NAMES = \((.+?)^\)", text, re.MULTILINE | re.DOTALL)[1])
    assert {node.check for node in nodes} == {"", *(f"test_alone[{name}]" for name in names)}


@pytest.mark.parametrize("states", [("idle", "idle", "idle"), ("wrong", "wrong", "wrong")])
def test_no_graph_is_drawn_of_a_file_with_nothing_or_one_cause(states):
    shown = atomic(*states)
    same = Failure("The file cannot be imported.")
    checks = [failed(c.name, c.demand, same) if states[0] == "wrong" else c for c in shown.exercises[0].checks]
    page = to_html(report(ExerciseResult("lecture5.atomic", "atoms", "a.py", tuple(checks))), graphs=GRAPHS).decode()
    assert "Backward graph" not in page


# What a submission sends


ATTACK = '</script></pre></style></title><img src=x onerror=alert(1)><script>alert(2)</script>" onload="alert(3)'


def test_a_submissions_text_is_inert():
    failure = Failure(
        ATTACK,
        (Finding("error", ATTACK),),
        Counterexample((Value(ATTACK, ATTACK),), ATTACK, f"[[1, {ATTACK}]]", ATTACK),
        (Frame(ATTACK, 1, ATTACK, ATTACK),),
        ATTACK,
        ATTACK,
    )
    checks = (failed(ATTACK, ATTACK, failure), failed(f"test_alone[{ATTACK}]", ATTACK, failure))
    page = to_html(
        report(ExerciseResult("lecture7.evil", ATTACK, ATTACK, checks, notes=(ATTACK,)), faults=(ATTACK,)),
        {"lecture7.evil": ATTACK},
    )
    outline = Outline(page)
    assert {tag for tag, _ in outline.elements} <= ALLOWED
    assert not [name for _, attributes in outline.elements for name in attributes if name.startswith("on")]
    assert b"&lt;img src=x" in page


def test_what_does_not_print_is_spelled_out():
    page = to_html(EVIL).decode()
    assert HOSTILE_TEXT not in page
    assert all(char.isprintable() or char == "\n" for char in page)
    assert "\\u202egnp.exe" in page


def test_a_flood_is_bounded():
    flood = "é[1, 2], <\n" * 100_000
    values = Counterexample((Value(flood, flood),), flood, flood, flood)
    failure = Failure(flood, (Finding("error", flood),), values, (Frame(flood, 1, flood, flood),) * 1000, flood, flood)
    result = report(ExerciseResult("lecture5.one", "one", "one.py", (failed("test_it", "It holds.", failure),)))
    assert len(to_html(result)) < 4_000_000


def test_surrogates_and_strange_matrices_do_no_harm():
    for text in (
        "[[1, 2], [3]]",
        "[[]]",
        "[]",
        "[nan, -inf]",
        "[1, [2]]",
        "[" * 5000,
        '["a"]',
        "[true]",
        "\udcff",
        "[1e999]",
    ):
        failure = Failure("Wrong.", (), Counterexample((Value("x", text),), text, "[nan, 2]"))
        to_html(report(ExerciseResult("lecture5.one", "one", "one.py", (failed("test_it", "It holds.", failure),))))


# A real course: hidden checks, curves and maps


COURSE = {
    "exercises/day9/unit.toml": 'title = "pictures"\nexercises = ["plus"]\n',
    "solutions/day9/plus.py": '''
        """Addition."""

        # /// exercise
        # title = "plus"
        # packages = "numpy"
        # hints = ["think", "x + 1", "return x + 1"]
        # ///

        import numpy as np


        def plus(x: np.ndarray) -> np.ndarray:
            """Return x + 1."""
            # solution
            return x + 1
            # end solution
    ''',
    "tests/misconceptions/day9/plus.py": """
        from grader.checks import misconception


        @misconception("Add, do not subtract.")
        def plus(x):
            return x - 1
    """,
    "tests/hidden/day9/test_plus.py": '''
        import numpy as np
        from grader.checks import assert_close, hidden, record_curve, record_map


        @hidden
        def test_hidden(submission):
            """Nobody is told how it should be."""
            x = np.full((5, 5), 7654.25)
            y = submission.plus(x)
            record_curve("hidden loss", [3.0, 2.0], reference=[3.0, 4321.5], band=(4321.0, 4322.0))
            record_map("hidden map", np.full((2, 2), 8765.5))
            assert_close(y, x + 1, name="out")


        def test_visible(submission):
            """Everybody is."""
            x = np.arange(36.0).reshape(6, 6) + 1234
            y = submission.plus(x)
            record_curve("loss", [3.0, 2.5, 2.0], reference=[3.0, 2.0, 1.5], baselines={"even": 3.3})
            record_map("weights", np.eye(3))
            assert_close(y, x + 1, name="out")


        def test_says_what(submission):
            """It says what it does."""
            submission.plus(np.zeros(2))
    ''',
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def graded(root, tmp_path_factory):
    for name, text in COURSE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    release(find_course(root), check=False)
    course = find_course(root)
    folder = tmp_path_factory.mktemp("handed-in") / "day9"
    folder.mkdir()
    answer = f"""
        import numpy as np
        def plus(x):
            print({ATTACK!r})
            if x.size < 3:
                raise ValueError({ATTACK!r})
            return np.where(x > 1240, x + 1, x + 1.5)
    """
    (folder / "plus.py").write_text(textwrap.dedent(answer))
    with Session(course, course.exercises) as session:
        return session.grade(course.exercises, read_submission(folder.parent, course), 5)


def test_a_hidden_check_shows_no_expected_values_in_the_source_neither(graded):
    page, document = to_html(graded).decode(), to_json(graded).decode()
    for number in ("7655", "7654", "4321", "4322", "8765"):
        assert number not in page
        assert number not in document
    hidden, visible, _ = graded.exercises[0].checks
    assert (hidden.failure, hidden.verdict) == (None, Verdict.PASSED)
    assert [series.name for series in hidden.curves[0].series] == ["yours"]
    assert hidden.maps == ()
    assert visible.failure.errors.wrong == 7
    assert len(visible.curves[0].series) == 2


def test_a_failing_hidden_check_shows_no_error_map(graded, root, tmp_path):
    course = find_course(root)
    folder = tmp_path / "day9"
    folder.mkdir()
    (folder / "plus.py").write_text("def plus(x):\n    return x + 2\n")
    with Session(course, course.exercises) as session:
        result = session.grade(course.exercises, read_submission(tmp_path, course), 5)
    hidden, visible, _ = result.exercises[0].checks
    assert hidden.verdict is Verdict.FAILED
    assert hidden.failure.errors is None
    assert visible.failure.errors is not None
    for number in ("7655", "7656", "7654", "4321"):
        assert number not in to_html(result).decode()


def test_a_real_submissions_output_and_exception_are_inert(graded):
    page = to_html(graded)
    outline = Outline(page)
    assert {tag for tag, _ in outline.elements} <= ALLOWED
    assert page.count(b"&lt;script&gt;alert(2)") >= 2
    assert "error map of out" in page.decode().lower()


def test_how_to_repeat():
    command = "grade lecture5 --seed 3 --submission 'my work' --course=/tmp/c -v"
    assert repeat_command(msgspec.structs.replace(report(), command=command), "lecture5.linear") == (
        "grade lecture5.linear --submission 'my work' --course=/tmp/c --seed 8123"
    )
    assert (
        repeat_command(msgspec.structs.replace(report(), command="grade 'unclosed"), "a.b") == "grade a.b --seed 8123"
    )


# In a browser


@pytest.mark.slow
@pytest.mark.skipif(find_chromium() is None, reason="there is no chromium on this machine")
@pytest.mark.parametrize("sample", ["every", "evil", "pictures", "nothing"])
def test_in_chromium(tmp_path, sample):
    file = tmp_path / "page.html"
    file.write_bytes(to_html(SAMPLES[sample], TASKS))
    with browser(tmp_path / "profile") as page:
        for width in (1280, 400):
            for dark in (False, True):
                page.open(file, width, dark=dark)
                assert page.ask("document.documentElement.scrollWidth") == width
                background = page.ask("getComputedStyle(document.body).backgroundColor")
                assert background == ("rgb(21, 23, 26)" if dark else "rgb(251, 251, 250)")
        unnamed = {"image", "img", "link", "button", "heading", "region", "article", "DisclosureTriangle", "table"}
        assert [role for role, name in page.named() if role in unnamed and not name.strip()] == []
        whole = page.ask("document.documentElement.scrollHeight")
        page.open(file, 400, media="print")
        if b"<details" in file.read_bytes():
            assert page.ask("document.documentElement.scrollHeight") > whole  # what was folded is open
        assert page.complaints == []
