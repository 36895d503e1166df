"""What a run has found is on disk while it runs."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time

import pytest
from reports_samples import EVERY
from sandboxed import ROOT

from grader.reports import from_json
from grader.reports.folder import HeldFolder
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
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        partial = next((tmp_path / ".grade").glob("partial-*.json"), None)
        if partial is not None and from_json(partial.read_bytes()).earned == 7:
            break
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert partial is not None
    report = from_json(partial.read_bytes())
    assert not report.complete
    assert report.earned == 7
    shown = subprocess.run([*GRADE, "show", str(partial)], cwd=tmp_path, capture_output=True, text=True)
    assert "linear" in shown.stdout
    assert "cut short" in shown.stdout
    assert shown.returncode == 3


def test_two_runs_in_one_folder_do_not_disturb_each_other(tmp_path):
    report = EVERY
    first, second = Journal(tmp_path), Journal(tmp_path)
    assert first.path != second.path, "in two containers both have the same process id"
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
    assert sorted(os.listdir(tmp_path / ".grade")) == ["history.jsonl", "last.html", "last.json"]
    last = from_json((tmp_path / ".grade/last.json").read_bytes())
    assert next(result.exercise for result in last.exercises) in runs


def test_a_run_that_ends_while_another_begins_costs_it_nothing(tmp_path, monkeypatch):
    first = Journal(tmp_path)
    first.write(EVERY)
    found = HeldFolder.regular_files

    def regular_files(self):
        files = list(found(self))
        first.path.unlink(missing_ok=True)
        return iter(files * 11)

    monkeypatch.setattr(HeldFolder, "regular_files", regular_files)
    assert Journal(tmp_path).trouble == ""


def test_only_what_killed_runs_have_left_is_forgotten(tmp_path):
    folder = tmp_path / ".grade"
    folder.mkdir()
    precious = tmp_path / "precious"
    precious.write_text("mine")
    for number in range(20):
        (folder / f"partial-{number}.json").write_text("")
        os.utime(folder / f"partial-{number}.json", (number, number))
    (folder / "partial-of-the-year.json").write_text("")
    (folder / "partial-1000.json").symlink_to(precious)
    (folder / "partial-1001.json").mkdir()
    (folder / f".{'a' * 16}.new").write_text("")
    (folder / f".{'b' * 16}.new").write_text("")
    os.utime(folder / f".{'b' * 16}.new", (0, 0))
    assert Journal(tmp_path).trouble == ""
    left = set(os.listdir(folder))
    assert {f"partial-{number}.json" for number in range(10, 20)} <= left
    assert not {f"partial-{number}.json" for number in range(10)} & left
    assert {"partial-of-the-year.json", "partial-1000.json", "partial-1001.json", f".{'a' * 16}.new"} <= left
    assert f".{'b' * 16}.new" not in left, "a run was killed while it wrote"
    assert precious.read_text() == "mine"


def test_a_link_in_the_folder_is_not_written_through(tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "token_hex", lambda _: "0" * 16)  # were a name ever guessed
    journal = Journal(tmp_path)
    precious = tmp_path / "precious"
    precious.write_text("mine")
    for name in (f".{'0' * 16}.new", "last.json", "last.html"):
        (journal.folder / name).symlink_to(precious)
    journal.write(EVERY)
    assert "File exists" in journal.trouble
    (journal.folder / f".{'0' * 16}.new").unlink()
    journal.trouble = ""
    journal.finish(EVERY)
    journal.keep_page(b"page")
    assert journal.trouble == ""
    assert precious.read_text() == "mine"
    assert from_json((journal.folder / "last.json").read_bytes()) == EVERY


@pytest.mark.confined  # Windows cannot hold a folder open: nothing is written then
def test_a_folder_swapped_for_a_link_is_not_written_through(tmp_path):
    journal = Journal(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    journal.folder.rename(tmp_path / "was")
    journal.folder.symlink_to(elsewhere)
    journal.finish(EVERY)
    journal.keep_page(b"page")
    assert os.listdir(elsewhere) == []
    assert sorted(os.listdir(tmp_path / "was")) == ["last.html", "last.json"]


def test_nothing_is_left_where_a_name_is_taken_by_a_folder(tmp_path):
    journal = Journal(tmp_path)
    (journal.folder / "last.json" / "full").mkdir(parents=True)
    journal.finish(EVERY)
    assert "No report is kept" in journal.trouble
    assert os.listdir(journal.folder) == ["last.json"]


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
