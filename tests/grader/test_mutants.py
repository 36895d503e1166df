"""Machine-made mistakes: which edits are made, that a hole in checks is found, and what marks do.

The course itself: ``pytest -m full -s tests/grader/test_mutants.py``, minutes on two cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import msgspec
import pytest

from grader.author.equivalent import read_marks
from grader.author.gallery import with_answer
from grader.author.mutants import Baseline, Trial, try_mutants
from grader.author.validate import Conduct
from grader.course import find_course, read_submission
from grader.errors import GraderError
from grader.mutation import misconducts, mutants
from grader.mutation.conduct import misbehaving
from grader.reports.model import Status
from grader.reports.mutation import LEAST_SCORE, Fate, Mutation, lines
from grader.session.grading import Session
from grader.session.options import RunOptions
from grader.session.pool import Ended


def edits(source, kind=""):
    """Every edit as old → new, of one kind or of all."""
    text = textwrap.dedent(source).strip("\n") + "\n"
    return [f"{one.old} → {one.new}" for one in mutants(text) if kind in {"", one.kind}]


def test_a_small_function_has_exactly_these_mutants():
    source = """
        def f(x, n):
            return x.sum(0) / n  # the mean
    """
    line = "return x.sum(0) / n"
    assert sorted(edits(source)) == sorted(
        f"{line} → {new}"
        for new in [
            "pass",  # the statement dropped
            "return n / x.sum(0)",  # order
            "return x.sum(0)",  # a term dropped
            "return x.sum(0) * n",  # operator
            "return x / n",  # the call dropped
            "return x.mean(0) / n",  # function
            "return x.sum(0, keepdims=True) / n",  # keepdim
            "return x.sum() / n",  # the axis dropped
            "return x.sum(1) / n",  # axis
            "return x.sum(-1) / n",
        ]
    )


@pytest.mark.parametrize(
    ("kind", "line", "expected"),
    [
        ("operator", "a = b ** 2", ["a = b * 2"]),
        ("operator", "a += b", ["a -= b"]),
        ("= for +=", "a += b", ["a = b"]),
        ("+= for =", "a[0] = b", ["a[0] += b"]),
        ("number", "a = b[0]", ["a = b[1]", "a = b[-1]"]),
        ("number", "a = b[-1]", ["a = b[0]", "a = b[-2]"]),
        ("number", "a = 1e-05", ["a = 0.0001"]),
        ("axis", "a = b.max(dim=1)", ["a = b.max(dim=0)", "a = b.max(dim=2)"]),
        ("flag", "a = b.mean(0, keepdim=True)", ["a = b.mean(0, keepdim=False)"]),
        ("comparison", "a = b < c", ["a = b <= c", "a = b > c"]),
        ("comparison", "a = b not in c", ["a = b in c"]),
        ("and or", "a = b and c", ["a = b or c"]),
        ("argument order", "a = f(b, c)", ["a = f(c, b)"]),
        ("transpose", "a = b.T @ c", ["a = b @ c", "a = b.T @ c.T"]),
        ("transpose", "a = b.transpose(-2, -1)", ["a = b"]),
        ("bias", "a = b.var(0)", ["a = b.var(0, ddof=1)"]),
        ("epsilon outside", "a = np.sqrt(v + eps)", ["a = (np.sqrt(v) + eps)"]),
        ("epsilon outside", "a = (v + eps) ** -0.5", ["a = (v ** -0.5 + eps)"]),
        ("epsilon inside", "a = np.sqrt(v) + eps", ["a = np.sqrt(v + eps)"]),
        ("function", "a = np.argmax(b)", ["a = np.argmin(b)"]),
        ("slice", "a = b[:n]", ["a = b[:]", "a = b[:n + 1]", "a = b[:n - 1]"]),
        ("text", "a = float('-inf')", ["a = float('inf')"]),
        ("order", "return dx, dw", ["return dw, dx"]),
        ("branch dropped", "a = b if c else d", ["a = b", "a = d"]),
        ("sign", "a = -b", ["a = b"]),
        ("call dropped", "a = b.detach()", ["a = b"]),
        ("call dropped", "a = (b - c).detach() * d", ["a = (b - c) * d"]),
        ("order", "b, c = 0.0, 0", []),
        ("range", "a = range(n)", ["a = range(n - 1)", "a = range(n + 1)"]),
    ],
)
def test_kinds_of_edits(kind, line, expected):
    source = f"import numpy as np\n\n\ndef f(b, c, d, n, v, eps, dx, dw):\n    a = 3\n    {line}\n    return a\n"
    found = [one.new for one in mutants(source, [range(6, 7)]) if one.kind == kind]
    assert found == expected


def test_statements_leave_a_loop_and_enter_it():
    source = """
        def f(xs):
            total = 0
            for x in xs:
                y = x * 2
                total = total + y
            total = total / 2
            return total
    """
    assert edits(source, "out of the loop") == ["for x in xs:\n    total = total + y → for x in xs:\ntotal = total + y"]
    assert edits(source, "into the loop") == ["for x in xs:\ntotal = total / 2 → for x in xs:\n    total = total / 2"]
    moved = [one for one in mutants(textwrap.dedent(source)) if one.kind == "out of the loop"]
    space: dict[str, object] = {}
    exec(moved[0].source, space)
    assert space["f"]([1, 2, 3]) == 3  # the last alone


def test_neighbours_change_places_only_where_that_can_matter():
    source = """
        def f(x):
            a = x + 1
            b = x + 2
            c = a + b
            return c
    """
    assert edits(source, "moved by one") == [
        "b = x + 2\nc = a + b → c = a + b\nb = x + 2",
        "c = a + b\nreturn c → return c\nc = a + b",
    ]


def test_mutants_are_python_and_differ_from_each_other_and_from_the_solution():
    text = find_course().exercise("lecture5.batchnorm").solution.read_text("utf-8")
    made = list(mutants(text))
    assert len({one.source for one in made} | {text}) == len(made) + 1
    for one in made:
        compile(one.source, "<mutant>", "exec")
        assert one.old != one.new


def test_words_decide_nothing_and_are_not_edited():
    source = '''
        def f(x: "list[int]") -> "int":
            """Take 1 off."""
            if x:
                raise ValueError(f"not {x} " + "at all")
            return x
    '''
    assert edits(source, "text") == edits(source, "number") == []


# -- a small course ---------------------------------------------------------------------------------------------------

SOLUTION = '''
    """Two functions. Source: lecture 1."""

    # /// exercise
    # title = "two"
    # packages = "numpy"
    # hints = ["a", "b", "c"]
    # ///

    import numpy as np


    def scaled(x: np.ndarray, c: float) -> np.ndarray:
        """Return c x."""
        # solution
        return x * c
        # end solution


    def halvings(n: int) -> int:
        """Return how often n > 0 can be halved, rounded down, until it is 1."""
        # solution
        count = 0
        while n > 1:
            n //= 2
            count += 1
        return count
        # end solution
'''
CHECKS = '''
    import numpy as np
    from grader.checks import assert_close, assert_unchanged, check, integer, normal


    def test_scaled(submission, rng):
        """scaled is c times x."""
        for _ in range(3):
            x, c = normal(rng, 3, 4), float(rng.uniform(2, 3))
            for factor in (c, -c):
                out = assert_unchanged(submission.scaled, x, factor)
                assert_close(out, x * factor, name="out", oracle="by hand")


    def test_halvings(submission, rng):
        """halvings counts the halvings."""
        for n in (1, 2, *(integer(rng, 3, 99) for _ in range(9))):
            check(submission.halvings(n) == n.bit_length() - 1, f"{n} it is not.")
'''


def make(root, checks=CHECKS, marks=None):
    files = {
        "exercises/day1/unit.toml": 'title = "by hand"\nexercises = ["two"]\n',
        "solutions/day1/two.py": SOLUTION,
        "tests/hidden/day1/test_two.py": checks,
        **({} if marks is None else {"solutions/day1/two.equivalent.toml": marks}),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(textwrap.dedent(text).lstrip())
    return find_course(root)


def attempt(course):
    return try_mutants(course, course.exercises, Conduct())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    course = make(tmp_path_factory.mktemp("whole"))
    return try_mutants(course, course.exercises, Conduct(jobs=2))


def test_checks_that_lack_nothing_reject_every_mutant(whole):
    assert [(one.kind, one.old, one.new) for one in whole.holes] == []
    assert whole.problems == ()
    assert whole.is_enough
    tally = whole.tally("day1.two")
    assert tally == whole.tally()
    assert tally.score == 1.0
    assert tally.conducts == tally.conducts_killed > 10


def test_a_loop_without_an_end_costs_little(whole):
    endless = {one.new for one in whole.tried if one.fate is Fate.ENDLESS}
    assert "pass" in endless  # in the place of n //= 2
    assert whole.seconds < 240


def test_each_mutant_says_which_check_rejects_it(whole):
    (one,) = [one for one in whole.tried if one.new == "return x / c"]
    assert (one.fate, one.by, one.function) == (Fate.KILLED, "test_scaled", "scaled")


def test_float32_inside_is_nothing_to_what_takes_no_floats(tmp_path):
    solution = SOLUTION.replace("x: np.ndarray, c: float", "x: np.ndarray, c: int")
    text = textwrap.dedent(solution)
    assert any(one.kind == "float32 inside" for one in misconducts(text, ["scaled"], [range(1, 99)]))
    checks = CHECKS.replace("normal(rng, 3, 4), float(rng.uniform(2, 3))", "rng.integers(0, 9, (3, 4)), 2")
    course = make(tmp_path, checks=checks)
    (one,) = [one for one in attempt(course).tried if one.kind == "float32 inside"]
    assert one.fate is Fate.IDLE


def test_the_wrapping_of_bad_conduct_is_seen_by_no_check():
    course = find_course()
    exercises = course.resolve(["lecture5.linear", "lecture7.head", "lecture7.tokenizer", "lecture9.codec"])
    solutions = read_submission(course.root / "solutions", course)
    with Session(course, exercises, RunOptions(alone=True, names=False, brief=True)) as session:
        for exercise in exercises:
            text = exercise.solution.read_text("utf-8")
            names = {one.function for one in misconducts(text, exercise.symbols, [range(1, 999)])}
            for name in names:
                if "." in name or f"def {name}(" in text:  # a class has its methods wrapped
                    text = misbehaving(text, name, "nothing")
            (result,) = session.grade([exercise], with_answer(solutions, exercise, text), 1).exercises
            assert result.status is Status.PASSED, exercise.id


HOLE = (
    CHECKS.replace("(1, 2, *(integer(rng, 3, 99) for _ in range(9)))", "(4, 8, 2 ** integer(rng, 2, 6))")
    .replace("for _ in range(3)", "for _ in range(1)")
    .replace("(c, -c)", "(c,)")
)
MARK = """
    [[mutant]]
    function = "halvings"
    old = "while n > 1:"
    new = "while n > 2:"
    why = "it is not, but a test says so"
"""


def test_a_hole_is_found_and_shown_with_its_edit(tmp_path):
    result = attempt(make(tmp_path, HOLE))
    holes = {(one.kind, one.old, one.new) for one in result.holes}
    assert ("operator", "n //= 2", "n /= 2") in holes  # where n is a power of 2
    assert ("first answer kept", "", "") in holes  # where there is one call
    assert not result.is_enough
    told = "\n".join(lines(result))
    assert "day1.two, halvings, line 24: operator\n  - n //= 2\n  + n /= 2\n" in told
    assert "day1.two, scaled, line 12: first answer kept" in told


def test_a_mark_takes_a_mutant_out(tmp_path):
    mark = """
        [[mutant]]
        function = "halvings"
        old = "n //= 2"
        new = ["n /= 2"]
        why = "powers of 2 alone are asked for"

        [[mutant]]
        function = "scaled"
        conduct = ["first answer kept", "right only the first time"]
        why = "a test says so"
    """
    course = make(tmp_path, HOLE, mark)
    result = attempt(course)
    assert result.problems == ()
    marked = {one.new or one.kind: one.by for one in result.tried if one.fate is Fate.EQUIVALENT}
    assert marked["n /= 2"] == "powers of 2 alone are asked for"
    assert marked["first answer kept"] == "a test says so"
    assert result.tally().out == 3


def test_a_mark_that_says_nothing_any_more_is_a_problem(tmp_path):
    gone = MARK.replace("halvings", "thirds")
    result = attempt(make(tmp_path, marks=MARK + gone))
    assert result.problems == (
        "day1.two: two.equivalent.toml marks 'while n > 1:' → 'while n > 2:' in halvings, but test_halvings rejects it",
        "day1.two: two.equivalent.toml marks 'while n > 1:' → 'while n > 2:' in thirds, but there is no such mutant",
    )
    assert not result.is_enough


@pytest.mark.parametrize("marks", ["[[mutant]]\nfunction = 'f'\nold = 'a'\nnew = 'b'\n", "[[mutant]\n"])
def test_a_mark_without_a_reason_is_refused(tmp_path, marks):
    course = make(tmp_path, marks=marks)
    with pytest.raises(GraderError, match=r"needs function, old, new and why|not valid TOML"):
        read_marks(course.exercises[0])


def test_a_solution_that_fails_has_no_mutants(tmp_path):
    result = attempt(make(tmp_path, CHECKS.replace("x * factor,", "x + factor,")))
    assert result.problems == ("day1.two: the solution fails test_scaled",)
    assert result.tried == ()
    assert not result.is_enough


def test_the_command_prints_the_table_and_writes_json(tmp_path):
    make(tmp_path / "course", HOLE)
    out = tmp_path / "mutants.json"
    command = [sys.executable, "-c", "from grader.cli.main import main; main()", "validate", "--mutants", "-j", "1"]
    ran = subprocess.run(
        [*command, "--course", str(tmp_path / "course"), "--json", str(out)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 1, ran.stderr
    assert "exercise  mutants  killed  equivalent  survive    score  conduct" in ran.stdout
    assert "98 % wanted" in ran.stdout
    result = msgspec.json.decode(out.read_bytes(), type=Mutation)
    assert result.tally().made == len(result.tried) > 30


def test_a_batch_that_ends_its_process_is_tried_again_one_by_one(tmp_path):
    course = make(tmp_path)
    trial = Trial(course, course.exercises, Conduct())
    trial.hear(Ended(trial.next_job(0), Baseline()))
    batch = trial.next_job(0)
    waiting = len(trial.waiting)
    lost = GraderError("A process of the grader was ended by signal 9.")
    trial.hear(Ended(batch, error=lost, lost=True))
    assert len(trial.waiting) == waiting + len(batch.args[-1])
    assert trial.tried == []
    alone = trial.waiting.pop()
    assert len(alone.args[-1]) == 1
    trial.hear(Ended(alone, error=lost, lost=True))
    assert [(one.fate, one.by) for one in trial.tried] == [(Fate.BROKEN, str(lost))]


@pytest.mark.full
def test_the_course_finds_nearly_all_mistakes():
    course = find_course()
    result = try_mutants(course, course.exercises, Conduct(jobs=os.cpu_count() or 1))
    print("\n".join(lines(result)))
    assert result.problems == ()
    assert result.tally().score >= LEAST_SCORE
    assert result.tally().conducts == result.tally().conducts_killed
