"""`grade init FOLDER --new-course`: a course of one's own, whose README's commands work, and which proves itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.author.new_course import TEMPLATE, init_new_course
from grader.author.release import release
from grader.course import find_course
from grader.errors import UsageError


def shell(line, cwd):
    """A line as it is typed there, with the `grade` of the environment that runs the tests."""
    clean = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(cwd)}
    return subprocess.run(line, shell=True, cwd=cwd, capture_output=True, text=True, timeout=240, env=clean)


def commands(readme):
    """The lines of its listings, and what stands in it between single quotes of code, where they call the grader."""
    text = readme.read_text()
    listed = [line for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return listed or re.findall(r"`(grade [^`]+)`", text.partition("## ")[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What `grade init` says, and the folder that it makes: one whose name a shell would take apart."""
    parent = tmp_path_factory.mktemp("new")
    done = shell("grade init 'my course' --new-course", parent)
    assert done.returncode == 0, done.stderr
    return done.stdout, parent / "my course"


def test_it_says_what_comes_next(made):
    said, root = made
    lines = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    assert lines == ["cd 'my course'", "grade list --course .", "grade validate --seeds 3 --course ."]
    assert shell(f"{lines[0]} && {lines[1]}", root.parent).returncode == 0


def test_every_command_of_its_readme_works_there(made):
    _, root = made
    said = {}
    for line in commands(root / "README.md"):
        done = shell(line, root)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        said[line.partition("#")[0].strip()] = done.stdout
    assert said["grade list --course ."].startswith("my course\n\nlesson1 · one neuron  0/2\n  · neuron ")
    assert "9/9 points" in said["grade lesson1 --course . --submission solutions"]
    assert "10/10 points" in said["grade all --course . --submission solutions --full"]
    assert "every stub" in said["grade release --check --course ."].lower()
    assert "This course proves itself." in said["grade validate --seeds 3 --course ."]
    assert "Backward graph of 4 gradients" in (root / ".grade/last.html").read_text()
    assert not (root / "exercises/lesson1/neuron.py").read_text().count("np.exp(-")

    mine = root.parent / "my-exercises"
    for line in [*commands(mine / "README.md"), f"grade hint lesson1.saturation --course '{root}'"]:
        done = shell(line, mine)
        tells = line.split()[1] in {"hint", "progress", "list", "reset"}
        assert done.returncode == (0 if tells else 1), (line, done.stdout, done.stderr)
        expected = {
            "hint": f"`grade hint lesson1.saturation 2 --course '{root}'`",
            "progress": "next: lesson1.neuron",
            "reset": "there was nothing to reset",
        }
        assert expected.get(line.split()[1], "not started") in done.stdout, line


def test_a_hint_too_many_is_told_the_last_of_this_course(made):
    _, root = made
    done = shell("grade hint lesson1.neuron 4 --course .", root)
    assert done.returncode == 2
    assert f"`grade hint lesson1.neuron 3 --course '{root}'`" in done.stderr


def test_it_comes_with_its_stubs_and_has_all_that_an_exercise_can_have(tmp_path):
    init_new_course(tmp_path)
    course = find_course(tmp_path)
    assert release(course, check=True) == []
    assert not list((TEMPLATE / "exercises").rglob("*.py"))  # they are cut, and so never out of date
    for exercise in course.exercises:
        assert exercise.checks.is_file()
        assert exercise.bank.is_file()
        assert len(list(exercise.alternatives.glob("*.py"))) >= 3
        assert len(exercise.hints) == 3
    assert any(exercise.graph for exercise in course.exercises)
    assert any(exercise.quiz for exercise in course.exercises)
    assert (tmp_path / "exercises/lesson1/README.md").is_file()
    assert ".grade/" in (tmp_path / ".gitignore").read_text()


@pytest.mark.parametrize("part", ["exercises", "solutions", "tests"])
def test_nothing_of_a_course_is_written_over(tmp_path, part):
    (tmp_path / part).mkdir()
    (tmp_path / part / "kept").write_text("mine")
    with pytest.raises(UsageError, match=rf"{part} is there already, and nothing in it will be overwritten"):
        init_new_course(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == [part, "kept"]


def test_a_course_to_copy_from_is_refused(tmp_path):
    done = shell("grade init new --new-course --course .", tmp_path)
    assert done.returncode == 2
    assert "leave --course away" in done.stderr
    assert not list(tmp_path.iterdir())
