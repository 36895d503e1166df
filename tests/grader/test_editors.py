"""What editors are told: `grade --format editor`, VS Code's tasks that read it, and the folder's pyproject.toml."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib

import pytest
from learner import RIGHT, WRONG, Learner, run
from reports_samples import failed

from grader.course.editors import PROBLEM, project
from grader.course.find import find_course
from grader.reports.editor import to_editor
from grader.reports.model import ExerciseResult, Failure, Finding, Frame, Isolation, Report, Verdict


@pytest.fixture(scope="module")
def learner(tmp_path_factory):
    return Learner(tmp_path_factory.mktemp("edited"))


def matcher(folder):
    """The pattern of the first task's problem matcher, as VS Code would read it."""
    task = json.loads((folder / ".vscode/tasks.json").read_text())["tasks"][0]
    return task, task["problemMatcher"]["pattern"]


def problems(text, pattern):
    """What VS Code would show: file, line and message of each line that the pattern matches."""
    found = (re.search(pattern["regexp"], line) for line in text.splitlines())
    return [(f[pattern["file"]], int(f[pattern["line"]]), f[pattern["message"]]) for f in found if f]


def test_the_tasks_read_what_the_grader_prints(learner):
    learner.write("alone", "import math\n\n\n" + WRONG)
    learner.write("first", "def {name}(x):\n    return 1 / 0\n")
    learner.write("fragile", RIGHT)
    task, pattern = matcher(learner.here)
    names = {"${fileDirnameBasename}": "day1", "${fileBasenameNoExtension}": "alone"}
    words = [re.sub(r"\$\{\w+\}", lambda found: names[found[0]], word) for word in task["args"]]
    assert task["command"] == "${command:python.interpreterPath}" and words[3] == "day1.alone"
    done = subprocess.run([sys.executable, *words], cwd=learner.here, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stderr
    ((file, line, message),) = problems(done.stdout, pattern)
    assert len(done.stdout.splitlines()) == 1
    assert (learner.here / file).samefile(learner.file("alone"))
    assert line == 4
    assert message.endswith("[day1.alone: doubles]")
    assert not problems(done.stderr, pattern)
    assert "1 of 2 points" in done.stderr
    said, _ = learner("day1", "--format", "editor", code=1)
    found = problems(said, pattern)
    assert len(found) == len(said.splitlines()) == 3  # none of what is not started, and none of what passed
    assert ("exercises/day1/first.py", 2) in [(file, line) for file, line, _ in found]
    assert any("ZeroDivisionError" in message for _, _, message in found)
    learner("day1", "--format", "editor", "--output", "problems.txt", code=1)
    assert len(problems((learner.here / "problems.txt").read_text(), pattern)) == 3


def test_a_file_that_python_cannot_read_is_one_problem_at_its_line(learner):
    before = learner.file("alone").read_text()
    learner.file("alone").write_text("def alone(x):\n    y = x\n    return (y,\n")
    said, _ = learner("day1.alone", "--format", "editor", code=1)
    learner.file("alone").write_text(before)
    ((file, line, message),) = problems(said, matcher(learner.here)[1])
    assert (file, line) == ("exercises/day1/alone.py", 3)
    assert message.endswith("[day1.alone]")


def test_what_passes_is_no_problem(learner):
    learner.write("fragile", RIGHT)
    said, told = learner("day1.fragile", "--format", "editor")
    assert said == ""
    assert "2 of 2 points" in told


def test_every_task_names_something_to_grade(learner):
    tasks = json.loads((learner.here / ".vscode/tasks.json").read_text())["tasks"]
    assert [task["args"][3] for task in tasks] == [
        "${fileDirnameBasename}.${fileBasenameNoExtension}",
        "${fileDirnameBasename}",
        "all",
    ]
    for task in tasks:
        assert task["args"][-2:] == ["--course", str(learner.course.root)]
        assert task["problemMatcher"]["pattern"]["regexp"] == PROBLEM
        assert task["options"]["cwd"] == "${workspaceFolder}"


def report(*checks, file="exercises/day1/alone.py"):
    return Report(seed=1, isolation=Isolation("full"), exercises=(ExerciseResult("day1.alone", "t", file, checks),))


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure("Wrong.", location="a.py:7"), ("a.py", 7, "Wrong.")),
        (Failure("Wrong.", location="C:\\mine\\a.py:7"), ("C:\\mine\\a.py", 7, "Wrong.")),
        (Failure("Wrong.", traceback=(Frame("b.py", 3, "f"),)), ("b.py", 3, "Wrong.")),
        (Failure("Wrong."), ("exercises/day1/alone.py", 1, "Wrong.")),
        (Failure("Wrong.", location="a.py"), ("exercises/day1/alone.py", 1, "Wrong.")),
        (Failure("Wrong.", location="hw.ipynb, cell 7, line 3"), ("hw.ipynb", 1, "cell 7: Wrong.")),
        (Failure("One\nline\x1b[2J: only\r\n.", location="a.py:7"), ("a.py", 7, "One line: only .")),
        (
            Failure("Wrong.", findings=(Finding("misconception", "Divide by N.", "mean"),), location="a.py:7"),
            ("a.py", 7, "Wrong. Divide by N."),
        ),
    ],
)
def test_a_failing_check_is_one_line(failure, expected):
    text = to_editor(report(failed("test_it", "It is.", failure, 1))).decode()
    ((file, line, message),) = problems(text, {"regexp": PROBLEM, "file": 1, "line": 2, "message": 3})
    assert text.count("\n") == 1
    assert (file, line, message) == (*expected[:2], f"{expected[2]} [day1.alone: it]")


@pytest.mark.parametrize("verdict", [Verdict.NOT_STARTED, Verdict.BLOCKED, Verdict.PASSED, Verdict.GRADER_FAULT])
def test_what_is_no_mistake_in_the_file_is_no_problem(verdict):
    assert to_editor(report(failed("test_it", "It is.", Failure("x"), 1, verdict))) == b""


def test_endless_words_are_bounded():
    long = Failure("x" * 100_000, location=f"{'a' * 300}.py:7")
    assert len(to_editor(report(failed("test_it", "It is.", long, 1)))) < 2_000


def test_the_folder_is_a_project_of_its_own(learner, tmp_path):
    values = tomllib.loads((learner.here / "pyproject.toml").read_text())
    assert values["tool"]["gradlings"] == {"course": "course"}
    titled = learner.course.root / "exercises/course.toml"
    titled.write_text('title = "Nets \\"and\\" \\\\ more"\nunits = ["day1"]\n')
    named = tomllib.loads(project(find_course(learner.course.root)).decode())
    titled.unlink()
    assert named["tool"]["gradlings"]["course"] == 'Nets "and" \\ more'


def test_the_folder_does_not_choose_the_course(learner, tmp_path):
    (tmp_path / "exercises").mkdir()
    evil = f'[tool.gradlings]\ncourse = "{learner.course.root}"\n'
    (tmp_path / "pyproject.toml").write_text(evil)
    done = run("list", cwd=tmp_path)
    assert "day1" not in done.stdout and "lecture5" in done.stdout


def test_git_leaves_out_what_the_grader_remembers(learner):
    subprocess.run(["git", "init", "-q"], cwd=learner.here, check=True)
    shown = subprocess.run(["git", "status", "--porcelain", "-uall"], cwd=learner.here, capture_output=True, text=True)
    assert ".vscode/tasks.json" in shown.stdout
    assert ".grade" not in shown.stdout
