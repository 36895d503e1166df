"""The command line as users call it: new processes, exit codes, and files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

import pytest
from sandboxed import ROOT, processes_of

GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]


def grade(*words, cwd=ROOT, **kwargs):
    return subprocess.run([*GRADE, *words], cwd=cwd, capture_output=True, text=True, timeout=120, **kwargs)


@pytest.mark.confined
def test_passing_exits_0_and_the_json_repeats_it(tmp_path):
    output = tmp_path / "deep" / "report.json"
    done = grade(
        "lecture5.linear", "--submission", "solutions", "--seed", "7", "--format", "json", "--output", str(output)
    )
    assert done.returncode == 0, done.stderr
    assert "linear" in done.stdout
    assert "seed 7 · isolation full" in done.stdout
    report = json.loads(output.read_text())
    assert report["seed"] == 7
    assert report["exercises"][0]["status"] == "passed"


def test_failing_exits_1_and_junit_is_xml():
    done = grade("lecture5.linear", "--format", "junit")
    assert done.returncode == 1
    suites = ET.fromstring(done.stdout)
    assert suites.find(".//failure") is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lecture5.crossentropy"], "Did you mean lecture5.cross_entropy?"),
        (["run"], "Name what to grade"),
        (["lecture5", "--submission", "nowhere"], "nowhere"),
        (["lecture5", "--seed", "-1"], "seed"),
        (["lecture5", "--debug", "--require-isolation"], "--debug"),
        (["lecture5", "--explain", "linear.unchanged", "--format", "json"], "--explain"),
        (["lecture5", "--no-such-option"], "--no-such-option"),
        (["init", "exercises/.."], "exercises"),
        (["list", "lecture55"], "lecture5"),
        (
            ["lecture5", "--submission", "exercises", "--submission", "solutions"],
            "--submission was given 2 times (exercises and solutions). A run grades one submission",
        ),
    ],
)
def test_wrong_usage_exits_2_and_says_what_to_do(words, said):
    done = grade(*words)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_is_kept_and_one_check_is_explained(tmp_path):
    (tmp_path / "linear.py").write_text("def linear_backward(dout, x, W):\n    return dout @ W.T, x.T @ dout, dout\n")
    page = tmp_path / "deep" / "page.html"
    words = ["lecture5.linear", "--submission", "linear.py", "--seed", "7"]
    done = grade(*words, "--explain", "matches autograd", "--report", str(page), cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("lecture5.linear.test_matches_autograd\n")
    assert "grade lecture5.linear --submission linear.py --seed 7" in done.stdout
    assert page.read_bytes() == (tmp_path / ".grade/last.html").read_bytes()
    assert "<h1>lecture5" in page.read_text()
    again = grade("show", "--explain", "matches autograd", cwd=tmp_path)
    assert again.stdout == done.stdout


def test_no_exercises_here_says_how_to_make_them(tmp_path):
    done = grade("lecture5", cwd=tmp_path)
    assert done.returncode == 2
    assert "grade init" in done.stderr


def test_too_little_isolation_exits_3():
    done = grade("lecture5.linear", "--isolation", "none", "--require-isolation", "--submission", "solutions")
    assert done.returncode == 3
    assert "Full isolation is required" in done.stderr
    assert "grade doctor" in done.stderr


def test_list_names_every_exercise():
    done = grade("list")
    assert done.returncode == 0
    assert "lecture5 · becoming a backprop ninja" in done.stdout
    assert "cross_entropy" in done.stdout


@pytest.mark.confined
def test_doctor_says_what_is_in_force():
    done = grade("doctor")
    assert done.returncode == 0, done.stdout
    assert "isolation    full" in done.stdout


@pytest.mark.confined
def test_doctor_says_how_to_get_what_is_missing():
    from grader.sandbox.probes import PROBES
    from grader.session.doctor import _EXPLAINED_BY, advise

    assert set(_EXPLAINED_BY) == set(PROBES)
    lacks = ("no namespaces", "a submission can see where the course lies")
    (told,) = advise(lacks)
    assert "apt install bubblewrap" in told
    every = advise(("no namespaces", "no landlock", "no landlock scopes", "no seccomp", "switched off"))
    assert all(
        word in text for word, text in zip(("24.04", "5.13", "6.12", "WSL 2", "--isolation"), every, strict=True)
    )
    assert advise(("a submission can read files",)) == (
        "A submission can read files, which nothing that is missing explains. Please report this output.",
    )
    assert advise(()) == ()


def test_init_then_grade_then_fill_in(tmp_path):
    assert grade("init", "mine", cwd=tmp_path).returncode == 0
    mine = tmp_path / "mine"
    done = grade("lecture5.linear", cwd=mine)
    assert done.returncode == 1
    assert "not started" in done.stdout
    (mine / "exercises/lecture5/linear.py").write_text((ROOT / "solutions/lecture5/linear.py").read_text())
    done = grade("lecture5.linear", cwd=mine)
    assert done.returncode == 0, done.stdout
    again = grade("init", "mine", cwd=tmp_path)
    assert again.returncode == 2
    assert "Traceback" not in again.stderr


def test_a_single_file_is_a_submission(tmp_path):
    file = tmp_path / "linear.py"
    file.write_text((ROOT / "solutions/lecture5/linear.py").read_text())
    done = grade("lecture5.linear", "--submission", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Well done" in done.stdout


def test_the_one_exercise_that_is_named_is_the_file_whatever_its_name_and_content(tmp_path):
    solutions = ROOT / "solutions/lecture9"
    (tmp_path / "my_bpe.py").write_text((solutions / "train.py").read_text() + "\n\ndef get_stats(ids): return {}\n")
    done = grade("lecture9.train", "--submission", "my_bpe.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Well done" in done.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_was_asked_for_and_is_not_in_the_file_is_missing(tmp_path, jobs):
    (tmp_path / "single_head.py").write_text((ROOT / "solutions/lecture7/head.py").read_text())
    words = ["lecture7.head", "lecture7.averaging", "lecture7.multi_head", "--submission", "single_head.py"]
    done = grade(*words, "-j", jobs, "--format", "json", "--output", "report.json", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "18/38 points + 0 of 1 bonus · 1 of 3 exercises done" in done.stdout
    assert "Well done" not in done.stdout
    report = json.loads((tmp_path / "report.json").read_text())
    averaging, head, multi_head = report["exercises"]
    assert [averaging["status"], head["status"], multi_head["status"]] == ["failed", "passed", "failed"]
    assert {check["verdict"] for check in multi_head["checks"]} == {"missing"}
    assert multi_head["checks"][0]["failure"]["headline"].startswith(
        "lecture7.multi_head is not in single_head.py: it does not define MultiHeadAttention."
    )
    assert multi_head["file"] == "single_head.py"


def test_a_file_of_other_exercises_is_refused(tmp_path):
    (tmp_path / "linear.py").write_text("def linear_backward(dout, x, W): return dout\n")
    done = grade("lecture7", "--submission", "linear.py", cwd=tmp_path)
    assert done.returncode == 2
    assert "linear.py holds" in done.stderr and "not among lecture7" in done.stderr


def test_debug_runs_in_this_process(tmp_path):
    file = tmp_path / "linear.py"
    text = (ROOT / "solutions/lecture5/linear.py").read_text()
    file.write_text(
        text.replace("import torch\n", "import torch\nimport os\nprint('PID', os.getpid(), os.getppid())\n", 1)
    )
    done = grade("lecture5.linear", "--submission", str(file), "--debug")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PID" in done.stdout
    assert "isolation none" in done.stdout


def test_a_breakpoint_is_reached_in_debug_mode(tmp_path):
    file = tmp_path / "linear.py"
    text = (ROOT / "solutions/lecture5/linear.py").read_text()
    file.write_text(text.replace("    # solution\n", "    # solution\n    breakpoint()\n", 1))
    done = grade("lecture5.linear", "--submission", str(file), "--debug", input="p 40 + 2\nq\n" * 50)
    assert "(Pdb)" in done.stdout
    assert "42" in done.stdout


def test_output_without_unicode_and_colour():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "NO_COLOR": "1", "COLUMNS": "80"}
    done = grade("lecture5.linear", "--submission", "solutions", env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_nothing(tmp_path, sent):
    file = tmp_path / "linear.py"
    file.write_text(f"import torch\ndef linear_backward(dout, x, W):\n    while True: pass\n# {os.urandom(4).hex()}\n")
    files = set(os.listdir(tempfile.gettempdir()))
    child = subprocess.Popen(
        [*GRADE, "lecture5.linear", "--submission", str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell starts what runs in its background with Ctrl-C ignored, and this test may run there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - it execs at once
    )
    deadline = time.monotonic() + 60
    while len(processes_of(child.pid)) < 3 and time.monotonic() < deadline:  # outer, zygote, worker
        time.sleep(0.05)
    time.sleep(0.5)
    child.send_signal(sent)
    _, errors = child.communicate(timeout=20)
    if sent != signal.SIGKILL:
        assert child.returncode == 130
        assert b"Interrupted" in errors
        assert b"Traceback" not in errors
    deadline = time.monotonic() + 10
    while processes_of(child.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(child.pid) == set()
    assert {name for name in set(os.listdir(tempfile.gettempdir())) - files if "gradlings" in name} == set()


def test_pytest_grade_is_a_plugin(tmp_path):
    file = tmp_path / "linear.py"
    file.write_text((ROOT / "solutions/lecture5/linear.py").read_text().replace("dout.sum", "-dout.sum"))
    words = ["--grade=lecture5.linear", f"--submission={file}", "--grade-seed=3", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert "seed 3, isolation full" in done.stdout, done.stdout + done.stderr
    assert done.returncode in {0, 1}


def test_hints_come_one_at_a_time_and_end():
    first, last = grade("hint", "lecture5.linear"), grade("hint", "lecture5.linear", "3")
    assert first.returncode == last.returncode == 0
    assert "hint 1 of 3" in first.stdout and "`grade hint lecture5.linear 2`" in first.stdout
    assert "Still stuck" not in last.stdout and first.stdout != last.stdout
    assert grade("hint", "lecture5.linear", "4").returncode == 2
    assert "Name one exercise" in grade("hint", "lecture5").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("lecture5.linear", "--submission", ""),
        ("lecture5.linear", "--output", ""),
        ("lecture5.linear", "--course", ""),
        ("init", ""),
        ("show", ""),
    ],
    ids=" ".join,
)
def test_an_empty_path_is_refused(words, tmp_path):
    done = grade(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert "it is empty; " in done.stderr
    assert ("name a file" in done.stderr) == ("--output" in words)
    assert not list(tmp_path.iterdir())
