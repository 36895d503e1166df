"""Where there is no memory for the sandboxes of all kinds of exercises, there is one at a time."""

from __future__ import annotations

import pytest
from sandboxed import processes_of
from small_course import make_course

from grader.course import find_course, read_submission
from grader.sandbox.client import ZygoteProcess
from grader.session import sandboxes
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions


@pytest.fixture
def course(tmp_path):
    """Exercises of two kinds, by turns: in NumPy, and in NumPy with a module that is imported beforehand."""
    make_course(tmp_path)
    for name in ("first", "fragile"):
        path = tmp_path / f"solutions/day1/{name}.py"
        path.write_text(path.read_text().replace("# hints", '# preload = ["fractions"]\n# hints'))
    return find_course(tmp_path)


def grade(course):
    """Grade the solutions; how many zygotes there were as each exercise ended, and the report."""
    counts = []

    def count(*_):
        counts.append(len({pid for pid in processes_of() if pid not in before}))
        return True

    before = processes_of()
    with Session(course, course.exercises, RunOptions(isolation="no-namespaces"), Hooks(on_exercise=count)) as session:
        report = session.grade(course.exercises, read_submission(course.root / "solutions", course))
    assert processes_of() <= before
    return counts, report


def test_one_sandbox_at_a_time_grades_as_all_at_once_do(course, monkeypatch):
    counts, report = grade(course)
    assert max(counts) == 2
    monkeypatch.setattr(sandboxes, "free_memory", lambda: 700 << 20)
    fewer, spared = grade(course)
    assert max(fewer) == 1
    assert [e.status for e in spared.exercises] == [e.status for e in report.exercises]
    assert spared.exit_code == report.exit_code == 0
    assert spared.isolation == report.isolation


def test_a_sandbox_that_is_started_later_confines_as_the_report_says(course, monkeypatch):
    monkeypatch.setattr(sandboxes, "free_memory", lambda: 700 << 20)
    probe, probed = ZygoteProcess.probe, []

    def one_wall_less(zygote, secret):
        probed.append(zygote)
        return [*probe(zygote, secret), *(["open sockets"] if len(probed) > 1 else [])]

    monkeypatch.setattr(ZygoteProcess, "probe", one_wall_less)
    _, report = grade(course)
    assert report.exit_code == 3
    assert [fault for fault in report.faults if "confines less" in fault and "open sockets" in fault], report.faults
    assert sum(exercise.earned for exercise in report.exercises) < sum(e.points for e in report.exercises)
