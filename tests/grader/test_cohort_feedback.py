"""Feedback: a page is of one learner's rows, shows nothing hidden and no path of ours, and has a name that fits."""

from __future__ import annotations

import re
import textwrap
import unicodedata

import msgspec
import pytest
from cohort_samples import NAMES, fill
from test_report_html import COURSE as PICTURED_COURSE

from grader.author.release import release
from grader.cohort.exports.class_grades import class_grades
from grader.cohort.exports.feedback import as_theirs, feedback, grade_text
from grader.cohort.exports.file_names import NAMINGS, UniqueNames, canvas_naming, moodle_naming, plain_naming, safe_name
from grader.cohort.gradebook import Gradebook
from grader.cohort.policies import Policies, read_policies
from grader.cohort.records import HandInRow, LearnerRow
from grader.course import find_course, read_submission
from grader.reports.model import (
    CheckResult,
    Counterexample,
    Curve,
    ErrorMap,
    ExerciseResult,
    Failure,
    Frame,
    Series,
    Verdict,
    Visibility,
    WeightMap,
)
from grader.session.grading import Session

COURSE = find_course(None)
TWO = COURSE.resolve(["lecture5.linear", "lecture5.cross_entropy"])


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        yield book


def made(book, naming=plain_naming, policies=None, course=COURSE, exercises=TWO):
    grades = class_grades(book, policies or Policies(), exercises)
    return {one.learner.number: dict(one.files) for one in feedback(book, grades, course, naming())}


def graded(book, learner, result, *, source="hand-ins/x", seed=7, content="a" * 64):
    run = book.begin_run(started="x", seed=1, options="{}", isolation="full")
    book.hand_in(learner, source, content, run, time="2026-11-01T12:00:00+00:00")
    grading = book.begin(
        run, learner=learner, content=content, exercise=result.exercise, course="c", grader="g", options="o", seed=seed
    )
    book.end(grading, result)
    book.end_run(run, ended="x")


def result(*checks, file="lecture5/linear.py", exercise="lecture5.linear"):
    return ExerciseResult(exercise, "a Linear layer", file, checks)


def failed(failure, **about):
    return CheckResult("test_a", "It holds.", Verdict.FAILED, 1, failure=failure, **about)


# -- pages ----------------------------------------------------------------------------------------------------------


def test_no_page_has_another_learners_name(book):
    fill(book, people=10)
    pages = made(book)
    assert len(pages) == 10
    people = {str(1000 + n): name for n, name in enumerate(NAMES)}
    for number, files in pages.items():
        for content in files.values():
            for other, name in people.items():
                told = [name, other, f"{int(other) - 1000}@x.org"] if other != number else []
                assert not any(text in content.decode() for text in told if text != "Kim"), (number, other)


def test_a_page_holds_what_was_found_and_who_handed_in_nothing_has_a_text_alone(book):
    fill(book, people=10)
    pages = made(book)
    folder = f"{NAMES[1]} (1001)"
    page, text = pages["1001"][f"{folder}/feedback.html"].decode(), pages["1001"][f"{folder}/grade.txt"].decode()
    assert "dlogits is wrong in 12 of 12 numbers." in page
    assert "becoming a backprop ninja" in page, "the unit's title"
    assert "<summary>The task</summary>" in page
    assert "lecture5.linear: 1 of 6, failed" in text
    assert [name.rpartition("/")[2] for name in pages["1008"]] == ["grade.txt"]
    assert b"nothing handed in, 0 of 12" in next(iter(pages["1008"].values()))
    assert b"The folder is empty." in next(iter(pages["1009"].values()))


def test_each_exercise_says_its_own_seed(book):
    kim = book.learner("canvas:1", number="1", name="Kim")
    graded(book, kim, result(failed(Failure("No."))), seed=11)
    graded(book, kim, result(failed(Failure("No.")), exercise="lecture5.cross_entropy"), seed=22)
    page = made(book)["1"]["Kim (1)/feedback.html"].decode()
    assert "grade lecture5.linear --seed 11<" in page
    assert "grade lecture5.cross_entropy --seed 22<" in page
    assert "each exercise has its own" in page
    assert "with <code>--seed 11" not in page


HOME = "/home/prof/courses/hand-ins/kim_1_2_all"


@pytest.mark.parametrize(
    "file", [f"{HOME}/lecture5/linear.py", f"{HOME}/deep/er/lecture5/linear.py", f"{HOME}/linear.py", f"{HOME}.py"]
)
def test_no_path_of_the_instructors_is_told(book, file):
    folder = file.rpartition("/")[0]
    failure = Failure(
        f"{file} raised OSError: {folder}/data.txt is not there",
        traceback=(Frame(file, 3, "f", f'open("{folder}/data.txt")'),),
        location=f"{file}:3",
        output=f"I am in {folder}/ and that is {HOME}.",
    )
    kim = book.learner("canvas:1", number="1", name="Kim")
    graded(
        book, kim, msgspec.structs.replace(result(failed(failure), file=file), notes=(f"{HOME}.zip: odd",)), source=HOME
    )
    page = "".join(content.decode() for content in made(book)["1"].values())
    assert "prof" not in page
    assert "/home" not in page
    assert "linear.py" in page or "kim_1_2_all.py" in page


def test_files_are_named_as_the_learner_knows_them():
    plain = result(failed(Failure("No.", location="lecture5/linear.py:3")))
    assert as_theirs(plain, "hand-ins/kim") is plain
    theirs = result(failed(Failure("in/x", location="in/linear.py:3", output="main/x")), file="in/linear.py")
    assert as_theirs(theirs, "in/kim").checks[0].failure == Failure("in/x", location="linear.py:3", output="main/x")


SECRET = "8765.25"


def test_a_hidden_check_shows_no_answer_whatever_the_gradebook_has(book):
    failure = Failure(
        "It differs.",
        counterexample=Counterexample((), "1", SECRET, "autograd"),
        errors=ErrorMap("out", (1, 1), ((8765.25,),), 8765.25, 8765.25, 0.1, 1, yours=(("1",),), expected=((SECRET,),)),
    )
    check = failed(
        failure,
        visibility=Visibility.HIDDEN,
        maps=(WeightMap("w", (1, 1), ((8765.25,),)),),
        curves=(
            Curve("loss", (Series("yours", (3.0, 2.0)), Series("reference", (3.0, 8765.25))), 2, band=(1, 8765.25)),
        ),
    )
    kim = book.learner("canvas:1", number="1", name="Kim")
    graded(book, kim, result(check))
    page = made(book)["1"]["Kim (1)/feedback.html"].decode()
    assert "8765" not in page
    assert "8.8e" not in page.lower()
    assert "It differs." in page
    shown = msgspec.structs.replace(check, visibility=Visibility.VISIBLE)
    eve = book.learner("canvas:2", number="2", name="Eve")
    graded(book, eve, result(shown))
    assert "8765" in made(book)["2"]["Eve (2)/feedback.html"].decode(), "the page would have shown it"


def test_of_a_run_hidden_checks_have_nothing_to_show(book, tmp_path):
    root = tmp_path / "course"
    for name, text in PICTURED_COURSE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    release(find_course(root), check=False)
    course = find_course(root)
    folder = tmp_path / "hand-ins" / "kim" / "day9"
    folder.mkdir(parents=True)
    (folder / "plus.py").write_text("def plus(x):\n    return x + 2\n")
    with Session(course, course.exercises) as session:
        report = session.grade(course.exercises, read_submission(folder.parent, course), 5)
    hidden = report.exercises[0].checks[0]
    assert (hidden.visibility, hidden.verdict) == (Visibility.HIDDEN, Verdict.FAILED)
    kim = book.learner("canvas:1", number="1", name="Kim")
    graded(book, kim, report.exercises[0], source=str(folder.parent))
    files = made(book, course=course, exercises=course.exercises)["1"]
    everything = b"".join(files.values()).decode()
    for number in ("7655", "7656", "7654", "4321", "4322", "8765"):
        assert number not in everything
    assert str(tmp_path) not in everything
    assert "day9/plus.py" in everything


def test_a_hostile_submission_is_inert_in_its_page(book):
    attack = '</pre><script>alert(1)</script>\x1b[31m\u202e<img src=x onerror="alert(2)">'
    kim = book.learner("canvas:1", number="1", name=attack)
    graded(book, kim, result(failed(Failure(attack, output=attack, location=attack)), file=attack))
    ((name, page), (_, text)) = made(book)["1"].items()
    assert b"<script" not in page
    assert b"<img" not in page
    assert "\u202e" not in page.decode()
    assert "\x1b" not in text.decode()
    assert "/" not in name.removesuffix("/feedback.html")


def test_the_text_says_what_the_policies_did(book, tmp_path):
    (tmp_path / "cohort.toml").write_text(
        'zone = "Europe/Berlin"\nlate_days = 1\npenalty = "10%"\n[units.lecture5]\ndue = 2026-10-30T23:59:00\n'
        '[[extensions]]\nlearner = "Eve"\ndays = 2\nreason = "ill"\n'
    )
    for number, name in (("1", "Kim"), ("2", "Eve")):
        learner = book.learner(f"canvas:{number}", number=number, name=name)
        checks = [CheckResult(f"test_{n}", "So.", Verdict.PASSED, 5) for n in range(2)]
        graded(book, learner, result(*checks))
    rules = read_policies(tmp_path / "cohort.toml", COURSE)
    grades = class_grades(book, rules, TWO)
    eve, kim = (grade_text(grades, learner) for learner in grades.learners)
    assert kim == (
        "lecture5: 9 of 10 (before policies: 10 of 10 points)\n"
        "  counted: the only one, handed in 2026-11-01 13:00 CET\n"
        "  due: 2026-10-30 23:59 CET\n"
        "  late: 2 days, 1 late day used, 1 day charged: 1 point off\n"
        "  lecture5.linear: 10 of 10, passed\n"
    )
    assert "lecture5: 10 of 10 points\n" in eve
    assert "  due: 2026-11-01 23:59 CET, 2 more days (ill)\n" in eve
    assert "late" not in eve


# -- names ----------------------------------------------------------------------------------------------------------

HOSTILE = [
    "../../etc/passwd", "..", ".", "", "a\0b", "x" * 5000, "é" * 500, "CON", "nul.txt", "com1", "Lpt¹", "a/b\\c:d*e?",
    "\u202egnp.exe", "\u200b", "name. ", " .hidden", "~root", "-rf", "\n\r\t", '"q"<x>|', "ליאור כהן", "李雷", "\ud800",
    "e\u0301", "AUX .x",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_any_name_makes_a_file(tmp_path, text):
    name = safe_name(text)
    assert 0 < len(name.encode()) <= 121
    assert name == unicodedata.normalize("NFC", name)
    assert not re.search(r'[\x00-\x1f/\\:*?"<>|\u200b-\u200f\u202a-\u202e]', name)
    assert not name.startswith((".", "~", "-", " "))
    assert not name.endswith((".", " "))
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt[\d¹²³])(\..*)?", name)
    (tmp_path / name).write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_names_that_say_something_are_kept():
    assert [safe_name(name) for name in ("Zoë O’Brien", "ליאור כהן", "李雷", "Müller, Jörg")] == [
        "Zoë O’Brien", "ליאור כהן", "李雷", "Müller, Jörg",
    ]  # fmt: skip


def test_no_two_names_are_one():
    names = UniqueNames()
    assert [names.take(name) for name in ("Kim", "KIM", "kim", "Kim 2", "e\u0301", "é")] == [
        "Kim", "KIM 2", "kim 3", "Kim 2 2", "e\u0301", "é 2",
    ]  # fmt: skip


def learner(number="1", name="Kim", **about):
    row = {"id": 1, "key": f"canvas:{number}" if number else "x", "login": "", "email": "", "section": ""}
    return LearnerRow(**{**row, "number": number, "name": name, "enrolled": True, **about})


def hand_in(source):
    return HandInRow(1, 1, source, "a", "", False, 1, "", (), 1)


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        ("submissions/müllerjörg_1001_5001_linear.py", "müllerjörg_1001_5001_"),
        ("submissions/kim_LATE_1001_5001_linear-2.py", "kim_1001_5001_"),
        ("a.zip/kim_1001_5001_my_1_2_x.zip", "kim_1001_5001_"),
        ("kim_1001_5001_a.zip/lecture5", "kim_1001_5001_"),
        ("C:\\dl\\kim_1001_5001_a.py", "kim_1001_5001_"),
        ("hand-ins/kim", ""),
        ("../_1_2_x", "learner_1_2_"),
    ],
)
def test_canvas_knows_a_file_by_its_numbers(source, prefix):
    assert canvas_naming()(learner(), [hand_in(source)]) == prefix
    parts = prefix.split("_")
    numbers = [part for part in parts if part.isdigit()]
    assert numbers[:2] == parts[1:3] if prefix else not numbers, (
        "its first two numbers are the learner's and the file's"
    )


def test_canvas_takes_the_hand_in_that_counts(book, tmp_path):
    kim = book.learner("canvas:1", number="1", name="Kim")
    graded(book, kim, result(failed(Failure("No."))), source="kim_1_70_a.py", content="b" * 64)
    run = book.begin_run(started="x", seed=1, options="{}")
    book.hand_in(kim, "kim_1_71_b.py", "c" * 64, run, time="2026-11-09T12:00:00+00:00")
    assert list(made(book, canvas_naming)["1"]) == ["kim_1_70_feedback.html", "kim_1_70_grade.txt"]


@pytest.mark.parametrize(
    ("source", "number", "name", "folder"),
    [
        ("x/Kim_77_assignsubmission_file_", "1", "Kim", "Kim_77_assignsubmission_file_/"),
        ("x/Kim_77_assignsubmission_file_a.py", "1", "Kim_Lee", "Kim Lee_77_assignsubmission_file_/"),
        ("hand-ins/kim", "1", "ליאור/../כהן", "ליאור .. כהן_1_assignsubmission_file_/"),
        ("hand-ins/kim", "", "Kim", ""),
    ],
)
def test_moodle_knows_a_folder_by_its_number(source, number, name, folder):
    assert moodle_naming()(learner(number, name), [hand_in(source)]) == folder


def test_of_one_name_each_has_a_folder(book):
    for key in ("a", "b", "c"):
        book.learner(key, name="Kim")
    book.learner("d", name="KIM", number="4")
    grades = class_grades(book, Policies(), TWO)
    folders = [one.files[0][0] for one in feedback(book, grades, COURSE, NAMINGS["plain"]())]
    assert sorted(folders) == ["KIM (4)/grade.txt", "Kim 2/grade.txt", "Kim 3/grade.txt", "Kim/grade.txt"]


def test_a_fault_is_told_without_the_folders(book):
    kim = book.learner("canvas:1", number="1", name="Kim")
    graded(book, kim, result(failed(Failure("No."))), source="hand-ins/a/kim.zip")
    run = book.begin_run(started="x", seed=1, options="{}")
    fault = (
        "hand-ins/b/kim-1.zip is no zip: see ~/hand-ins/log and /srv/prof/log. lecture5/linear.py is and/or was there."
    )
    book.hand_in(kim, "hand-ins/b/kim-1.zip", "", run, time="2026-11-02T12:00:00+00:00", fault=fault)
    text = made(book)["1"]["Kim (1)/grade.txt"].decode()
    told = "kim-1.zip is no zip: see log and log. lecture5/linear.py is and/or was there."
    assert f"note: A later hand-in could not be graded: {told}" in text
