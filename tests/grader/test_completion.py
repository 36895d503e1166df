"""Shell completion: in bash itself, and by the words that zsh and fish ask with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from learner import GRADE, Learner, run
from sandboxed import ROOT

from grader.course import find_course

COURSE = find_course(ROOT)


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """A folder with a `grade` of this interpreter's, as it is found on PATH."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "grade").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m grader "$@"\n')
    (folder / "grade").chmod(0o755)
    return folder


def in_bash(shell, line, cwd=ROOT):
    """What bash offers when the tab key is pressed at the end of a line."""
    words = line.split(" ")
    asked = (
        'eval "$(grade completion bash)"\n'
        f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}\n"
        f"$(complete -p grade | sed 's/.*-F \\([^ ]*\\).*/\\1/') grade {words[-1]!r} {words[-2]!r}\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    told = {**os.environ, "PATH": f"{shell}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], cwd=cwd, env=told, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.split()


UNITS = [unit.name for unit in COURSE.units]
OF_LECTURE5 = [exercise.id for exercise in COURSE.unit("lecture5").exercises]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("grade lect", [name for name in UNITS if name.startswith("lect")]),
        ("grade lecture5", ["lecture5", *OF_LECTURE5]),
        ("grade lecture5.c", ["lecture5.cross_entropy"]),
        ("grade lecture5.linear lecture5.t", ["lecture5.tanh_embedding", "lecture5.train"]),
        ("grade run lecture5.c", ["lecture5.cross_entropy"]),
        ("grade list lecture5.c", ["lecture5.cross_entropy"]),
        ("grade reset lecture5", OF_LECTURE5),
        ("grade solution lecture5.c", ["lecture5.cross_entropy"]),
        ("grade hint lecture5.c", ["lecture5.cross_entropy"]),
        ("grade so", ["solution"]),
        ("grade completion f", ["fish"]),
        ("grade lecture5 --format ed", ["editor"]),
        ("grade reset lecture5.linear --u", ["--undo"]),
        ("grade nothing", []),
    ],
)
def test_bash_completes(shell, line, expected, tmp_path):
    assert in_bash(shell, line, tmp_path) == expected


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_checks(shell, tmp_path):
    offered = in_bash(shell, "grade lecture5.linear --explain lecture5.linear.test_a", tmp_path)
    assert offered == ["lecture5.linear.test_any_leading_axes", "lecture5.linear.test_arguments_are_unchanged"]
    done = run("lecture5.linear", "--submission", str(ROOT / "solutions"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert in_bash(shell, "grade show --explain lecture5.linear.test_a", tmp_path) == offered


def asked(shell, words, cwd, **told):
    """What the grader answers a shell that asks what may follow."""
    environment = {**os.environ, "_GRADE_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, **told}
    done = subprocess.run(GRADE, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_zsh_is_told_kind_name_and_title(tmp_path):
    said = asked("zsh", "grade lecture5.c", tmp_path, COMP_CWORD="1").splitlines()
    assert said == ["plain", "lecture5.cross_entropy", COURSE.exercise("lecture5.cross_entropy").title]
    assert asked("zsh", "grade reset ", tmp_path, COMP_CWORD="2").splitlines()[1::3] == [e.id for e in COURSE.exercises]


def test_fish_is_told_kind_name_and_title(tmp_path):
    said = asked("fish", "grade lecture5.c", tmp_path, COMP_CWORD="lecture5.c")
    title = COURSE.exercise("lecture5.cross_entropy").title
    assert said == f"plain,lecture5.cross_entropy\t{title}\n"


@pytest.mark.parametrize(("shell_name", "begins"), [("bash", "_grade_completion"), ("zsh", "#compdef"), ("fish", "f")])
def test_each_shell_is_told_where_to_put_what(shell_name, begins, tmp_path):
    done = run("completion", shell_name, cwd=tmp_path)
    assert done.returncode == 0 and not done.stderr
    told, script = done.stdout.split("\n\n", 1)
    assert all(line.startswith("# ") for line in told.splitlines())
    assert f"grade completion {shell_name}" in told
    assert script.startswith(begins)
    assert f"_GRADE_COMPLETE={shell_name}_complete" in script
    assert run("completion", "tcsh", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("line", ["grade lect", "grade reset lecture5.", "grade lecture5.linear --explain l"])
def test_nothing_slow_is_imported(line, tmp_path):
    listed = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    command = [sys.executable, "-P", "-c", f"{listed}from grader.cli.main import main; main()"]
    told = {"_GRADE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **told}, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.startswith("plain,"), done.stderr
    assert not {"torch", "numpy", "pytest", "hypothesis", "matplotlib", "rich", "distributed"} & {*done.stderr.split()}


def test_what_a_report_of_anybodys_names_is_offered_only_if_it_is_harmless(tmp_path):
    learner = Learner(tmp_path)
    learner("day1.alone", code=1)
    last = learner.here / ".grade/last.json"
    report = json.loads(last.read_text())
    (check, *_) = report["exercises"][0]["checks"]
    names = ["test_a;rm -rf", "test_$(touch owned)", "test_`id`", "test_b\nplain,evil", "test_c[1.5-x]", "test_'", "*"]
    report["exercises"][0]["checks"] = [{**check, "name": name, "demand": "one\nplain,two\x1b[2J"} for name in names]
    last.write_text(json.dumps(report))
    for shell in ("bash", "fish"):
        said = asked(shell, "grade show --explain ", learner.here, COMP_CWORD="3" if shell == "bash" else "")
        assert [line.partition("\t")[0] for line in said.splitlines()] == ["plain,day1.alone.test_c[1.5-x]"]
        assert "\x1b" not in said
    last.write_bytes(b"[" * 100_000)
    assert asked("bash", "grade show --explain ", learner.here, COMP_CWORD="3").split() == []


def test_another_course_is_completed_too(tmp_path):
    learner = Learner(tmp_path)
    words = f"grade reset --course {learner.course.root} day1.f"
    assert asked("bash", words, tmp_path, COMP_CWORD="4").split() == [
        "plain,day1.first",
        "plain,day1.fragile",
    ]
    assert asked("bash", "grade reset --course /nowhere day1.f", tmp_path, COMP_CWORD="4").split() == []
