"""What lies in ``.grade`` of a graded folder, and who keeps it: no run hangs on it, fails for it, or believes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from users import ROOT

from grader.cli.main import cli
from grader.errors import UsageError
from grader.reports import from_json
from grader.reports.model import CheckResult, Verdict
from grader.session.kept import KeptResults

NOT_KEPT = "No results of full mode are kept"
PASSED = CheckResult("test_x", "x", Verdict.PASSED, 1)
ASK = (
    "import pathlib\n"
    "from grader.cli.full_mode import kept_results\n"
    "print(kept_results(pathlib.Path.cwd() / '.grade', fresh=False) is not None)\n"
)


@pytest.fixture
def repo(user):
    path = user.folder / "repo" / "exercises" / "lecture5" / "linear.py"
    path.parent.mkdir(parents=True)
    path.write_text((ROOT / "solutions/lecture5/linear.py").read_text())
    (user.folder / "repo" / ".grade").mkdir()
    user.own(user.folder / "repo")
    return user.folder / "repo"


def full_run(user, repo, **changed):
    """A right answer in full mode, which needs no data here: exit code 0, and what stderr says."""
    done = user.grade("lecture5.linear", "--full", cwd=repo, seconds=60, **changed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7/7" in done.stdout
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1, done.stderr
    return done.stderr


def is_put(path, kind, target):
    """Put something that is no file of results there."""
    path.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "link":
        path.symlink_to(target)
    elif kind == "other name":
        path.hardlink_to(target)


def test_a_fifo_in_the_place_of_results_is_one_line(user, repo):
    os.mkfifo(repo / ".grade" / "full.jsonl")
    user.own(repo)
    assert NOT_KEPT in full_run(user, repo)
    assert from_json((repo / ".grade" / "last.json").read_bytes()).complete


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "link", "other name"])
def test_a_file_of_results_that_is_none_is_neither_read_nor_written(kind, tmp_path):
    target = tmp_path / "precious"
    target.write_text("mine")
    path = tmp_path / "full.jsonl"
    is_put(path, kind, target)
    kept = KeptResults(path, b"key")
    assert NOT_KEPT in kept.trouble
    kept.put("f", PASSED)
    assert kept.get("f") is None
    assert target.read_text() == "mine"


def test_a_file_of_results_that_is_huge_or_nonsense_is_run_over(tmp_path):
    path = tmp_path / "full.jsonl"
    line = {"fingerprint": "\ud800", "signature": "é", "result": {"name": "x", "demand": "", "verdict": "passed"}}
    nonsense = [
        b"[" * 1_000_000,
        b'{"a":' * 1_000_000,
        json.dumps({**line, "result": {**line["result"], "points": 1}}).encode(),
        json.dumps({**line, "fingerprint": "a", "result": {**line["result"], "points": float("nan")}}).encode(),
        b"\xff\xfe\x00",
    ]
    path.write_bytes(b"\n".join(nonsense) + b"\n")
    kept = KeptResults(path, b"key")
    assert kept.trouble == ""
    kept.put("f", PASSED)
    assert KeptResults(path, b"key").get("f") == PASSED, "what is right in it is still used"
    for spoil in (lambda: path.write_bytes(b"\n" * (30 << 20)), lambda: os.truncate(path, 10 << 30)):
        spoil()  # the second makes ten gigabytes, of which none is written
        began = time.monotonic()
        assert KeptResults(path, b"key").get("f") is None
        assert time.monotonic() - began < 20
    KeptResults(path, b"key").put("f", PASSED)
    assert path.stat().st_size < 1000, "it was too large to be added to"
    assert KeptResults(path, b"key").get("f") == PASSED


def test_a_folder_that_is_none_is_one_line(user, repo):
    (repo / ".grade").rmdir()
    for make in (os.mkfifo, lambda path: path.symlink_to("/tmp"), lambda path: path.write_text("")):
        make(repo / ".grade")
        user.own(repo)
        assert "No report is kept" in full_run(user, repo)
        (repo / ".grade").unlink()


@pytest.mark.parametrize(
    "changed",
    [
        {"HOME": None},
        {"HOME": ""},
        {"HOME": "."},
        {"HOME": "exercises"},
        {"HOME": "/nonexistent"},
        {"HOME": "/proc"},
        {"XDG_STATE_HOME": "exercises"},
        {"XDG_STATE_HOME": "{repo}/exercises"},
        {"XDG_STATE_HOME": "/dev/null"},
    ],
    ids=lambda changed: "=".join(map(str, next(iter(changed.items())))),
)
def test_a_user_without_a_home_keeps_nothing(changed, user, repo):
    changed = {name: value and value.format(repo=repo) for name, value in changed.items()}
    said = user.python_in(repo, ASK, **changed)
    if changed == {"HOME": None} and user.uid == 0:
        assert said == "True\n"  # root's home is in passwd
    else:
        assert said.startswith("False\n" + NOT_KEPT) and len(said.splitlines()) == 2
    assert sorted(os.listdir(repo)) == [".grade", "exercises"]
    assert os.listdir(repo / "exercises") == ["lecture5"]


def test_a_user_that_nobody_knows_is_graded(user, repo):
    said = full_run(user, repo, HOME=None)
    assert user.uid == 0 or NOT_KEPT in said


def test_a_key_of_somebody_else_signs_nothing(user, repo):
    key = user.folder / "home" / ".local" / "state" / "gradlings" / "key"

    def is_kept():
        said = user.python_in(repo, ASK)
        assert "Traceback" not in said
        return said == "True\n"

    assert is_kept()
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.stat().st_uid == user.uid
    assert is_kept()
    key.chmod(0o644)
    assert not is_kept()
    key.unlink()
    os.mkfifo(key, 0o600)
    user.own(key)
    assert not is_kept()
    key.unlink()
    other = user.folder / "other"
    other.write_bytes(b"k" * 32)
    other.chmod(0o600)
    key.symlink_to(user.own(other))
    assert not is_kept()
    if user.uid != os.geteuid():
        key.unlink()
        key.write_bytes(b"k" * 32)
        key.chmod(0o600)
        assert not is_kept(), "it is root's"


# -- what `grade show` makes of a report that is anybody's ------------------------------------------------------------


def shown(path, *words):
    """What is printed, in whole; a refusal is a sentence."""
    done = CliRunner().invoke(cli, ["show", *([str(path)] if path else []), *words], standalone_mode=False)
    if done.exception is not None:
        assert isinstance(done.exception, UsageError), done.exception
        return f"refused: {done.exception}"
    return done.output


@pytest.fixture
def report(tmp_path, monkeypatch):
    """The last report of a folder, which is the current one: to be spoilt."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / ".grade" / "last.json"
    path.parent.mkdir()
    check = {"name": "test_x", "demand": "It is right.", "verdict": "failed", "points": 1.0}
    return path, {
        "schema": show_schema(),
        "seed": 1,
        "isolation": {"level": "full"},
        "exercises": [{"exercise": "lecture5.linear", "title": "t", "file": "f.py", "checks": [check]}],
    }


def show_schema():
    from grader.reports.model import Isolation, Report

    return Report(seed=0, isolation=Isolation("full")).schema


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "link"])
def test_a_last_report_that_is_none_is_refused(kind, report):
    path, _ = report
    target = path.parent / "target"
    target.write_text("{}")
    is_put(path, kind, target)
    assert "cannot be read" in shown(None)


def test_a_report_in_a_folder_that_is_a_link_is_refused(report):
    path, document = report
    path.write_text(json.dumps(document))
    path.parent.rename("elsewhere")
    path.parent.symlink_to("elsewhere")
    assert "cannot be read" in shown(None)


@pytest.mark.parametrize(
    "content",
    [b"", b"[" * 1_000_000, b'{"a":' * 1_000_000, b"\xff\xfe", b"null", b"NaN", b'{"schema": "\\u001b[2J"}'],
    ids=["nothing", "lists", "objects", "no text", "null", "NaN", "another schema"],
)
def test_nonsense_is_no_report(content, report):
    path, _ = report
    path.write_bytes(content)
    said = shown(None)
    assert "is not a report of this version" in said
    assert said.isprintable()
    os.truncate(path, 10 << 30)
    assert "cannot be read" in shown(None)


def test_a_report_of_somebody_elses_making_is_shown_or_refused(report):
    path, document = report
    check = document["exercises"][0]["checks"][0]
    for spoilt in (
        {"demand": "\x1b]0;title\x07\x1b[2J\u202e" + "x" * 100_000},
        {"points": 1e308},
        {"points": -1e308},
        {"seconds": 1e308},
        {"curves": [{"name": "l", "series": [], "steps": 10**15}]},
        {"curves": [{"name": "l", "series": [{"name": "a", "values": [1e308, -1e308]}], "steps": 2}]},
        {"maps": [{"name": "m", "shape": [10**9, 10**9], "rows": [[1.0], []]}]},
        {"maps": [{"name": "m", "shape": [-1, -1], "rows": []}]},
    ):
        document["exercises"][0]["checks"] = [{**check, **spoilt}] * 3
        path.write_text(json.dumps(document))
        for words in ((), ("-v",), ("--explain", "linear.x"), ("--report", "page.html")):
            said = shown(None, *words)
            assert "\x1b]0" not in said and "\u202e" not in said
    document["exercises"] = [{**document["exercises"][0], "checks": [check] * 100_000}]
    path.write_text(json.dumps(document))
    began = time.monotonic()
    assert "linear" in shown(None)
    assert time.monotonic() - began < 60


def test_show_is_run_on_a_fifo_by_a_process(tmp_path):
    (tmp_path / ".grade").mkdir()
    os.mkfifo(tmp_path / ".grade" / "last.json")
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli.main import main; main()", "show"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "no regular file" in done.stderr
