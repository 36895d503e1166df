"""`--format` as platforms call it: many formats in one run, hand-ins as they come, and files whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from platform_rules import CLASSROOM, FILES, commands_in, validated
from small_course import make_course

GRADE = [sys.executable, "-P", "-m", "grader"]
RIGHT = "def {0}(x):\n    return 2.0 * x\n"
WRONG = (
    "def alone(x):\n    print('::error::mine', '##[add-mask]a')\n    raise ValueError('::set-output name=score::100')\n"
)
ENDLESS = "def {0}(x):\n    while True:\n        pass\n"
ALL = [word for name, path in FILES.items() for word in ("--format", f"{name}={path}")]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_course(tmp_path_factory.mktemp("small") / "course", fragile="1 / 0", where="third").root


@pytest.fixture
def grade(tmp_path, course):
    """Call `grade` in a folder; what it printed, what it said, the exit code having been looked at."""

    def call(*words, code=0, launch=GRADE, **environment):
        env = {**os.environ, "COLUMNS": "100", **CLASSROOM, **environment}
        command = [*launch, *map(str, words), "--course", str(course)]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout, done.stderr

    return call


def hand_in(folder, **files):
    """Write exercises into a folder laid out as exercises/; the folder."""
    for name, text in files.items():
        path = folder / f"day1/{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def demand_all(folder):
    """Every file is there and as its platform wants it; each, read."""
    return {name: validated(name, (folder / path).read_bytes()) for name, path in FILES.items()}


def demand_told(folder, *sentences):
    """Every file is valid and says this."""
    documents = demand_all(folder)
    for path in FILES.values():
        text = (folder / path).read_text()
        for sentence in sentences:
            said = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("\\/", "/")
            assert sentence in " ".join(said.replace("\\n", " ").split()), path
    return documents


def test_one_run_writes_every_format_and_the_terminals_text_stays(grade, tmp_path):
    hand_in(tmp_path / "work", alone=RIGHT.format("alone"), first=WRONG.replace("alone", "first"))
    shown, _ = grade("day1.alone", "day1.first", "--submission", "work", *ALL, "--seed", "7", code=1)
    assert "✓ alone" in shown
    assert "2/4 points" in shown
    found = demand_all(tmp_path)
    assert (found["json"]["seed"], found["json"]["exit_code"], found["json"]["earned"]) == (7, 1, 2)
    assert [found[name]["score"] for name in ("gradescope", "classroom50", "prairielearn")] == [2, 2, 0.5]
    assert found["exercism"]["status"] == "fail"
    assert [result["passed"] for result in found["check50"]["results"]] == [True, True, False, False]
    case = found["junit"].findall(".//testcase")[2]
    assert (case.get("file"), case.get("line")) == ("work/day1/first.py", "3")
    assert found["gitlab"][0]["location"] == {"path": "work/day1/first.py", "lines": {"begin": 3}}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "json", "--format", "junit"], "json and junit would all go to standard output"),
        (["--format", "terminal", "--format", "json"], "--format json=PATH"),
        (["--format", "junti=x.xml"], "'junti' is none. Did you mean junit?"),
        (["--format", "json="], "name a file"),
        (["--format", "json=."], "is a directory"),
        (["--format", "json=x", "--format", "junit=./x"], "Two formats would be written to x"),
        (["--format", "json=x", "--output", "y"], "--output y goes with one --format"),
        (["--format", "json", "--format", "github", "--output", "y"], "--format NAME=PATH"),
    ],
)
def test_formats_that_cannot_go_together_are_wrong_usage(grade, tmp_path, words, said):
    _, told = grade("day1.alone", "--submission", "work", *words, code=2)
    assert said in " ".join(told.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_the_old_spelling_and_one_format_on_standard_output(grade, tmp_path):
    hand_in(tmp_path, alone=RIGHT.format("alone"))
    printed, _ = grade("day1.alone", "--submission", ".", "--format", "junit", "--format", "json=r.json")
    assert validated("junit", printed.strip().encode() + b"\n").get("failures") == "0"
    printed, _ = grade("day1.alone", "--submission", ".", "--format", "junit", "--output", "deep/junit.xml")
    assert "✓ alone" in printed
    validated("junit", (tmp_path / "deep/junit.xml").read_bytes())


# GitHub


def test_github_gets_annotations_a_summary_and_no_command_of_the_submissions(grade, tmp_path):
    hand_in(tmp_path / "repo/work", alone=WRONG)
    (tmp_path / "summary.md").write_text("of another step\n")
    words = ["--submission", "repo/work", "--format", "github", "--format", "json=r.json"]
    there = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_WORKSPACE": str(tmp_path / "repo")}
    log, _ = grade("day1.alone", *words, code=1, **there)
    assert "::error::mine" in log  # in the terminal's text, which the runner is told not to listen to
    found = commands_in(log)
    assert [kind for kind, *_ in found] == ["error", "error", "notice"]
    assert found[0][1] == {"file": "work/day1/alone.py", "line": "3", "title": "day1.alone: doubles"}
    assert found[0][2] == "ValueError: ::set-output name=score::100"
    assert found[2][2] == "0/2 points · 0 of 1 exercise done"
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("of another step\n## 0/2 points")
    validated("markdown", summary.encode())


def test_annotations_go_to_stderr_where_another_format_is_printed(grade, tmp_path):
    hand_in(tmp_path, alone=WRONG)
    printed, told = grade("day1.alone", "--submission", ".", "--format", "json", "--format", "github", code=1)
    validated("json", printed.strip().encode() + b"\n")
    assert [kind for kind, *_ in commands_in(told)] == ["error", "error", "notice"]


# hand-ins as they come


def test_a_zip_of_a_folder_and_a_folder_with_a_zip_in_it_are_graded(grade, tmp_path):
    with zipfile.ZipFile(tmp_path / "hw.zip", "w") as archive:
        archive.writestr("homework 1/day1/alone.py", RIGHT.format("alone"))
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission/hw.zip").write_bytes((tmp_path / "hw.zip").read_bytes())
    for path in ("hw.zip", "submission"):
        grade("day1.alone", "--submission", path, *ALL)
        assert demand_all(tmp_path)["json"]["submission"] == path
    assert not (tmp_path / ".grade/history.jsonl").exists()


def test_files_of_other_names_are_told_by_what_is_in_them_and_the_report_says_so(grade, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/alone (1).py").write_text(RIGHT.format("alone"))
    (tmp_path / "in/first.py").write_text(RIGHT.format("first"))
    shown, _ = grade("day1.alone", "day1.first", "--submission", "in", "--format", "junit=junit.xml")
    assert "alone (1).py was taken for day1/alone.py." in shown
    assert "4/4 points" in shown


def test_a_notebook_is_graded_and_the_annotation_is_at_its_top(grade, tmp_path):
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": WRONG}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "hw.ipynb").write_text(json.dumps(notebook))
    log, _ = grade("day1.alone", "--submission", "hw.ipynb", *ALL, "--format", "github", code=1)
    assert commands_in(log)[0][1] == {"file": "hw.ipynb", "line": "1", "title": "day1.alone: doubles"}
    demand_all(tmp_path)


# whatever happens


def unusable_empty(folder):
    (folder / "in").mkdir()
    return ["day1.alone", "--submission", "in"], 2, ["in is empty: there is no file in it."]


def unusable_no_exercise(folder):
    (folder / "in").mkdir()
    (folder / "in/essay.docx").write_bytes(b"PK")
    return ["day1.alone", "--submission", "in"], 2, ["It holds essay.docx", "looked for were day1/alone.py"]


def unusable_broken_zip(folder):
    (folder / "in.zip").write_bytes(b"PK\3\4 and no more")
    return ["day1.alone", "--submission", "in.zip"], 2, ["in.zip is broken"]


def nothing_there(_):
    return ["day1.alone", "--submission", "nowhere"], 2, ["There is nothing at nowhere."]


def no_such_exercise(_):
    return ["day1.alnoe", "--submission", "."], 2, ["Did you mean day1.alone?"]


def no_such_option(_):
    return ["day1.alone", "--sede", "3"], 2, ["No such option", "--sede"]


def no_isolation(folder):
    hand_in(folder, alone=RIGHT.format("alone"))
    words = ["day1.alone", "--submission", ".", "--isolation", "none", "--require-isolation"]
    return words, 3, ["Full isolation is required"]


def a_check_that_fails_of_itself(folder):
    hand_in(folder, first=RIGHT.format("first"), second=RIGHT.format("second"), third=RIGHT.format("third"))
    return ["day1.third", "--submission", "."], 3, ["division by zero"]


@pytest.mark.parametrize(
    "happens",
    [
        unusable_empty,
        unusable_no_exercise,
        unusable_broken_zip,
        nothing_there,
        no_such_exercise,
        no_such_option,
        no_isolation,
        a_check_that_fails_of_itself,
    ],
)
def test_every_file_is_there_valid_and_says_what_happened(grade, tmp_path, happens):
    words, code, sentences = happens(tmp_path)
    log, told = grade(*words, *ALL, "--format", "github", code=code)
    found = demand_told(tmp_path, *sentences)
    assert found["json"]["exit_code"] == code
    assert found["gradescope"]["score"] == found["classroom50"]["score"] < found["classroom50"]["max-score"]
    if happens is not no_such_option:  # whose words are not understood, --format github among them
        kind, _, text = commands_in(log)[0]
        assert kind == "error"
        assert all(sentence in text for sentence in sentences)
    assert "Traceback" not in told


def test_an_unusable_hand_in_is_worth_nothing_of_all_its_points(grade, tmp_path):
    (tmp_path / "in").mkdir()
    grade("day1.alone", "day1.first", "--submission", "in", *ALL, code=2)
    found = demand_all(tmp_path)
    assert (found["json"]["earned"], found["json"]["points"], found["classroom50"]["max-score"]) == (0, 4, 4)
    assert len(found["gradescope"]["tests"]) == 4


BROKEN = """
import sys
import {module} as module
def fail(*_, **__):
    raise IndexError("of ours")
module.{name} = fail
from grader.cli.main import main
main()
"""


def test_a_crash_of_ours_is_told_in_every_file(grade, tmp_path):
    hand_in(tmp_path, alone=RIGHT.format("alone"))
    broken = [sys.executable, "-P", "-c", BROKEN.format(module="grader.cli.run", name="read_handed_in")]
    grade("day1.alone", "--submission", ".", *ALL, code=3, launch=broken)
    demand_told(tmp_path, "The grader failed (IndexError: of ours).", "This is no verdict on the submission.")


def test_a_format_that_cannot_be_made_costs_no_other_and_says_so(grade, tmp_path):
    hand_in(tmp_path, alone=RIGHT.format("alone"))
    broken = [sys.executable, "-P", "-c", BROKEN.format(module="grader.reports.gradescope", name="_test")]
    shown, told = grade("day1.alone", "--submission", ".", *ALL, code=3, launch=broken)
    found = demand_all(tmp_path)
    assert found["junit"].get("tests") == "2"
    assert found["gradescope"]["tests"] == []
    assert "The report could not be written as gradescope." in found["gradescope"]["output"]
    assert "could not be written as gradescope" in told
    assert "✓ alone" in shown


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped_leaves_valid_files_with_what_was_known(tmp_path, course, sent):
    endless = {name: ENDLESS.format(name) for name in ("first", "fragile")}  # some 40 seconds
    hand_in(tmp_path, alone=RIGHT.format("alone"), **endless)
    words = ["day1.alone", "day1.first", "day1.fragile", "--submission", ".", "--course", course, *ALL, "-j", "1"]
    child = subprocess.Popen(
        [*GRADE, *words],
        cwd=tmp_path,
        env={**os.environ, **CLASSROOM},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - it execs at once
    )
    path = tmp_path / FILES["json"]
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and child.poll() is None:
        if path.exists() and json.loads(path.read_bytes())["exercises"]:
            break
        time.sleep(0.05)
    demand_told(tmp_path, "The run was ended from outside before the grader could say why")  # while it goes on
    child.send_signal(sent)
    child.communicate(timeout=60)
    assert child.returncode == (130 if sent == signal.SIGTERM else -signal.SIGKILL)
    said = "The run was stopped before its end" if sent == signal.SIGTERM else "The run was ended from outside"
    found = demand_told(tmp_path, said)
    assert found["json"]["complete"] is False
    assert found["gradescope"]["score"] > 0
    assert found["prairielearn"]["gradable"] is False
    assert found["classroom50"]["score"] < found["classroom50"]["max-score"]


def test_a_file_that_cannot_be_written_costs_no_other(grade, tmp_path):
    hand_in(tmp_path, alone=RIGHT.format("alone"))
    shown, told = grade("day1.alone", "--submission", ".", "--format", "junit=/proc/x/y.xml", *ALL[:2], code=3)
    assert "✓ alone" in shown
    assert "/proc/x/y.xml cannot be written" in told
    assert validated("json", (tmp_path / FILES["json"]).read_bytes())["exit_code"] == 0
