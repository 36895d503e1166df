"""The grader on another course: NumPy alone, hidden checks, objects; made here, released, validated, graded."""

from __future__ import annotations

import shutil
import textwrap

import pytest

from grader.author.release import release
from grader.author.validate import validate
from grader.course import find_course, read_submission
from grader.reports.json_format import to_json
from grader.reports.model import Verdict, Visibility
from grader.session.grading import Session

FILES = {
    "exercises/day1/unit.toml": 'title = "by hand"\nexercises = ["relu", "counter"]\n',
    "exercises/day1/README.md": "First `relu`, then `counter`.\n",
    "solutions/day1/relu.py": '''
        """The rectifier. Source: lecture 1."""

        # /// exercise
        # title = "relu"
        # packages = "numpy"
        # hints = ["compare with 0", "max(x, 0)", "np.maximum(x, 0)"]
        # ///

        import numpy as np


        def relu(x: np.ndarray) -> np.ndarray:
            """Return max(x, 0), of x's shape."""
            # solution
            return np.maximum(x, 0)
            # end solution
    ''',
    "tests/hidden/day1/test_relu.py": '''
        import numpy as np
        from grader.checks import assert_close, assert_unchanged, hidden, points


        def draw(rng):
            return rng.normal(size=(3, 4))


        def test_against_the_reference(submission, reference, rng):
            """It is right, and nobody is told how it should be."""
            x = draw(rng)
            assert_close(submission.relu(x), reference.relu(x), name="out", oracle="the solution")


        @hidden
        def test_hidden_by_hand(submission, rng):
            """Hidden though by hand."""
            x = draw(rng)
            assert_close(submission.relu(x), np.where(x > 0, x, 0.0), name="out")


        @points(2)
        def test_by_hand(submission, rng):
            """It is right, by hand."""
            x = draw(rng)
            assert_unchanged(submission.relu, x)
            assert_close(submission.relu(x), np.where(x > 0, x, 0.0), name="out", oracle="by hand")
    ''',
    "solutions/day1/counter.py": '''
        """An object that remembers. Source: lecture 1."""

        # /// exercise
        # title = "counter"
        # packages = "numpy"
        # hints = ["self", "add", "self.total += n"]
        # ///

        from .relu import relu


        class Counter:
            """Counts."""

            def __init__(self, start: float) -> None:
                """Start from a number."""
                # solution
                self.total = start
                # end solution

            def add(self, n: float) -> "Counter":
                """Add n, and return the counter."""
                # solution
                self.total += n
                return self
                # end solution
    ''',
    "tests/hidden/day1/test_counter.py": '''
        from grader.checks import assert_close


        def test_it_adds_up(submission, rng):
            """What is added adds up."""
            start, one, two = (float(n) for n in rng.normal(size=3))
            counter = submission.Counter(start)
            assert_close(counter.add(one).add(two).total, start + one + two, name="total", oracle="by hand")


        def test_two_counters_are_two(submission, rng):
            """Each counter counts for itself."""
            start, one = (float(n) for n in rng.normal(size=2))
            first, second = submission.Counter(start), submission.Counter(start)
            first.add(one)
            assert_close(second.total, start, name="total", oracle="by hand")
            assert_close(first.total, start + one, name="total", oracle="by hand")
    ''',
}
WRONG = {
    "relu": [
        ("Below 0 the output is 0, not the input.", "x * 1.0"),
        ("The sign of what is kept stays.", "-np.maximum(x, 0)"),
        ("The smaller of x and 0 is the other half.", "np.minimum(x, 0)"),
        ("The absolute value keeps what relu drops.", "abs(x)"),
        ("A leak is another activation.", "np.where(x > 0, x, 0.01 * x)"),
    ],
    "counter": [
        ("Adding replaces nothing.", "self.total = n"),
        ("Adding is no subtraction.", "self.total -= n"),
        ("It is added once.", "self.total += 2 * n"),
        ("Something must be added.", "self.total += 0"),
        ("It is a sum, not a product.", "self.total *= n"),
    ],
}
RIGHT = {
    "relu": ["np.where(x > 0, x, 0.0)", "x * (x > 0)", "(x + abs(x)) / 2"],
    "counter": ["self.total = self.total + n", "self.total -= -n", "self.total = sum([self.total, n])"],
}


def relu(expression):
    return ["def relu(x):", f"    return {expression}", ""]


def counter(statement):
    return [
        "class Counter:",
        "    def __init__(self, start): self.total = start",
        "    def add(self, n):",
        f"        {statement}",
        "        return self",
        "",
    ]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    files = {name: textwrap.dedent(text).lstrip() for name, text in FILES.items()}
    for name, written in (("relu", relu), ("counter", counter)):
        lines = ["import numpy as np", "from grader.checks import misconception", ""]
        for sentence, code in WRONG[name]:
            lines += [f"@misconception({sentence!r})", *written(code)]
        files[f"tests/misconceptions/day1/{name}.py"] = "\n".join(lines)
        for number, code in enumerate(RIGHT[name]):
            files[f"tests/alternatives/day1/{name}/{number}.py"] = "\n".join(["import numpy as np", *written(code)])
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    release(find_course(root), check=False)
    return find_course(root)


def grade(course, **texts):
    folder = course.root.parent / f"handed-in-{abs(hash(tuple(texts.items())))}" / "day1"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("relu", "counter"):
        text = (course.root / f"solutions/day1/{name}.py").read_text()
        (folder / f"{name}.py").write_text(textwrap.dedent(texts.get(name, text)))
    with Session(course, course.exercises) as session:
        return session.grade(course.exercises, read_submission(folder.parent, course), 5)


def test_the_course_proves_itself(course):
    result = validate(course, course.exercises, seeds=3)
    assert [problem.text for problem in result.problems] == []
    assert len(result.matrix.rows) == 10


def test_hidden_checks_tell_nothing_of_what_is_expected(course):
    report = grade(course, relu="def relu(x):\n    print('inputs', x)\n    return x + 1\n")
    relu, counter = report.exercises
    for check in relu.checks:
        if check.visibility is Visibility.HIDDEN:
            assert check.failure.counterexample is None
            assert check.failure.output == ""
        else:
            assert check.failure.counterexample.expected
    assert [check.visibility for check in relu.checks] == [Visibility.HIDDEN, Visibility.HIDDEN, Visibility.VISIBLE]
    assert {check.verdict for check in counter.checks} == {Verdict.BLOCKED}
    assert b"the solution" not in to_json(report)


def test_torch_cannot_be_used_where_numpy_alone_is_asked_for(course):
    report = grade(course, relu="import torch\ndef relu(x):\n    return torch.relu(torch.tensor(x)).numpy()\n")
    headline = report.exercises[0].checks[0].failure.headline
    assert "NumPy alone" in headline


def broken(course, tmp_path, name, change):
    """A copy of the course in which one file of checks is changed: pytest imports a file once in a process."""
    root = tmp_path / "broken"
    shutil.copytree(course.root, root)
    path = root / "tests/hidden/day1" / name
    path.write_text(change(path.read_text()))
    return find_course(root)


def test_a_fault_of_a_check_is_never_the_learners(course, tmp_path):
    more = '\n\ndef test_broken(submission):\n    """Broken."""\n    submission.Counter(1.0)\n    1 / 0\n'
    report = grade(broken(course, tmp_path, "test_counter.py", lambda text: text + more))
    check = report.exercises[1].checks[-1]
    assert check.verdict is Verdict.GRADER_FAULT
    assert report.exit_code == 3
    assert "not your mistake" in check.failure.headline
    assert any("ZeroDivisionError" in fault for fault in report.faults)
    assert [check.verdict for check in report.exercises[1].checks[:-1]] == [Verdict.PASSED, Verdict.PASSED]


def test_a_check_that_cannot_be_loaded_is_the_courses_fault(course, tmp_path):
    report = grade(broken(course, tmp_path, "test_relu.py", lambda text: "import no_such_module\n" + text))
    assert report.exit_code == 3
    assert "cannot be loaded" in report.faults[0]
