"""`grade book` as instructors call it: new processes, files, exit codes, and what is said."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cohort_samples import NAMES, fill
from sandboxed import ROOT

from grader.cohort.gradebook import Gradebook
from grader.cohort.people import find_learner
from grader.cohort.records import LearnerRow
from grader.errors import UsageError
from grader.reports.model import CheckResult, ExerciseResult, Failure, Verdict

GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]

POLICIES = """
zone = "Europe/Berlin"
penalty = "10%"
round_to = 0.5
[units.lecture5]
due = 2026-11-03T13:00:00
[[extensions]]
learner = "Ada Nowhere"
days = 1
"""


@pytest.fixture
def here(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        fill(book, people=10)
    (tmp_path / "cohort.toml").write_text(POLICIES, encoding="utf-8")
    return tmp_path


def grade_book(here, *words, code=0, **kwargs):
    command = [*GRADE, "book", *words, "--gradebook", "grades.db"]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "HOME": str(here)}
    done = subprocess.run(command, cwd=here, capture_output=True, timeout=60, env=env, **kwargs)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode(), done.stderr.decode()


def test_list_shows_the_class(here):
    said, noted = grade_book(here, "list", "--policies", "cohort.toml")
    lines = said.splitlines()
    assert lines[0].split() == ["number", "name", "lecture5", "total"]
    assert len(lines) == 1 + 10 + 1 + 2
    by_number = {line.split()[0]: line for line in lines[1:-3]}
    assert by_number["1003"].split()[-4:] == ["7", "→", "6", "6"], "a day late: 5.8, rounded"
    assert "fault" in by_number["1009"]
    assert lines[-3].split() == ["of", "12", "12"]
    assert lines[-1] == "· nothing handed in; fault: could not be graded, and `grade book show` says why"
    assert "there is an extension for 'Ada Nowhere', whom the gradebook does not have" in noted


def test_show_tells_all_of_a_learner(here):
    said, _ = grade_book(here, "show", "1003", "--policies", "cohort.toml")
    assert NAMES[3] in said
    assert "hand-ins/3" in said
    assert "late: 1 day, 1 day charged: 1.2 points off" in said
    assert "✗ Demand 0 of" in said
    assert "dlogits is wrong in 12 of 12 numbers." in said
    assert "not on the roster" not in said
    said, _ = grade_book(here, "show", "1009")
    assert "The folder is empty." in said
    assert "could not be graded" in said


def test_diff_tells_two_of_one_name_apart(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        for course, verdict in (("before", Verdict.FAILED), ("after", Verdict.PASSED)):
            run = book.begin_run(started="2026-11-01T10:00:00+00:00", seed=7, options="{}")
            for number in "12":
                kim = book.learner(f"canvas:{number}", name="Kim, Min", number=number)
                book.hand_in(kim, f"kim{number}", number * 64, run)
                grading = book.begin(
                    run, learner=kim, content=number * 64, exercise="lecture5.linear", course=course, grader="g",
                    options="o", seed=1,
                )  # fmt: skip
                check = CheckResult("test_a", "So.", verdict, 1, failure=Failure("No."))
                book.end(grading, ExerciseResult("lecture5.linear", "t", "linear.py", (check,)))
            book.end_run(run, ended="2026-11-01T10:05:00+00:00")
    said, _ = grade_book(tmp_path, "diff")
    assert "Kim, Min (1)  lecture5.linear  0 → 1 points" in said
    assert "Kim, Min (2)  lecture5.linear  0 → 1 points" in said


def test_show_says_once_what_is_said_of_every_check(tmp_path):
    failure = Failure("Line 1 holds a byte that is not UTF-8.", location="linear.py")
    checks = [CheckResult(f"test_{n}", f"Demand {n}.", Verdict.FAILED, 1, failure=failure) for n in range(5)]
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        run = book.begin_run(started="2026-11-01T10:00:00+00:00", seed=7, options="{}")
        kim = book.learner("canvas:1", name="Kim", number="1")
        book.hand_in(kim, "kim", "a" * 64, run)
        grading = book.begin(
            run, learner=kim, content="a" * 64, exercise="lecture5.linear", course="c", grader="g", options="o", seed=1
        )
        book.end(grading, ExerciseResult("lecture5.linear", "t", "linear.py", tuple(checks)))
    said, _ = grade_book(tmp_path, "show", "Kim")
    assert [said.count(f"Demand {n}.") for n in range(5)] == [1] * 5
    assert said.count("is not UTF-8") == 1
    assert "not on the roster" not in said, "there is none"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("Zoë", r"'Zoë' could be any of these: Zoë O’Brien (1000, 0@x.org); Zoë O’Brien 8 (1008, 8@x.org)"),
        ("Mueller", "The gradebook has no learner 'Mueller'."),
        ("Müler, Jörg", "Did you mean Müller, Jörg (1001, 1@x.org)"),
        ("", "Name a learner"),
    ],
)
def test_show_who_is_not_clear_is_asked_for(here, wanted, said):
    _, noted = grade_book(here, "show", wanted, code=2)
    assert said in noted


def test_csv_and_json_go_to_files_or_out(here):
    out, _ = grade_book(here, "export", "csv")
    grade_book(here, "export", "csv", "--output", "out/grades.csv")
    assert (here / "out" / "grades.csv").read_bytes().decode() == out
    assert out.startswith("\ufeffnumber,name,")
    out, _ = grade_book(here, "export", "csv", "--long", "--units", "lecture5.linear")
    rows = list(csv.DictReader(io.StringIO(out.lstrip("\ufeff"))))
    assert {row["exercise"] for row in rows} == {"lecture5.linear"}
    out, _ = grade_book(here, "export", "json", "--policies", "cohort.toml")
    document = json.loads(out)
    assert (document["units"], document["policies"], len(document["learners"])) == (["lecture5"], "cohort.toml", 10)


def test_canvas_is_filled_and_the_export_stays(here):
    head = "Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)\r\n    Points Possible,,,,,12\r\n"
    text = head + "Z,1000,,,A,\r\nK,5,,,A,\r\n"
    (here / "canvas.csv").write_bytes(text.encode())
    _, noted = grade_book(here, "export", "canvas", "--into", "canvas.csv", "--assignment", "7", "--output", "new.csv")
    assert "new.csv: 1 score filled in." in noted
    assert "In canvas.csv, and not in the gradebook: K." in noted
    new = (here / "new.csv").read_bytes().decode()
    assert re.fullmatch(re.escape(head) + r"Z,1000,,,A,[\d.]+\r\nK,5,,,A,\r\n", new)
    _, noted = grade_book(here, "export", "canvas", "--into", "canvas.csv", "--output", "canvas.csv", code=2)
    assert "is the platform's own file" in noted
    assert (here / "canvas.csv").read_bytes().decode() == text


def test_moodle_is_filled(here):
    head = "Identifier,Full name,Grade,Maximum Grade,Grade can be changed,Feedback comments\n"
    (here / "sheet.csv").write_text(head + "Participant 1000,Z,,12,Yes,\n")
    _, noted = grade_book(here, "export", "moodle", "--into", "sheet.csv", "--output", "new.csv")
    assert "new.csv: 1 score filled in." in noted
    assert "gradlings: lecture5" in (here / "new.csv").read_text()


def test_feedback_as_a_folder_and_as_a_zip(here):
    _, noted = grade_book(here, "export", "feedback", "--output", "back")
    assert "back: feedback for 10 learners." in noted
    folders = sorted(path.name for path in (here / "back").iterdir())
    assert len(folders) == 10
    assert "=cmd() (1002)" in folders
    (here / "back" / "left.html").write_text("of last year")
    _, noted = grade_book(here, "export", "feedback", "--output", "back")
    assert "Note: back has files of another time (1), as back/left.html." in noted
    _, noted = grade_book(here, "export", "feedback", "--as", "moodle", "--output", "none.zip")
    assert "Note: Moodle would not know whose they are, so there is nothing for" in noted, "they are Canvas's"
    (here / "grades.db").unlink()
    with Gradebook(here / "grades.db", write=True) as book:
        fill(book, people=10, platform="moodle")
    _, noted = grade_book(here, "export", "feedback", "--as", "moodle", "--output", "back.zip")
    first = (here / "back.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert len({name.partition("/")[0] for name in names}) == 10
    assert all(name.partition("/")[0].endswith("_assignsubmission_file_") for name in names)
    assert "Zoë O’Brien_1000_assignsubmission_file_/feedback.html" in names
    grade_book(here, "export", "feedback", "--as", "moodle", "--output", "back.zip")
    assert (here / "back.zip").read_bytes() == first, "the same feedback is the same file"
    _, noted = grade_book(here, "export", "feedback", "--as", "canvas", "--output", "canvas.zip")
    assert "Note: Canvas would not know whose they are, so there is nothing for" in noted


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["export", "csv", "--units", "lecture55"], 2, "lecture5"),
        (["export", "csv", "--policies", "none.toml"], 2, "The policies none.toml cannot be read"),
        (["export", "canvas", "--into", "none.csv", "--output", "x"], 2, "none.csv cannot be read"),
        (["export", "feedback", "--output", "cohort.toml"], 2, "cohort.toml is a file"),
        (["export", "gradescope"], 2, "No such command"),
        (["list", "--course", "back"], 2, "back"),
    ],
)
def test_what_is_called_wrongly_is_said(here, words, code, said):
    _, noted = grade_book(here, *words, code=code)
    assert said in noted
    assert "Traceback" not in noted


def test_a_gradebook_that_is_empty_or_not_there(tmp_path):
    _, noted = grade_book(tmp_path, "list", code=2)
    assert "There is no gradebook grades.db." in noted
    with Gradebook(tmp_path / "grades.db", write=True):
        pass
    _, noted = grade_book(tmp_path, "list", code=2)
    assert "Nothing in grades.db was graded yet." in noted


def test_it_reads_while_a_run_writes(here):
    with Gradebook(here / "grades.db", write=True) as book, book.transaction() as do:
        do.execute("DELETE FROM result")
        said, _ = grade_book(here, "show", "1003")
        assert "✗ Demand 0 of" in said


def test_a_hostile_name_commands_no_terminal(here):
    with Gradebook(here / "grades.db", write=True) as book:
        book.learner("eve", name="\x1b[2J\u202eEve\x07", login="eve")
    for words in (["list"], ["show", "eve"]):
        said, _ = grade_book(here, *words)
        assert not {"\x1b", "\u202e", "\x07"} & set(said)


# -- who is meant ---------------------------------------------------------------------------------------------------


def people(*rows):
    keys = ("key", "name", "number", "login", "email")
    return [
        LearnerRow(id=n, section="", enrolled=True, **dict(zip(keys, row, strict=True)))
        for n, row in enumerate(rows, start=1)
    ]


CLASS = people(
    ("canvas:7", "Kim Lee", "7", "kim", "kim@x.org"),
    ("canvas:8", "Kim Lee", "8", "lee", "lee@x.org"),
    ("canvas:9", "kim", "9", "other", ""),
    ("name:zoe\u0308", "Zoe\u0308 Ü", "", "", "z@x.org"),
)


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        ("7", 1), ("canvas:8", 2), ("lee", 2), ("LEE@X.ORG", 2), ("kim", 1), ("z@x", 4), ("zoë ü", 4), ("Zoë", 4),
        (" 9 ", 3),
    ],
)  # fmt: skip
def test_a_learner_is_named_as_one_likes(wanted, who):
    assert find_learner(CLASS, wanted).id == who


@pytest.mark.parametrize("wanted", ["Kim Lee", "im L", "x.org"])
def test_several_who_may_be_meant_are_listed(wanted):
    with pytest.raises(UsageError, match=r"could be any of these: Kim Lee \(7, kim, kim@x\.org\); Kim Lee \(8"):
        find_learner(CLASS, wanted)


def test_the_documentation_has_every_key_of_the_policies():
    from grader.cohort import policies

    text = (Path(ROOT) / "docs" / "cohorts.md").read_text("utf-8")
    for key in {*policies._OF_FILE, *policies._OF_UNIT, *policies._OF_EXTENSION}:
        assert f"`{key}`" in text, key
