"""What `grade validate` reports: each test breaks one thing of a small course that proves itself."""

from __future__ import annotations

import re
import textwrap

import pytest

from grader.author.completeness import wanting
from grader.author.release import release
from grader.author.validate import Conduct, validate
from grader.course import find_course
from grader.errors import GraderError
from grader.reports.matrix import Fate, matrix_text

SOLUTION = '''
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
'''
CHECKS = '''
    import numpy as np
    from grader.checks import assert_close, check, normal


    def test_by_hand(submission, rng):
        """It is right, by hand."""
        x = normal(rng, 3, 4)
        assert_close(submission.relu(x), np.where(x > 0, x, 0.0), name="out", oracle="by hand")
'''
WRONG = {
    "identity": ("Below 0 the output is 0, not the input.", "x * 1.0"),
    "sign": ("The sign of what is kept stays.", "-np.maximum(x, 0)"),
    "smaller": ("The smaller of x and 0 is the other half.", "np.minimum(x, 0)"),
    "absolute": ("The absolute value keeps what relu drops.", "abs(x)"),
    "summed": ("The output has the shape of x, which no sum has.", "np.maximum(x, 0).sum()"),
}
RIGHT = {"where": "np.where(x > 0, x, 0.0)", "product": "x * (x > 0)", "half": "(x + abs(x)) / 2"}


def bank(wrong):
    lines = ["import numpy as np", "from grader.checks import misconception", ""]
    for name, (sentence, expression) in wrong.items():
        lines += [f"@misconception({sentence!r}, name={name!r})", "def relu(x):", f"    return {expression}", ""]
    return "\n".join(lines)


def make(root, **changes):
    """The course, with some of its files changed; without those that are to be None."""
    files = {
        "exercises/day1/unit.toml": 'title = "by hand"\nexercises = ["relu"]\n',
        "exercises/day1/README.md": "| exercise | you write |\n| --- | --- |\n| `relu` | one line |\n",
        "solutions/day1/relu.py": SOLUTION,
        "tests/hidden/day1/test_relu.py": CHECKS,
        "tests/misconceptions/day1/relu.py": bank(WRONG),
        **{
            f"tests/alternatives/day1/relu/{name}.py": f"import numpy as np\n\ndef relu(x):\n    return {right}\n"
            for name, right in RIGHT.items()
        },
    }
    names = {"readme": "exercises/day1/README.md", "solution": "solutions/day1/relu.py",
             "checks": "tests/hidden/day1/test_relu.py", "bank": "tests/misconceptions/day1/relu.py",
             "where": "tests/alternatives/day1/relu/where.py"}  # fmt: skip
    files |= {names[name]: text for name, text in changes.items()}
    for name, text in files.items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(textwrap.dedent(text).lstrip())
    release(find_course(root), check=False)
    return find_course(root)


def prove(course):
    result = validate(course, course.exercises, seeds=1)
    return result, [problem.text for problem in result.problems]


def more(check):
    return textwrap.dedent(CHECKS) + "\n\n" + textwrap.dedent(check).lstrip()


def test_a_course_that_lacks_nothing_proves_itself(tmp_path):
    result, problems = prove(make(tmp_path))
    assert problems == []
    assert [row.verdict for row in result.matrix.rows] == [Fate.NAMED] * 5
    assert (result.alternatives, result.trivial) == (3, 3)


STUMBLES = '''
    def test_larger_than_the_half(submission, rng):
        """The output is at least half the input."""
        x = normal(rng, 3, 4)
        check(bool((submission.relu(x) @ np.ones((4, 2)) >= x.sum(1, keepdims=True) / 2 - 1e-9).all()), "It is less.")
'''


def test_a_check_that_stumbles_over_a_wrong_answer_has_not_rejected_it(tmp_path):
    result, problems = prove(make(tmp_path, checks=more(STUMBLES)))
    (row,) = [row for row in result.matrix.rows if row.misconception == "summed"]
    assert row.outcomes["test_larger_than_the_half"] is Fate.CRASHED  # a learner is told of the shape
    (told,) = [text for text in problems if "crashes" in text]
    assert re.match(r"test_larger_than_the_half crashes on the misconception 'summed': ValueError: .*\(test_relu", told)
    assert "! the check crashes" in matrix_text(result.matrix)


def test_a_wrong_answer_that_checks_do_nothing_but_stumble_over_is_not_rejected(tmp_path):
    alone = CHECKS[: CHECKS.index("    def test_by_hand")] + STUMBLES.lstrip("\n")
    result, problems = prove(make(tmp_path, checks=alone))
    (row,) = [row for row in result.matrix.rows if row.misconception == "summed"]
    assert row.verdict is Fate.CRASHED
    assert "the misconception 'summed' is rejected by no check; one crashes on it" in problems
    (own,) = [line for line in matrix_text(result.matrix, ascii_only=True).splitlines() if line.startswith("  summed")]
    assert own.split() == ["summed", "!", "0", "crashes"]


@pytest.mark.parametrize(
    ("body", "what", "error"),
    [
        ("'a' + 1", "the solution with seed 1000", "TypeError: can only concatenate str"),
        ("submission.relu(normal(2, rng))", "the solution with seed 1000", "TypeError: randn"),
        ("assert submission.relu(normal(rng, 3)) is None", "the solution with seed 1000", "AssertionError"),
        (
            "1 / int(submission.relu(np.array([1.0, -1.0])).any())",
            "an answer without thought, zeros",
            "ZeroDivisionError",
        ),
    ],
)
def test_a_check_that_crashes_is_told_once_with_its_place(tmp_path, body, what, error):
    check = f'def test_strange(submission, rng):\n    """It is strange."""\n    {body}\n'
    course = make(tmp_path, checks=more(check))
    line = course.exercises[0].checks.read_text().splitlines().index(f"    {body}") + 1
    result, problems = prove(course)
    crashes = [text for text in problems if "crashes on" in text]
    assert crashes[0].startswith(f"test_strange crashes on {what}: {error}")
    assert f"(test_relu.py:{line}" in crashes[0]
    assert len({text.partition(": ")[2] for text in crashes}) == len(crashes)
    assert not any("the grader failed" in text or "the solution fails" in text for text in problems)
    if what.startswith("the solution"):
        assert {row.outcomes.get("test_strange", Fate.CRASHED) for row in result.matrix.rows} == {Fate.CRASHED}
        assert "test_by_hand" not in result.matrix.idle("day1.relu")


def test_answers_without_thought_fail_where_the_learner_writes_a_class(tmp_path):
    solution = (
        SOLUTION.replace("# title", "# forbids = []\n    # title")
        + '''

    class Relu:
        """relu as an object."""

        def __init__(self, floor: float) -> None:
            """Keep what is below nothing."""
            # solution
            self.floor = floor
            # end solution

        def apply(self, x: np.ndarray) -> np.ndarray:
            """Return max(x, floor)."""
            # solution
            return np.maximum(x, self.floor)
            # end solution
    '''
    )
    check = '''
        def test_floor(submission, rng):
            """What is below the floor is lifted."""
            out = submission.Relu(float(rng.uniform(1, 2))).apply(normal(rng, 3, 4))
            assert_close(np.minimum(out, 0.0), np.zeros((3, 4)), name="out", oracle="by hand")
    '''
    _, problems = prove(make(tmp_path, solution=solution, checks=more(check)))
    assert "test_floor is passed by an answer without thought: zeros" in problems


SCALE = (
    SOLUTION
    + """

    class Scale:
        \"\"\"A factor.\"\"\"

        def __init__(self, factor: float) -> None:
            \"\"\"Keep the factor.\"\"\"
            # solution
            self.factor = factor
            # end solution

        def of(self, x: float) -> float:
            \"\"\"Return factor times x.\"\"\"
            # solution
            return self.factor * x
            # end solution
"""
)


def recorded(problems):
    return [text for text in problems if "recorded" in text]


def test_recorded_answers_keep_to_what_was_asked_however_often_that_is(tmp_path):
    check = """
        def test_scale(submission, rng):
            \"\"\"Each factor counts.\"\"\"
            for _ in range(integer(rng, 1, 9)):
                factor = float(rng.normal())
                scale = submission.Scale(factor)
                for x in rng.normal(size=integer(rng, 0, 5)).tolist():
                    assert_close(scale.of(x), factor * x, name="of(x)", oracle="by hand")
                assert_close(scale.factor, factor, name="factor", oracle="by hand")
    """
    checks = more(check).replace("check, normal", "check, integer, normal")
    _, problems = prove(make(tmp_path, solution=SCALE, checks=checks))
    assert recorded(problems) == []


@pytest.mark.parametrize("name", ["'of'", "('of', 'again')[integer(rng, 0, 1)]"])
def test_recorded_answers_pass_where_nothing_random_matters(tmp_path, name):
    solution = (
        SCALE
        + """
        def again(self, x: float) -> float:
            \"\"\"Return factor times x, again.\"\"\"
            # solution
            return self.of(x)
            # end solution
"""
    )
    check = f"""
        def test_scale(submission, rng):
            \"\"\"It is doubled.\"\"\"
            assert_close(getattr(submission.Scale(2.0), {name})(3.0), 6.0, name="of(x)", oracle="by hand")
    """
    checks = more(check).replace("check, normal", "check, integer, normal")
    _, problems = prove(make(tmp_path, solution=solution, checks=checks))
    assert recorded(problems) == ["test_scale is passed by answers recorded in another run"]


@pytest.mark.parametrize("sent", ["g", "first=g"])
def test_a_generator_that_is_sent_twice_tells_its_author_why_not(tmp_path, sent):
    solution = (
        SOLUTION
        + """

    def draw(first: object) -> float:
        \"\"\"Return the next normal number.\"\"\"
        # solution
        return first.normal()
        # end solution
    """
    )
    check = f"""
        def test_next(submission, rng):
            \"\"\"Each number is the generator's next.\"\"\"
            g, ours = generators(rng)
            for _ in range(2):
                assert_close(submission.draw({sent}), ours.normal(), name="n", oracle="NumPy")
    """
    checks = more(check).replace("import assert_close, ", "import assert_close, generators, ")
    _, problems = prove(make(tmp_path, solution=solution, checks=checks))
    (told,) = {text for text in problems if "on the solution" in text}
    assert "day1.relu: test_next" in told
    assert "sends one generator twice in the same state" in told
    assert "`theirs, ours = generators(rng)`" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"where": None}, "it has 2 alternatives; at least 3 are wanted"),
        ({"readme": None}, "exercises/day1/README.md is missing"),
        ({"readme": "relu is written in one line.\n"}, "exercises/day1/README.md does not name `relu`"),
        ({"solution": SOLUTION.replace(', "np.maximum(x, 0)"]', "]")}, "it has 2 hints; 3 are wanted"),
        (
            {"solution": SOLUTION.replace(" Source: lecture 1.", "")},
            'no docstring of solutions/day1/relu.py has a "Source:"',
        ),
        (
            {"checks": more("def test_more(submission): ...")},
            "test_more has no sentence: its docstring is what learners read",
        ),
        (
            {"checks": more('def test_more_of_it(submission):\n    """More of it."""\n')},
            "the sentence of test_more_of_it says no more than its name",
        ),
        (
            {"checks": more('def test_more(submission):\n    """It is right,\n    by hand!\n\n    More."""\n')},
            "test_more has the sentence of test_by_hand: one demand each",
        ),
    ],
)
def test_what_an_exercise_lacks_is_told(tmp_path, change, told):
    course = make(tmp_path, **change)
    assert list(wanting(course, course.exercises[0])) == [told]


def test_what_an_exercise_lacks_keeps_the_course_from_proving_itself(tmp_path):
    _, problems = prove(make(tmp_path, readme=None, where=None))
    assert problems == ["it has 2 alternatives; at least 3 are wanted", "exercises/day1/README.md is missing"]


LUCKY = '''
    from grader.checks import integer


    def test_of_one_number(submission, rng):
        """One number is right."""
        x = normal(rng, 1) + integer(rng, -5, 5)
        assert_close(submission.relu(x), np.where(x > 0, x, 0.0), name="out", oracle="by hand")
'''


def test_a_mistake_that_fails_other_checks_with_another_seed_is_a_problem(tmp_path):
    course = make(tmp_path, checks=more(LUCKY))
    result = validate(course, course.exercises, seeds=1, how=Conduct(stability=8))
    unstable = [problem.text for problem in result.problems if " with seed 1000" in problem.text]
    assert "the misconception 'identity' fails test_by_hand with seed 100" in unstable[0]
    assert unstable[0].endswith(", and test_by_hand, test_of_one_number with seed 1000") or unstable[0].endswith(
        "test_by_hand, test_of_one_number with seed 1001, and test_by_hand with seed 1000"
    )


PROPERTIES = '''
    from grader.checks import needs


    def test_halves(submission, rng):
        """relu(x) less relu(-x) is x."""
        x = normal(rng, 3)
        assert_close(submission.relu(x) - submission.relu(-x), x, name="the difference", oracle="by hand")


    @needs("test_by_hand")
    def test_scales(submission, rng):
        """A positive factor comes out again."""
        x = normal(rng, 3)
        assert_close(submission.relu(3 * x), 3 * submission.relu(x), name="out", oracle="by hand")
'''


def test_how_many_checks_fail_for_a_mistake_is_counted(tmp_path):
    result, problems = prove(make(tmp_path, checks=more(PROPERTIES)))
    assert problems == []
    rows = {row.misconception: row for row in result.matrix.rows}
    assert rows["smaller"].failing == ("test_by_hand",)
    assert rows["smaller"].outcomes["test_scales"] is Fate.WAITED
    assert rows["identity"].failing == ("test_by_hand", "test_halves")
    text = matrix_text(result.matrix)
    assert f"{result.matrix.mean_failing:.2f} checks fail for a mistake" in text
    assert "– waits" in text
    assert re.search(r"smaller +● · – +1 named", text)


@pytest.mark.parametrize(
    ("violates", "problem"),
    [
        ('("by_hand",)', ""),
        ('("by_hand", "scales")', ""),  # scales waits for by_hand
        ('("halves",)', "is said to violate halves, and fails by_hand"),
        ('("by_hand", "halves")', "is said to violate by_hand, halves, and fails by_hand"),
    ],
)
def test_a_bank_is_held_to_what_it_says_is_violated(tmp_path, violates, problem):
    said = bank(WRONG).replace("name='smaller')", f"name='smaller', violates={violates})")
    _, problems = prove(make(tmp_path, checks=more(PROPERTIES), bank=said))
    assert problems == ([f"the misconception 'smaller' {problem}"] if problem else [])


def test_violates_takes_names(tmp_path):
    said = bank(WRONG).replace("name='identity')", "name='identity', violates='by_hand')")
    with pytest.raises(GraderError, match="violates takes names of checks"):
        prove(make(tmp_path, bank=said))
