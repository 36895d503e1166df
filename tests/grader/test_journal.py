"""What a run has found is on disk while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from reports_samples import EVERY
from sandboxed import ROOT

from grader.reports import from_json
from grader.reports.journal import Journal

GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]


def test_a_killed_run_leaves_a_partial_report(tmp_path):
    for name in ("linear", "tanh_embedding"):
        (tmp_path / "exercises" / "lecture5").mkdir(parents=True, exist_ok=True)
        text = (ROOT / f"solutions/lecture5/{name}.py").read_text()
        if name == "tanh_embedding":
            text += "\ndef tanh_backward(dh, h):\n    while True: pass\n"
        (tmp_path / f"exercises/lecture5/{name}.py").write_text(text)
    child = subprocess.Popen([*GRADE, "lecture5.linear", "lecture5.tanh_embedding"], cwd=tmp_path)
    partial = tmp_path / ".grade" / f"partial-{child.pid}.json"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if partial.exists() and from_json(partial.read_bytes()).earned == 6:
            break
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    report = from_json(partial.read_bytes())
    assert not report.complete
    assert report.earned == 6
    shown = subprocess.run([*GRADE, "show", str(partial)], cwd=tmp_path, capture_output=True, text=True)
    assert "linear" in shown.stdout
    assert "cut short" in shown.stdout
    assert shown.returncode == 3


def test_two_runs_in_one_folder_do_not_disturb_each_other(tmp_path):
    report = EVERY
    first, second = Journal(tmp_path), Journal(tmp_path)
    second.path = second.path.with_name("partial-1.json")
    first.write(report)
    second.write(report)
    first.finish(report)
    assert not first.path.exists()
    assert from_json(second.path.read_bytes()).complete is False
    assert from_json((tmp_path / ".grade" / "last.json").read_bytes()) == report


def test_two_runs_at_once_each_give_their_whole_report(tmp_path):
    (tmp_path / "exercises" / "lecture5").mkdir(parents=True)
    for name in ("linear", "tanh_embedding"):
        text = (ROOT / f"solutions/lecture5/{name}.py").read_text()
        (tmp_path / f"exercises/lecture5/{name}.py").write_text(text)
    runs = {
        name: subprocess.Popen(
            [*GRADE, name, "--format", "json", "--output", f"{name}.json"], cwd=tmp_path, stdout=subprocess.DEVNULL
        )
        for name in ("lecture5.linear", "lecture5.tanh_embedding")
    }
    assert [run.wait(120) for run in runs.values()] == [0, 0]
    reports = {name: from_json((tmp_path / f"{name}.json").read_bytes()) for name in runs}
    for name, report in reports.items():
        assert report.complete
        assert [result.exercise for result in report.exercises] == [name]
    assert sorted(os.listdir(tmp_path / ".grade")) == ["last.html", "last.json"]
    last = from_json((tmp_path / ".grade/last.json").read_bytes())
    assert next(result.exercise for result in last.exercises) in runs


def test_a_run_that_ends_while_another_begins_costs_it_nothing(tmp_path, monkeypatch):
    first = Journal(tmp_path)
    first.write(EVERY)
    found = Path.glob

    def glob(self, pattern):
        paths = list(found(self, pattern))
        first.path.unlink(missing_ok=True)
        return iter(paths)

    monkeypatch.setattr(Path, "glob", glob)
    assert Journal(tmp_path).trouble == ""


def test_a_link_in_the_folder_is_not_written_through(tmp_path):
    journal = Journal(tmp_path)
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (journal.folder / f".{os.getpid()}.new").symlink_to(precious)
    journal.write(EVERY)
    assert precious.read_text() == "mine"
    assert from_json(journal.path.read_bytes()).complete is False


def test_a_folder_that_cannot_be_written_to_costs_no_verdict(tmp_path):
    (tmp_path / ".grade").symlink_to("/nonexistent")
    journal = Journal(tmp_path)
    journal.write(EVERY)
    assert "is a link" in journal.trouble
    blocked = tmp_path / "file"
    blocked.mkdir()
    (blocked / ".grade").write_text("")
    assert "No report is kept" in Journal(blocked).trouble
    assert os.listdir(blocked) == [".grade"]
