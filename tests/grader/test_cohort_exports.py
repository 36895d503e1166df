"""Exports: no cell is a formula, and of a platform's own file nothing changes but what was to be filled in."""

from __future__ import annotations

import csv
import io
import json
import random
import re

import pytest
from cohort_samples import NAMES, fill
from sandboxed import ROOT

from grader.cohort.exports.canvas import fill_canvas
from grader.cohort.exports.class_grades import class_grades, number
from grader.cohort.exports.csv_format import to_csv, to_long_csv
from grader.cohort.exports.foreign_table import ForeignTable
from grader.cohort.exports.json_format import GradesDocument, schema_text, to_json
from grader.cohort.exports.moodle import fill_moodle
from grader.cohort.gradebook import Gradebook
from grader.cohort.policies import Policies, read_policies
from grader.course import find_course
from grader.errors import UsageError

COURSE = find_course(None)
TWO = COURSE.resolve(["lecture5.linear", "lecture5.cross_entropy"])


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "grades.db", write=True) as book:
        fill(book, people=10)  # 1008 has handed in nothing, 1009 an empty folder
        yield book


@pytest.fixture
def grades(book):
    return class_grades(book, Policies(), TWO)


def scores(grades):
    """The score of each learner by number, as exports have it."""
    return {learner.number: number(grades.total(learner)[0]) for learner in grades.learners}


def table(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# -- csv ------------------------------------------------------------------------------------------------------------


def test_a_row_a_learner(book, grades):
    head, *rows = table(to_csv(grades))
    assert [row[0] for row in rows] == [learner.number for learner in book.learners()]
    by_number = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_number["1005"]["name"] == NAMES[5]
    for learner_number, score in scores(grades).items():
        row = by_number[learner_number]
        if learner_number == "1009":
            assert (row["lecture5 raw"], row["lecture5 final"], row["lecture5 state"]) == (
                "",
                "",
                "could not be graded",
            )
            assert row["notes"] == "lecture5: The folder is empty."
        else:
            assert (row["lecture5 raw"], row["lecture5 points"], row["total"]) == (score, "12", score)
    assert by_number["1008"]["lecture5 state"] == "nothing handed in"
    assert by_number["1008"]["notes"] == "lecture5: Nothing was handed in."


def test_a_row_a_check(book, grades):
    head, *rows = table(to_long_csv(book, grades))
    assert len(rows) == 8 * 2 * 3, "eight of ten have been graded"
    wrong = [dict(zip(head, row, strict=True)) for row in rows if row[head.index("verdict")] == "failed"]
    named = [row for row in wrong if row["misconceptions"]]
    assert named, "some mistakes have names"
    assert all(row["findings"] and row["headline"] == "dlogits is wrong in 12 of 12 numbers." for row in named)
    earned = {}
    for number_, points in ((row[0], row[head.index("earned")]) for row in rows):
        earned[number_] = earned.get(number_, 0) + float(points)
    assert {n: number(score) for n, score in earned.items()} == {
        n: score for n, score in scores(grades).items() if n not in ("1008", "1009")
    }


FORMULAS = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", '=HYPERLINK("http://x","y")',
    "\u202e=1",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_text_is_a_formula(book, text):
    run = book.begin_run(started="x", seed=1, options="{}")
    learner = book.learner("mallory", name=text, login=text, email=text, section=text)
    book.hand_in(learner, text, "", run, fault=text)
    made = class_grades(book, Policies(), TWO)
    for content in (to_csv(made), to_long_csv(book, made)):
        for row in table(content)[1:]:
            for cell in row:
                assert re.fullmatch(r"-?[\d.]+", cell) or not cell.lstrip().startswith(tuple("=+-@\t\r＝")), cell
    head, *rows = table(to_csv(made))
    mine = next(row for row in rows if row[0] == "mallory")
    assert len(mine) == len(head)


def test_names_are_quoted_as_they_must_be(book):
    name = 'Kim "K", the\nsecond; \x1b[31m'
    book.learner("kim", name=name)
    rows = table(to_csv(class_grades(book, Policies(), TWO)))
    assert next(row[1] for row in rows if row[0] == "kim") == 'Kim "K", the\nsecond; '


def test_text_that_begins_with_a_tab_is_marked_as_text(book):
    book.learner("kim", name="\tKim")
    rows = table(to_csv(class_grades(book, Policies(), TWO)))
    assert next(row[1] for row in rows if row[0] == "kim") == "'    Kim"


@pytest.mark.parametrize(
    ("value", "text"),
    [(2, "2"), (2.5, "2.5"), (1 / 3, "0.3333"), (-0.00001, "0"), (1e6, "1000000"), (0, "0"), (120, "120")],
)
def test_numbers_have_a_point_and_no_tail(value, text):
    assert number(value) == text


# -- json -----------------------------------------------------------------------------------------------------------


def test_json_is_as_its_schema_says(grades):
    import msgspec

    content = to_json(grades)
    document = msgspec.json.decode(content, type=GradesDocument, strict=True)
    assert document.schema == "gradlings/grades/v1"
    assert [learner.number for learner in document.learners] == [learner.number for learner in grades.learners]
    raw = json.loads(content)
    first = raw["learners"][0]
    assert {"key", "total", "maximum", "units", "hand_ins"} <= set(first)
    assert {"raw", "final", "bonus", "penalty", "late_days", "why", "missing", "exercises"} <= set(first["units"][0])
    assert (ROOT / "docs" / "grades.schema.json").read_text("utf-8") == schema_text(), (
        "write it anew: python -m grader.cohort.exports.json_format docs/grades.schema.json"
    )


# -- a file of somebody else's --------------------------------------------------------------------------------------


def foreign(tmp_path, content):
    path = tmp_path / "theirs.csv"
    path.write_bytes(content)
    return ForeignTable(path)


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        (b'a,"b, c",\r\n', [["a", "b, c", ""]]),
        (b'a,"b ""x"" c"\n1,2', [["a", 'b "x" c'], ["1", "2"]]),
        (b"\xef\xbb\xbfa;b\r\n1;2\r\n", [["a", "b"], ["1", "2"]]),
        (b'a\tb\n"1\n2"\t3\n', [["a", "b"], ["1\n2", "3"]]),
        (b"a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        (b"a,b\n\n1,2\n", [["a", "b"], [], ["1", "2"]]),
        (b"a,b\n,\n1,2,", [["a", "b"], ["", ""], ["1", "2", ""]]),
        (b'a,b\n5" pipe,2\n', [["a", "b"], ['5" pipe', "2"]]),
        ("ä,b\nZoë,\n".encode("cp1252"), [["ä", "b"], ["Zoë", ""]]),
        (b"", []),
    ],
)
def test_cells_are_found_and_nothing_is_changed(tmp_path, content, cells):
    read = foreign(tmp_path, content)
    assert [read.texts(row) for row in range(len(read.rows))] == cells
    assert read.to_bytes() == content


def test_it_reads_what_csv_reads():
    """Of tables that `csv` writes in any of its ways."""
    random_ = random.Random(3)
    for _ in range(300):
        dialect = {
            "delimiter": random_.choice(",;\t"),
            "quoting": random_.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
            "lineterminator": random_.choice(["\n", "\r\n"]),
        }
        width = random_.randint(2, 5)
        texts = ["", "a", "x y", 'q"q', "c,c", "s;s", "t\tt", "l\nl", "Zoë", "=1", '"', "  "]
        rows = [["Student", "ID", "c", "d", "e"][:width]]
        rows += [[random_.choice(texts) for _ in range(width)] for _ in range(random_.randint(1, 5))]
        text = io.StringIO()
        csv.writer(text, **dialect).writerows(rows)
        read = _Bytes(text.getvalue().encode())
        assert [read.texts(row) for row in range(len(read.rows))] == rows
        line, column, new = random_.randint(1, len(rows) - 1), random_.randrange(width), random_.choice(texts)
        read.put(line, column, new)
        rows[line][column] = new
        again = _Bytes(read.to_bytes(), read.delimiter)
        assert [again.texts(row) for row in range(len(again.rows))] == rows


class _Bytes(ForeignTable):
    """A table that is in no file."""

    def __init__(self, content, delimiter=None):
        self.path, self.content, self._new, self._added = "x", content, {}, {}
        self.delimiter = delimiter or self._find_delimiter(0)
        self.rows = self._read(0)


def test_a_cell_is_filled_in_where_the_line_is_too_short(tmp_path):
    read = foreign(tmp_path, b"a,b,c,d\n1\n2,3\n")
    read.put(1, 3, "x")
    read.put(2, 2, 'y"')
    assert read.to_bytes() == b'a,b,c,d\n1,,,x\n2,3,"y"""\n'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Student,ID\n".encode("utf-16"), "it has bytes that are 0"),
        (b'Student,ID\n"x,1\n', "the quotes of line 2 do not close"),
        (b'Student,ID\n"x"y,1\n', "the quotes of line 2 do not close"),
    ],
)
def test_what_is_no_csv_is_refused(tmp_path, content, said):
    with pytest.raises(UsageError, match=said):
        foreign(tmp_path, content)


# -- Canvas ---------------------------------------------------------------------------------------------------------

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework 4 (77),Homework 5 (78),Assignments Current Score\r\n"
    "    Points Possible,,,,,10,12.00,(read only)\r\n"
    '"O’Brien, Zoë",1000,s0,0@x.org,"Sec ""A"", B",9.5,,88.1\r\n'
    '"Müller, Jörg",1001,s1,1@x.org,One,,EX,\r\n'
    '"cmd, ",,1002,,One,,"3",\r\n'
    'כהן ליאור,,,3@X.ORG,One,"",,\r\n'
    "Kim,9999,,,One,1,2,3\r\n"
    "\r\n"
    '"Two, Lines",1008,,,"One\r\nTwo",,5,\r\n'
    "Nine,1009,,,One,,4,"
)


def filled(tmp_path, grades, text=CANVAS, assignment="Homework 5", **options):
    path = tmp_path / "canvas.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return fill_canvas(path, assignment, grades, **options)


def test_canvas_only_the_cells_change(tmp_path, grades):
    of = scores(grades)
    made = filled(tmp_path, grades)
    expected = (
        CANVAS.replace('B",9.5,,88.1', f'B",9.5,{of["1000"]},88.1')
        .replace(',"3",\r\n', f',"{of["1002"]}",\r\n')
        .replace('One,"",,\r\n', f'One,"",{of["1003"]},\r\n')
    )
    assert made.content == expected.encode()
    assert made.scores == 3


def test_canvas_says_who_was_left_and_why(tmp_path, grades):
    said = " ".join(filled(tmp_path, grades).notes)
    assert re.search(r"Handed in nothing, and left as they are \(with --zeros they get 0\): Zoë O’Brien 8", said)
    assert re.search(r"Could not be graded, and left as they are: Müller, Jörg 9", said)
    assert re.search(r"Excused in Canvas, and left so: Müller, Jörg \(1001", said)
    assert re.search(r"Graded, and not in canvas\.csv: Ana María .*李雷", said)
    assert "In canvas.csv, and not in the gradebook: Kim." in said
    assert "Points Possible" not in said, "it is the same"
    other = filled(tmp_path, grades, assignment="77")
    assert "Points Possible of Homework 4 (77) is 10, and lecture5 has 12." in " ".join(other.notes)


def test_canvas_zeros_are_given_where_asked_for(tmp_path, grades):
    made = filled(tmp_path, grades, zeros=True)
    assert '"One\r\nTwo",,0,' in made.content.decode()
    assert "Nine,1009,,,One,,4," in made.content.decode(), "an empty folder is not nothing"


@pytest.mark.parametrize("assignment", ["Homework 5", "Homework 5 (78)", "78", "homework 5"])
def test_canvas_the_column_is_named_as_one_likes(tmp_path, grades, assignment):
    assert filled(tmp_path, grades, assignment=assignment).scores == 3


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("", r"Which column .* --assignment names it: Homework 4 \(77\); Homework 5 \(78\)\."),
        ("Homework 55", r"has no column 'Homework 55' to fill in\. Did you mean 'Homework 5"),
        ("Essay", r"It has Homework 4 \(77\); Homework 5 \(78\)\."),
        ("Section", "has no column 'Section' to fill in"),
        ("Assignments Current Score", "has no column"),
    ],
)
def test_canvas_a_column_that_is_not_there(tmp_path, grades, assignment, said):
    with pytest.raises(UsageError, match=said):
        filled(tmp_path, grades, assignment=assignment)


def test_canvas_two_columns_of_one_name(tmp_path, grades):
    text = CANVAS.replace("Homework 4 (77)", "Homework 5 (77)")
    with pytest.raises(UsageError, match=r"may be any of these columns: Homework 5 \(77\); Homework 5 \(78\)"):
        filled(tmp_path, grades, text)
    assert filled(tmp_path, grades, text, "78").scores == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.lstrip("\ufeff"),
        lambda text: text.replace(",", ";").replace("Müller; ", "Müller, "),
        lambda text: text + "\r\n",
        lambda text: re.sub(r"(?m)^    Points.*\r\n", "", text),
        lambda text: text.replace("    Points", "    Manual Posting,,,,,,Manual Posting,\r\n    Points"),
    ],
)
def test_canvas_however_it_was_saved(tmp_path, grades, change):
    text = change(CANVAS)
    made = filled(tmp_path, grades, text)
    assert made.scores == 3
    before, after = _Bytes(text.encode()), _Bytes(made.content)
    differ = [
        (before.text(row, 0), column)
        for row in range(len(before.rows))
        for column in range(len(before.rows[row]))
        if before.text(row, column) != after.text(row, column)
    ]
    assert [column for _, column in differ] == [6, 6, 6]


def test_canvas_what_is_no_export_is_refused(tmp_path, grades):
    for text in ("", "a,b\n1,2\n"):
        with pytest.raises(UsageError, match="is no export of a Canvas gradebook"):
            filled(tmp_path, grades, text)
    with pytest.raises(UsageError, match="cannot be read"):
        fill_canvas(tmp_path / "none.csv", "", grades)


def test_canvas_of_two_who_may_be_meant_neither_is(tmp_path, book):
    for key in ("a", "b"):
        book.learner(key, login="shared@x.org", name=f"Shared {key}")
    made = filled(tmp_path, class_grades(book, Policies(), TWO), CANVAS + "\r\nKim,,,shared@x.org,One,,,\r\n")
    assert any("Kim in canvas.csv may be any of these, and is left as it is: Shared a" in note for note in made.notes)
    assert made.content.endswith(b"Kim,,,shared@x.org,One,,,\r\n")


def test_canvas_a_number_goes_before_another_platforms(tmp_path, book):
    """Zoë's Canvas number is somebody's SIS number."""
    text = CANVAS.replace('"cmd, ",,1002', '"cmd, ",,1000')
    made = filled(tmp_path, class_grades(book, Policies(), TWO), text)
    of = scores(class_grades(book, Policies(), TWO))
    assert f'B",9.5,{of["1000"]},88.1' in made.content.decode()
    assert '"cmd, ",,1000,,One,,"3",' in made.content.decode()


# -- Moodle ---------------------------------------------------------------------------------------------------------

MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),"
    "Last modified (grade),Feedback comments\n"
    '"Participant 1000","Zoë O’Brien",z@x.org,"Submitted for grading - ",,12.00,Yes,"Sunday, 1 November 2026",-,\n'
    'Participant 1001,"Müller, Jörg",j@x.org,Submitted,5.00,12.00,No,-,-,"<p>mine</p>"\n'
    "Participant 1002,=cmd(),c@x.org,Submitted,,12.00,Yes,-,-,<p>By hand.</p>\n"
    'Participant 77,Kohen,3@X.org,Submitted,,12.00,Yes,-,-,"<p>gradlings: old</p>"\n'
    "Participant 88,Nobody,n@x.org,No submission,,12.00,Yes,-,-,\n"
)


def worksheet(tmp_path, grades, text=MOODLE, **options):
    path = tmp_path / "worksheet.csv"
    path.write_bytes(text.encode())
    return fill_moodle(path, grades, **options)


def test_moodle_grades_and_comments_are_filled_in(tmp_path, grades):
    of = scores(grades)
    made = worksheet(tmp_path, grades)
    head, *rows = table(made.content)
    assert ",".join(head) == MOODLE.partition("\n")[0]
    by_name = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    zoe = by_name["Zoë O’Brien"]
    assert zoe["Grade"] == of["1000"]
    assert zoe["Feedback comments"].startswith(f"<p>gradlings: lecture5: {of['1000']} of 12 points<br>counted: ")
    assert by_name["Müller, Jörg"]["Grade"] == "5.00", "it cannot be changed"
    assert by_name["Müller, Jörg"]["Feedback comments"] == "<p>mine</p>"
    assert by_name["=cmd()"]["Feedback comments"].startswith("<p>By hand.</p><p>gradlings: lecture5: ")
    assert by_name["Kohen"]["Grade"] == of["1003"], "by the address"
    assert "old" not in by_name["Kohen"]["Feedback comments"]
    assert made.scores == 3
    untouched = [line for line in MOODLE.splitlines() if "1001" in line or "Nobody" in line]
    assert all(line in made.content.decode().splitlines() for line in untouched)
    said = " ".join(made.notes)
    assert "Moodle says that their grade cannot be changed, and it is left: Müller, Jörg (1001" in said
    assert "In worksheet.csv, and not in the gradebook: Nobody (Participant 88)." in said


def test_moodle_the_second_time_changes_nothing(tmp_path, grades):
    once = worksheet(tmp_path, grades).content
    assert worksheet(tmp_path, grades, once.decode()).content == once


def test_moodle_other_columns_and_maxima(tmp_path, grades):
    made = worksheet(tmp_path, grades, MOODLE.replace("12.00", "5,00").replace("Maximum Grade", "Maximum grade"))
    said = " ".join(made.notes)
    assert "More than Moodle's maximum, which it will refuse: " in said
    assert "Moodle's maximum is 5, and lecture5 has 12." in said
    made = worksheet(tmp_path, grades, MOODLE.replace(",Feedback comments", ",Online text"))
    assert any("has no column for comments" in note for note in made.notes)
    with pytest.raises(UsageError, match="no column Identifier.*language set to English"):
        worksheet(tmp_path, grades, "ID,Bewertung\n1,2\n")


def test_moodle_comments_carry_no_markup_and_no_path_of_ours(tmp_path, book):
    run = book.begin_run(started="x", seed=1, options="{}")
    eve = book.learner("moodle:55", number="55", name="Eve")
    source = "/home/prof/hand-ins/eve_55_assignsubmission_file_"
    book.hand_in(eve, "their/own/eve.zip", "", run, fault="their/own/eve.zip is damaged.")
    book.hand_in(eve, source, "", run, fault=f"<img src=x onerror=alert(1)> {source} is empty (/home/prof/tmp/x.zip).")
    made = class_grades(book, Policies(), TWO)
    row = "Participant 55,Eve,e@x.org,Submitted,,12.00,Yes,-,-,\n"
    assert worksheet(tmp_path, made, MOODLE + row).content.decode().endswith(row), "what was not graded has no comment"
    from grader.cohort.exports.moodle import _comment

    (eve_row,) = [learner for learner in made.learners if learner.name == "Eve"]
    comment = _comment("", made, eve_row)
    assert "<img" not in comment
    assert "prof" not in comment
    assert "eve_55_assignsubmission_file_ is empty (x.zip)" in comment


def test_policies_stand_in_the_scores_and_the_comments(tmp_path, book):
    (tmp_path / "cohort.toml").write_text(
        'zone = "Europe/Berlin"\npenalty = 1\nround_to = 1\n[units.lecture5]\ndue = 2026-10-31T12:00:00\nmaximum = 24\n'
    )
    made = class_grades(book, read_policies(tmp_path / "cohort.toml", COURSE), TWO)
    comment = worksheet(tmp_path, made).content.decode()
    assert "late: 2 days, 2 days charged: 2 points off" in comment
    assert "due: 2026-10-31 12:00 CET" in comment
    assert "scaled: of 12 points to 24" in comment
