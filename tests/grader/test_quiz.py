"""Quizzes: a dict of answers, a check a question; released, validated, graded."""

from __future__ import annotations

import shutil
import textwrap

import numpy as np
import pytest

from grader.author.release import release
from grader.author.validate import validate
from grader.checks.context import CheckFailed
from grader.checks.quiz import assert_choice, assert_number, normalised, seal
from grader.course import find_course, read_submission
from grader.errors import GraderError
from grader.reports.model import Status, Verdict
from grader.sandbox.request import NotStarted, RaisedError
from grader.session.grading import Session
from grader.session.sentences import exception_sentence

SOLUTION = '''
    """Two questions. Source: lecture 1."""

    # /// exercise
    # title = "two questions"
    # packages = "numpy"
    # quiz = true
    # hints = ["think", "compute", "write"]
    # ///

    answers: dict[str, object] = {
        # 1. How many classes has MNIST?
        "classes": None,
        # 2. Two linear layers are  (a) W1 + W2  (b) W1 @ W2  (c) W2 @ W1
        "collapse": None,
    }

    # solution
    answers |= {"classes": 10, "collapse": "b"}
    # end solution
'''
CHECKS = '''
    from grader.checks import assert_choice, assert_number

    OPTIONS = {{"a": "W1 + W2", "b": "W1 @ W2", "c": "W2 @ W1"}}


    def test_classes(submission):
        """Question 1: the classes of MNIST."""
        assert_number(submission, "classes", len("0123456789"))


    def test_collapse(submission):
        """Question 2: two linear layers are one."""
        assert_choice(submission, "collapse", OPTIONS, "{sealed}", explain=lambda choice: f"That is {{choice}}.")
'''
BANK = """
    from grader.checks import misconception

    answers = misconception("Zero is a digit too.", name="nine")({"classes": 9.0})
    answers = misconception("MNIST has no letters.", name="letters")({"classes": 36})
    answers = misconception("Those are the pixels.", name="pixels")({"classes": 784.0})
    answers = misconception("Adding them needs equal shapes.", name="sum")({"collapse": "a"})
    answers = misconception("x meets W1 first: it stands on the left.", name="order")({"collapse": "c"})
"""
RIGHT = (
    '{"classes": 5 + 5, "collapse": "b"}',
    'dict(classes=10.0, collapse="B")',
    '{"collapse": "(b)", "classes": 10}',
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    files = {
        "exercises/day1/unit.toml": 'title = "quiz"\nexercises = ["two"]\n',
        "exercises/day1/README.md": "`two` has two questions.\n",
        **{
            f"tests/alternatives/day1/two/{number}.py": f"answers = {answers}\n" for number, answers in enumerate(RIGHT)
        },
        "solutions/day1/two.py": SOLUTION,
        "tests/hidden/day1/test_two.py": CHECKS.format(sealed=seal("collapse", "b")),
        "tests/misconceptions/day1/two.py": BANK,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    release(find_course(root), check=False)
    return find_course(root)


def stub_with(course, **answers):
    text = (course.root / "exercises/day1/two.py").read_text()
    for question, answer in answers.items():
        text = text.replace(f'"{question}": None', f'"{question}": {answer}')
    return text


def grade(course, tmp_path, text):
    (tmp_path / "day1").mkdir()
    (tmp_path / "day1/two.py").write_text(text)
    with Session(course, course.exercises) as session:
        report = session.grade(course.exercises, read_submission(tmp_path, course), 5)
    assert report.faults == ()
    return report.exercises[0]


def test_a_quiz_proves_itself_though_recorded_answers_pass_it(course):
    result = validate(course, course.exercises, seeds=2)
    assert [problem.text for problem in result.problems] == []
    assert len(result.matrix.rows) == 5


def test_the_stub_asks_and_does_not_tell(course):
    text = stub_with(course)
    assert '"collapse": None' in text
    assert "answers |=" not in text


def test_each_question_has_its_own_verdict(course, tmp_path):
    result = grade(course, tmp_path, stub_with(course, collapse='"a"'))
    classes, collapse = result.checks
    assert result.status is Status.FAILED
    assert classes.verdict is Verdict.NOT_STARTED
    assert "classes is not answered yet" in classes.failure.headline
    assert collapse.verdict is Verdict.FAILED
    assert collapse.failure.headline == '"a" ("W1 + W2") is not the answer to collapse.\nThat is a.'
    assert [finding.name for finding in collapse.failure.findings] == ["sum"]


def test_the_bank_knows_a_wrong_answer_in_any_spelling(course, tmp_path):
    result = grade(course, tmp_path, stub_with(course, collapse='"(C)"', classes="35.99"))
    assert [check.failure.findings[0].name for check in result.checks] == ["letters", "order"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "defines no answers"),
        ("answers = {}\n", "has no 'classes' any more"),
        ("answers = 3\n", "must be the stub's dict"),
        ("answers = {'classes': '10', 'collapse': 2}\n", "without quotes"),
        ("answers = {'classes': True, 'collapse': 'd'}\n", "a number is wanted"),
    ],
)
def test_what_is_no_answer_is_told_so(course, tmp_path, text, said):
    result = grade(course, tmp_path, text)
    assert {check.verdict for check in result.checks} == {Verdict.FAILED}
    assert said in result.checks[0].failure.headline


def mended(course, tmp_path, path, old, new):
    """A copy of the course with one text changed in one file; the file of checks gets a name of its own for pytest."""
    root = tmp_path / "mended"
    shutil.copytree(course.root, root)
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))
    release(find_course(root), check=False)
    return find_course(root)


def problems(course):
    return " ".join(problem.text for problem in validate(course, course.exercises, seeds=1).problems)


def test_only_a_quiz_may_be_passed_by_recorded_answers(course, tmp_path):
    no_quiz = mended(course, tmp_path, "solutions/day1/two.py", "# quiz = true\n", "")
    assert "test_collapse is passed by answers recorded in another run" in problems(no_quiz)


def test_a_check_of_a_function_is_held_to_the_rule_in_a_quiz_too(course, tmp_path):
    calls = '\n\ndef test_call(submission):\n    """Calls."""\n    assert submission.answers["classes"] == 10\n'
    path = "tests/hidden/day1/test_two.py"
    text = (course.root / path).read_text()
    found = problems(mended(course, tmp_path, path, text, text + calls))
    assert "test_call is passed by answers recorded in another run" in found
    assert "test_collapse" not in found


def test_a_question_that_a_thoughtless_answer_passes_is_found(course, tmp_path):
    path = "tests/hidden/day1/test_two.py"
    found = problems(mended(course, tmp_path, path, 'len("0123456789")', "10, rtol=1.0"))
    assert "test_classes is passed by an answer without thought" in found


class Answers:
    def __init__(self, **answers):
        self.answers = answers


@pytest.mark.parametrize("spelling", ["b", "B", " b ", "(b)", "b)", "B."])
def test_a_choice_may_be_spelt_in_many_ways(spelling):
    assert_choice(Answers(q=spelling), "q", {"a": "", "b": "", "c": ""}, seal("q", "b"))


@pytest.mark.parametrize("spelling", ["Zero_grad", "zero grad", "ZERO-GRAD", "zero_grad"])
def test_words_are_compared_by_their_letters(spelling):
    assert normalised(spelling) == "zero grad"


def test_signs_are_no_letters():
    assert normalised("W1 @ W2!") == "w1 w2"


@pytest.mark.parametrize("number", [10, 10.0, np.float32(10), np.int64(10), np.array([10.0]), 10.05])
def test_a_number_may_be_of_any_kind(number):
    assert_number(Answers(q=number), "q", 10)


@pytest.mark.parametrize("number", [True, "10", 9, 11, float("nan"), float("inf"), -10, 10**400, [10], 10j])
def test_other_numbers_fail(number):
    with pytest.raises(CheckFailed):
        assert_number(Answers(q=number), "q", 10)


def test_none_is_not_started():
    with pytest.raises(NotStarted, match="not answered yet"):
        assert_number(Answers(q=None), "q", 10)


def test_a_hash_that_fits_no_option_is_the_authors_fault():
    with pytest.raises(GraderError, match="exactly one option"):
        assert_choice(Answers(q="a"), "q", {"a": "", "b": ""}, seal("q", "c"))


def test_a_hash_belongs_to_its_question():
    assert seal("one", "a", "5a1f") != seal("two", "a", "5a1f")
    assert seal("one", "a") != seal("one", "a")


@pytest.mark.parametrize(
    ("name", "hint"), [("b", 'Letters go in quotes: "b".'), ("init", 'Answers go in quotes: "init".')]
)
def test_an_answer_without_quotes_is_told_so(name, hint):
    error = RaisedError({"type": "NameError", "message": f"name '{name}' is not defined"}, None)
    assert exception_sentence(error, "", "", quiz=True).endswith(hint)
    assert hint not in exception_sentence(error, "", "")
