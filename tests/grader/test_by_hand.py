"""The failing call as Python: what is pasted gives what the check got, weights and all."""

import subprocess
import sys

import msgspec
import pytest

from grader.course import find_course, read_submission
from grader.reports.html import to_html
from grader.reports.model import Verdict
from grader.reports.story import find_check, story
from grader.session.grading import grade
from grader.session.options import RunOptions

COURSE = find_course(None)


def graded(folder, exercise, *changes):
    """The result of an exercise whose solution has been changed, and the folder that it was graded in."""
    chosen = COURSE.exercise(exercise)
    (folder / chosen.unit).mkdir()
    for file in chosen.solution.parent.glob("*.py"):
        (folder / chosen.unit / file.name).write_text(file.read_text())
    text = chosen.solution.read_text()
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = new.join(text.rsplit(old, 1))
    (folder / chosen.unit / f"{chosen.name}.py").write_text(text)
    options = RunOptions(seed=4, names=False, training=False, alone=True)
    return grade(COURSE, [chosen], read_submission(folder, COURSE), options)


def coded(report):
    return [
        (check, check.failure.counterexample)
        for check in report.exercises[0].checks
        if check.failure is not None and check.failure.counterexample is not None and check.failure.counterexample.code
    ]


def pasted(folder, code):
    """What the last line of some Python gives, flat, as numbers."""
    *lines, last = code.split("\n")
    text = "\n".join([*lines, f"print(*{last}.flatten().tolist())"])
    ended = subprocess.run([sys.executable, "-c", text], cwd=folder, capture_output=True, text=True)
    return [float(number) for number in ended.stdout.split()], ended.stderr


@pytest.mark.parametrize(
    ("exercise", "changes"),
    [
        ("lecture7.head", [(" * k.shape[-1] ** -0.5", "")]),  # a module, its weights loaded, put into a mode
        ("lecture4.batchnorm", [(" * ", " + ")]),  # a class, its tensors set by methods that a call made
        ("lecture4.modules", [(" @ self.weight", " @ self.weight * 2")]),
    ],
)
def test_what_is_pasted_gives_what_the_check_got(tmp_path, exercise, changes):
    found = coded(graded(tmp_path, exercise, *changes))
    assert found
    for check, example in found:
        numbers, said = pasted(tmp_path, example.code)
        assert numbers, said
        row = (
            example.yours.rpartition("]  ")[2]
            if example.yours.startswith("[") and "]  " in example.yours
            else example.yours
        )
        for part in row.replace("[", " ").replace("]", " ").replace(",", " ").split():
            assert any(abs(number - float(part)) <= 2e-5 * (1 + abs(number)) for number in numbers), (check.name, part)


def test_an_exception_comes_again(tmp_path):
    found = coded(graded(tmp_path, "lecture7.head", ("return wei @ v", "return wei @ v[:, :, :, :, 0]")))
    assert found and all(check.verdict is Verdict.RAISED for check, _ in found)
    _, said = pasted(tmp_path, found[0][1].code)
    assert "IndexError: too many indices" in said


def test_where_the_words_say_all_there_is_no_code(tmp_path):
    report = graded(tmp_path, "lecture5.cross_entropy", ("return ", "return 2 * "))
    shown = [check for check in report.exercises[0].checks if check.failure and check.failure.counterexample]
    small = [check for check in shown if "tensor" not in str(check.failure.counterexample.inputs)]
    assert small and not any(check.failure.counterexample.code for check in small)


def test_what_is_too_large_has_none(tmp_path):
    report = graded(tmp_path, "lecture7.gpt", ("return logits, loss", "return 2 * logits, loss"))
    failures = [check.failure for check in report.exercises[0].checks if check.failure and check.failure.counterexample]
    assert failures and all(len(failure.counterexample.code) <= 12_000 for failure in failures)


def test_story_and_page_have_it_and_a_hidden_check_has_none(tmp_path):
    report = graded(tmp_path, "lecture7.head", (" * k.shape[-1] ** -0.5", ""))
    check, example = coded(report)[0]
    exercise, _ = find_check(report, f"lecture7.head.{check.name}")
    lines = ["".join(span.text for span in line) for line in story(report, exercise, check, width=40)]
    at = lines.index("import torch")
    assert "\n".join(lines[at:]).startswith(example.code)
    assert "load_state_dict" in to_html(report).decode() and "To try it by hand" in to_html(report).decode()
    without = msgspec.structs.replace(example, code="")
    plain = msgspec.structs.replace(check, failure=msgspec.structs.replace(check.failure, counterexample=without))
    assert not any("by hand" in "".join(s.text for s in line) for line in story(report, exercise, plain))
