"""The gradebook: what is written comes back; a damaged, foreign, later or held one costs nothing."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cohort_samples import fill

from grader.cohort import schema
from grader.cohort.gradebook import Gradebook
from grader.errors import GraderError, UsageError
from grader.reports.model import CheckResult, ExerciseResult, Failure, Finding, Verdict

KEY = {"exercise": "lecture5.linear", "course": "c", "grader": "g", "options": "o", "seed": 5, "content": "abc"}


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        yield book


def begun(book, **other):
    run = book.begin_run(started="2026-11-01T10:00:00+00:00", seed=1, options="{}")
    learner = book.learner("canvas:1", name="Zoë")
    return run, learner, book.begin(run, learner=learner, **{**KEY, **other})


RESULT = ExerciseResult(
    "lecture5.linear",
    "a Linear layer",
    "linear.py",
    (
        CheckResult("test_a", "One.", Verdict.PASSED, 2, seconds=0.5),
        CheckResult(
            "test_b", "Two.", Verdict.FAILED, 1, failure=Failure("No.", (Finding("misconception", "So.", "twice"),))
        ),
        CheckResult("test_c", "Three.", Verdict.PASSED, 1, bonus=True),
    ),
    notes=("a note",),
)


def test_a_result_comes_back_as_it_was(book):
    *_, grading = begun(book)
    book.end(grading, RESULT)
    (row,) = book.standing()
    assert book.result_of(row) == RESULT
    assert (row.earned, row.points, row.bonus_earned, row.status) == (2, 3, 1, "failed")
    assert [tuple(found) for found in book.query("SELECT name, text FROM finding")] == [("twice", "So.")]


def test_a_check_is_written_once_however_often_it_is_told(book):
    *_, grading = begun(book)
    for _ in range(2):
        book.add_result(grading, 1, RESULT.checks[1])
    book.end(grading, RESULT)
    assert len(book.checks_of(grading)) == 3
    assert len(book.query("SELECT * FROM finding")) == 1


def test_what_was_broken_off_goes_on_with_what_it_has(book):
    run, learner, grading = begun(book)
    book.add_result(grading, 0, RESULT.checks[0])
    assert book.standing() == ()
    assert book.begin(run, learner=learner, **KEY) == grading
    assert book.checks_of(grading) == RESULT.checks[:1]


def test_a_fault_stands_until_a_grading_is_done(book):
    run, learner, grading = begun(book)
    book.end(grading, ExerciseResult("lecture5.linear", "", "linear.py"), fault="no memory")
    assert [row.state for row in book.standing()] == ["fault"]
    book.end(book.begin(run, learner=learner, **KEY), RESULT)
    assert [row.state for row in book.standing()] == ["done"]
    assert len(book.gradings()) == 1
    book.end(book.begin(run, learner=learner, **{**KEY, "course": "later"}), RESULT, fault="no memory")
    assert [row.course for row in book.standing()] == ["c"], "a fault takes nothing away"


def test_an_older_one_that_was_better_may_stay(book):
    run, learner, grading = begun(book)
    book.end(grading, RESULT)
    later = book.begin(run, learner=learner, **{**KEY, "course": "later"})
    book.end(later, ExerciseResult("lecture5.linear", "", "linear.py", RESULT.checks[1:]), counts=False)
    assert [row.id for row in book.standing()] == [grading]
    assert len(book.gradings()) == 2


def test_a_learner_is_known_by_the_key_alone(book):
    first = book.learner("canvas:1", name="Kim")
    assert book.learner("canvas:2", name="Kim") != first
    assert book.learner("canvas:1", email="kim@x.org", enrolled=True) == first
    kim, other = book.learners()
    assert (kim.name, kim.email, kim.enrolled) == ("Kim", "kim@x.org", True)
    assert (other.email, other.enrolled) == ("", False)


def test_a_hand_in_found_again_is_the_same(book):
    run, learner, _ = begun(book)
    first = book.hand_in(learner, "a.zip", "abc", run, time="2026-11-01T10:00:00+00:00", notes=["n"])
    assert book.hand_in(learner, "a.zip", "abc", run + 1 - 1, attempt=2, notes=["n"]) == first
    assert book.hand_in(learner, "a.zip", "abd", run) != first
    assert [(row.attempt, row.notes) for row in book.hand_ins(run)] == [(2, ("n",)), (1, ())]


def test_the_texts_of_a_hand_in_are_kept_once(book):
    files = {"lecture5.linear": "x = 'ü'\n" * 100, "lecture5.odd": "half \ud800 of one"}
    for _ in range(2):
        book.keep_content("abc", files)
    assert book.content("abc") == {**files, "lecture5.odd": "half ? of one"}
    assert book.content("abd") == {}
    assert book.query("SELECT count(*), sum(length(files)) < 200 FROM content")[0][:] == (1, 1)


def test_it_is_read_while_it_is_written_to(book):
    fill(book)
    with book.transaction() as do, Gradebook(book.path) as reader:
        do.execute("DELETE FROM result")
        assert len(reader.standing()) == 12
        assert all(reader.checks_of(row.id) for row in reader.standing())


def test_a_second_writer_is_told_who_writes(book):
    with pytest.raises(GraderError, match=rf"another run \(process {os.getpid()} on .*, since 2.*--wait"):
        Gradebook(book.path, write=True)


WRITER = """
import sys, time
from pathlib import Path
from grader.cohort.gradebook import Gradebook
with Gradebook(Path(sys.argv[1]), write=True, wait=True) as book:
    print("holds", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def writer(path, seconds):
    command = [sys.executable, "-P", "-c", WRITER, str(path), str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": ROOT})


ROOT = str(Path(__file__).resolve().parents[2])


def test_who_waits_has_it_next_and_a_killed_writer_lets_go(tmp_path):
    path = tmp_path / "grades.db"
    first = writer(path, 60)
    assert first.stdout.readline() == "holds\n"
    second = writer(path, 0)
    time.sleep(0.5)
    assert second.poll() is None
    os.kill(first.pid, signal.SIGKILL)
    assert second.stdout.readline() == "holds\n"
    for process in (first, second):
        process.wait()
        process.stdout.close()


def test_one_that_is_not_there_is_not_made_by_reading(tmp_path):
    with pytest.raises(UsageError, match="There is no gradebook .*grade batch"):
        Gradebook(tmp_path / "grades.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [True, False])
def test_a_damaged_one_is_left_as_it_is(tmp_path, write):
    path = tmp_path / "grades.db"
    with Gradebook(path, write=True) as book:
        fill(book, people=40)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x7f" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(GraderError, match="damaged"), Gradebook(path, write=write) as book:
        book.standing()
    assert path.read_bytes() == bytes(content)


def test_what_is_no_gradebook_is_left_as_it_is(tmp_path):
    text, other = tmp_path / "notes.txt", tmp_path / "other.db"
    text.write_text("my notes " * 1000)
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE mine (x)")
    before = other.read_bytes()
    with pytest.raises(GraderError, match="damaged, or no gradebook"):
        Gradebook(text, write=True)
    with pytest.raises(GraderError, match="is a database, and no gradebook"):
        Gradebook(other, write=True)
    assert text.read_text() == "my notes " * 1000
    assert other.read_bytes() == before
    with pytest.raises(UsageError, match="is no file"):
        Gradebook(tmp_path, write=True)


def test_an_older_one_is_brought_up_to_date_with_a_copy(tmp_path, monkeypatch):
    path = tmp_path / "grades.db"
    with Gradebook(path, write=True) as book:
        fill(book)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "ALTER TABLE learner ADD COLUMN team TEXT;"))
    with pytest.raises(GraderError, match="older version"):
        Gradebook(path)
    with Gradebook(path, write=True) as book:
        assert len(book.standing()) == 12
        assert [row[0] for row in book.query("SELECT team FROM learner")] == [None] * 8
        copy = book.copy
    monkeypatch.undo()
    with Gradebook(copy) as book:
        assert len(book.standing()) == 12
    with pytest.raises(GraderError, match="later gradlings"):
        Gradebook(path, write=True)
    with pytest.raises(GraderError, match="later gradlings"):
        Gradebook(path)


def test_a_step_that_fails_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "grades.db"
    with Gradebook(path, write=True) as book:
        fill(book)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "DELETE FROM result; DROP TABLE nothing;"))
    with pytest.raises(GraderError, match=r"could not be brought to version 2.*It is as it was, and a copy is in"):
        Gradebook(path, write=True)
    monkeypatch.undo()
    with Gradebook(path) as book:
        assert len(book.standing()) == 12
        assert all(book.checks_of(row.id) for row in book.standing())
