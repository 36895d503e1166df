"""`@needs` and `@bonus`: what is not run while another check fails, and what "done" does without."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner
from test_validate import make

from grader.checks import needs
from grader.cli.run import run as run_command
from grader.cli.show import show
from grader.course import read_submission
from grader.reports.model import Status, Verdict
from grader.session.grading import grade
from grader.session.options import RunOptions

CHECKS = '''
    import numpy as np
    import pytest
    from grader.checks import assert_close, bonus, check, needs, normal, points


    @points(3)
    @pytest.mark.parametrize("n", [2, 3])
    def test_values(submission, rng, n):
        """{n} numbers are right."""
        x = normal(rng, n) - 3
        assert_close(submission.relu(x), np.maximum(x, 0), name="out", oracle="by hand")


    @needs("test_values")
    def test_twice(submission, rng):
        """It changes nothing the second time."""
        x = submission.relu(normal(rng, 3))
        assert_close(submission.relu(x), x, name="out", oracle="by hand")


    @needs("test_twice")
    def test_thrice(submission, rng):
        """Nor the third time."""
        x = submission.relu(submission.relu(normal(rng, 3)))
        assert_close(submission.relu(x), x, name="out", oracle="by hand")


    @bonus
    @points(2)
    def test_more(submission, rng):
        """An array of no number is right too."""
        x = submission.relu(normal(rng, 4).reshape(2, 2)[:, :0])
        check(x.shape == (2, 0), "the shape stays")
'''


def run(tmp_path, body, **course):
    made = make(tmp_path, **{"checks": CHECKS, **course})
    path = tmp_path / "relu.py"
    path.write_text(f"import numpy as np\n\ndef relu(x):\n{textwrap.indent(body, '    ')}\n")
    return grade(made, made.exercises, read_submission(path, made), RunOptions(seed=3))


def verdicts(report):
    return {check.name: check.verdict for check in report.exercises[0].checks}


def test_a_check_waits_for_the_one_that_it_needs_and_for_what_that_waits_for(tmp_path):
    report = run(tmp_path, "return x * 1.0")
    assert verdicts(report) == {
        "test_values[2]": Verdict.FAILED,
        "test_values[3]": Verdict.FAILED,
        "test_twice": Verdict.BLOCKED,
        "test_thrice": Verdict.BLOCKED,
        "test_more": Verdict.PASSED,
    }
    (result,) = report.exercises
    assert [c.failure.headline for c in result.checks if c.verdict is Verdict.BLOCKED] == [
        "Not run: it waits for “2 numbers are right.”"
    ] * 2
    assert (result.status, result.earned, result.points) == (Status.FAILED, 0, 8)
    assert (result.bonus_earned, result.bonus_points, report.exit_code) == (2, 2, 1)


def test_a_bonus_that_is_not_earned_takes_nothing(tmp_path):
    report = run(tmp_path, "if not x.size:\n    return x.T\nreturn np.maximum(x, 0)")
    (result,) = report.exercises
    assert verdicts(report)["test_more"] is Verdict.FAILED
    assert (result.status, result.earned, result.points, report.exit_code) == (Status.PASSED, 8, 8, 0)
    assert (result.bonus_earned, result.bonus_points) == (0, 2)


def test_what_is_not_started_is_nothing_to_wait_for(tmp_path):
    report = run(tmp_path, 'raise NotImplementedError("relu")')
    assert set(verdicts(report).values()) == {Verdict.NOT_STARTED}
    assert report.exercises[0].status is Status.NOT_STARTED


@pytest.mark.parametrize("needed", ["test_later", "test_nowhere", "test_itself"])
def test_a_need_that_can_never_be_met_is_a_fault_of_the_checks(tmp_path, needed):
    checks = f'''
        from grader.checks import needs, normal, assert_responds

        @needs("{needed}")
        def test_itself(submission, rng):
            """It answers."""
            assert_responds(submission.relu(normal(rng, 3)), submission.relu(normal(rng, 3)), name="out")

        def test_later(submission, rng):
            """It answers, later."""
            assert_responds(submission.relu(normal(rng, 3)), submission.relu(normal(rng, 3)), name="out")
    '''
    report = run(tmp_path, "return x", checks=checks)
    assert report.exit_code == 3
    assert f"test_itself needs {needed}, and no check of that name stands before it." in report.faults[0]


def test_needs_takes_names_of_checks():
    for names in ((), ("values",)):
        with pytest.raises(ValueError, match="names of the checks"):
            needs(*names)


# -- as a learner, a pipeline and an editor see it ------------------------------------------------------------------

UNEARNED = "if not x.size:\n    return x.T\nreturn np.maximum(x, 0)"
WRONG = "return x * 1.0"


@pytest.mark.parametrize(
    ("body", "code", "says", "counts"),
    [
        (UNEARNED, 0, ["✓ relu              8/8 + 0 of 2 bonus", "☆ An array of no number is right too."], ("0", "1")),
        (WRONG, 1, ["✗ relu              0/8 + 2 of 2 bonus", "◌ 2 more checks wait for this one"], ("2", "2")),
    ],
)
def test_the_commands_say_so(tmp_path, monkeypatch, body, code, says, counts):
    made = make(tmp_path / "course", checks=CHECKS)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "relu.py").write_text(f"import numpy as np\n\ndef relu(x):\n{textwrap.indent(body, '    ')}\n")
    asked = ["day1.relu", "--course", str(made.root), "--submission", "relu.py", "--seed", "3"]
    runner = CliRunner()
    ended = runner.invoke(run_command, asked, standalone_mode=False)
    assert ended.return_value == code
    shown = runner.invoke(show, ["--course", str(made.root)], standalone_mode=False)
    assert shown.return_value == code
    for words in says:
        assert words in ended.stdout
        assert words in shown.stdout
    junit = runner.invoke(run_command, [*asked, "--format", "junit"], standalone_mode=False).stdout
    suite = ET.fromstring(junit.encode())[0]
    assert (suite.get("failures"), suite.get("skipped")) == counts
    explained = runner.invoke(show, ["--explain", "more", "--course", str(made.root)], standalone_mode=False).stdout
    assert ("not earned" in explained) is (body == UNEARNED)


def test_pytest_expects_a_bonus_to_fail_and_skips_what_waits(tmp_path):
    made = make(tmp_path / "course", checks=CHECKS)

    def outcomes(body):
        (tmp_path / "relu.py").write_text(f"import numpy as np\n\ndef relu(x):\n{textwrap.indent(body, '    ')}\n")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
        asked = ["--grade", "day1.relu", "--grade-seed", "3", "--course", str(made.root)]
        ended = subprocess.run(
            [*command, *asked, "--submission", str(tmp_path / "relu.py"), "-c", "/dev/null", "-rs"],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        return ended.returncode, ended.stdout

    code, said = outcomes(UNEARNED)
    assert code == 0, said
    assert "4 passed, 1 xfailed" in said
    code, said = outcomes(WRONG)
    assert code == 1
    assert "2 failed, 1 passed, 2 skipped" in said
    assert "Not run: it waits for “2 numbers are right.”" in said
