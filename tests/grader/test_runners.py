"""What isolation a job gets where namespaces or Landlock are refused, and what `grade doctor --ci` says to add."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import make_course

from grader.session.runners import advise_runner, find_runner

_PLACES = ("GITHUB_ACTIONS", "GITLAB_CI", "CODESPACES", "KUBERNETES_SERVICE_HOST")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runners")
    make_course(folder)
    return folder


def contained(how, *words, cwd, **variables):
    """Call `grade` as in a container."""
    program = str(Path(__file__).with_name("as_in_a_container.py"))
    command = [sys.executable, program, *how, str(Path(sys.executable).parent / "grade"), *words]
    clean = {name: value for name, value in os.environ.items() if name not in _PLACES}
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=300, env={**clean, "COLUMNS": "300", **variables}
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("how", "variables", "level", "advice"),
    [
        ([], {"CODESPACES": "true"}, "partial (no namespaces", '"securityOpt"'),
        (["--apparmor"], {"GITHUB_ACTIONS": "true"}, "partial (no namespaces", "apparmor_restrict_unprivileged_userns"),
        (["--no-landlock"], {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "none", "Landlock"),
    ],
)
def test_the_doctor_says_what_a_job_gets(how, variables, level, advice, course, tmp_path):
    code, said, _ = contained(how, "doctor", "--ci", "--course", str(course), cwd=tmp_path, **variables)
    assert code == 1
    found = next(line for line in said.splitlines() if line.startswith("isolation"))
    assert found.split(maxsplit=1)[1].startswith(level), said
    assert advice in said.partition("!")[2]
    assert "memory" in said


def test_a_job_without_namespaces_is_graded_where_that_is_enough(course, tmp_path):
    words = ["day1.alone", "--submission", str(course / "solutions"), "--course", str(course)]
    code, said, _ = contained([], *words, "--require-confinement", cwd=tmp_path)
    assert code == 0, said
    assert "isolation partial" in said
    code, _, said = contained([], *words, "--require-isolation", cwd=tmp_path)
    assert code == 3
    assert "Full isolation is required" in said


def test_nothing_is_graded_without_landlock(course, tmp_path):
    words = ["day1.alone", "--submission", str(course / "solutions"), "--course", str(course)]
    code, said, _ = contained(["--no-landlock"], *words, cwd=tmp_path)
    assert code == 0  # practice
    assert "isolation none" in said
    code, _, said = contained(["--no-landlock"], *words, "--require-confinement", cwd=tmp_path)
    assert code == 3
    assert "not confined here" in said


@pytest.mark.parametrize(
    ("variables", "marks", "name", "advice"),
    [
        ({"GITHUB_ACTIONS": "true"}, [], "GitHub Actions, on its own machine", "sudo sysctl"),
        ({"GITHUB_ACTIONS": "true"}, [".dockerenv"], "GitHub Actions, in a container", "options: --security-opt"),
        ({"GITHUB_ACTIONS": "true", "CODESPACES": "true"}, [".dockerenv"], "GitHub Codespaces", "devcontainer.json"),
        ({"GITLAB_CI": "true"}, [".dockerenv"], "GitLab, in a container", "[runners.docker]"),
        ({"GITLAB_CI": "true"}, [], "GitLab, on a machine", "bubblewrap"),
        ({"GITLAB_CI": "true", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, [], "a pod of Kubernetes", "securityContext"),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, [".dockerenv"], "a pod of Kubernetes", "securityContext"),
        ({}, [".dockerenv", "autograder/source/setup.sh"], "Gradescope's container", "--require-confinement"),
        ({}, ["run/.containerenv"], "a container", "--security-opt"),
        ({"GITHUB_ACTIONS": "no", "CI": "true"}, [], "a machine", "bubblewrap"),
    ],
)
def test_a_runner_is_known_by_what_it_says_of_itself(variables, marks, name, advice, tmp_path):
    for mark in marks:
        path = tmp_path / mark
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    runner = find_runner(variables, tmp_path)
    assert runner.name == name
    (told,) = advise_runner(runner, ("no namespaces", "a submission can see where the course lies"))
    assert advice in told
    assert not advise_runner(runner, ())
