"""Rosters of every kind say who somebody is, and two of one name stay two."""

import pickle
import unicodedata
from datetime import UTC

import pytest

from grader.cohort.learners import Learner, named, numbered, read_roster
from grader.cohort.times import read_time, seconds_of, utc_of_seconds
from grader.errors import UsageError

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 5 (991),Final Score
    Points Possible,,,,,10,(read only)
"Doe, Jane",4711,77001,jdoe,Tuesday,,
"Müller, Jörg",4712,77002,jmueller,Tuesday,8,
"=cmd|' /C calc'!A0, O'Neil",4713,77003,oneil,"Wed, late",,
"Student, Test",9999,,abc,Tuesday,,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),\
Last modified (grade),Feedback comments
Participant 123,Jane Doe,jane@uni.edu,Submitted,,10,Yes,"Friday, 3 October 2025, 11:58 PM",-,
Participant 124,Jane Doe,jane2@uni.edu,No submission,,10,Yes,-,-,
Participant 125,محمد علي,m@uni.edu,Submitted,,10,Yes,"Saturday, 4 October 2025, 12:05 AM",-,
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Role,Section
Jane,Doe,77001,jane@uni.edu,Student,A
Ann,Other,77002,ann@uni.edu,Student,B
Prof,Essor,1,prof@uni.edu,Instructor,
"""


@pytest.fixture
def roster(tmp_path):
    def read(text, zone="UTC"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_roster(path, zone)

    return read


def keys(roster):
    return [person.learner.key for person in roster.people]


def test_canvas_export_is_read_without_its_points_and_its_test_student(roster):
    read = roster(CANVAS)
    assert read.platform == "canvas"
    assert keys(read) == ["canvas:4711", "canvas:4712", "canvas:4713"]
    assert read.people[2].learner.name == "=cmd|' /C calc'!A0, O'Neil"
    assert read.people[2].learner.section == "Wed, late"


def test_canvas_files_find_their_learner_by_number_alone(roster):
    read = roster(CANVAS)
    found = read.match(numbered("canvas", "4711", "doejane"))
    assert found == Learner("canvas:4711", "Doe, Jane", "4711", "jdoe", "", "Tuesday")
    stranger = numbered("canvas", "5000", "doejane")  # of the same name, and not on the roster
    assert read.match(stranger) == stranger


@pytest.mark.parametrize(
    "name", ["Jane Doe", "jane  doe", "Doe, Jane", "doejane", "JaneDoe", "Jane_Doe", "JDOE", "4711", "77001"]
)
def test_folder_is_named_after_whatever_is_known(roster, name):
    assert roster(CANVAS).match(named(name)).key == "canvas:4711"


def test_name_is_compared_however_it_is_composed(roster):
    name = unicodedata.normalize("NFD", "Jörg Müller")
    assert roster(CANVAS).match(named(name)).key == "canvas:4712"


def test_number_of_another_platform_is_no_number_of_canvas(roster):
    learner = numbered("moodle", "4711", "Somebody Else")
    assert roster(CANVAS).match(learner) == learner
    assert roster(CANVAS).match(numbered("gradescope", "77002")).login == "jmueller"  # the institution's


def test_moodle_worksheet_says_when_and_two_of_one_name_stay_two(roster):
    read = roster(MOODLE)
    assert [person.time for person in read.people] == ["2025-10-03T23:58:00Z", "", "2025-10-04T00:05:00Z"]
    assert roster(MOODLE, "Europe/Berlin").people[0].time == "2025-10-03T21:58:00Z"
    assert read.match(named("Jane Doe")) == named("Jane Doe")  # whichever it is cannot be told
    assert read.match(numbered("moodle", "124", "Jane Doe")).email == "jane2@uni.edu"
    assert read.match(named("jane@uni.edu")).key == "moodle:123"
    assert read.match(named("محمد علي")).key == "moodle:125"


def test_gradescope_roster_leaves_out_who_teaches(roster):
    read = roster(GRADESCOPE)
    assert read.platform == "gradescope"
    assert keys(read) == ["gradescope:77001", "gradescope:77002"]
    assert read.match(Learner("login:x", "x", login="x", email="ANN@uni.edu")).key == "gradescope:77002"


@pytest.mark.parametrize(
    "text",
    [
        "name,email,login,number,section\nZoë Doe,z@u.e,zoe,7,A\n",
        "\ufeffsection;number;login;email;name\r\nA;7;zoe;z@u.e;Zoë Doe\r\n",
        "Login\tName\tNumber\tE-Mail\tSection\nzoe\tZoë Doe\t7\tz@u.e\tA\n",
        "name,email,login,number,section\nZoë Doe,z@u.e,zoe,7,A\n".encode("latin-1"),
        "name,email,login,number,section\nZoë Doe,z@u.e,zoe,7,A\n".encode("utf-16"),
        "First name,Last name,Email,Username,Number,Group\nZoë,Doe,z@u.e,zoe,7,A\n",
        '\n"name","email","login","number","section"\n\n"Zoë\nDoe",z@u.e,zoe,7,A\n',
    ],
)
def test_plain_table_in_any_order_and_encoding(roster, text):
    read = roster(text)
    assert [person.learner for person in read.people] == [Learner("roster:7", "Zoë Doe", "7", "zoe", "z@u.e", "A")]
    assert pickle.loads(pickle.dumps(read)) == read


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1"),
        ("one,two\n1,2\n", "line 1"),
        ("name,email\nDoe, Jane,j@u.e\n", "line 2: it has 3 cells"),
        ('name,email\nA,a@u.e\n\n"B,b@u.e\n', "line 4"),
        ("name,number\nA,1\nB,2\nC,1\n", "line 4: the number 1 is on line 2"),
        ("name\nJane Doe\nJane Doe\n", "line 3: the name Jane Doe is on line 2 already. Give each"),
        ("name,section\n,A\n", "line 2: it names nobody"),
        ("name,email\n", "names nobody"),
        (MOODLE.replace("Participant 124", "Jane"), "line 3: its identifier"),
        (MOODLE.replace("Friday, 3 October 2025, 11:58 PM", "the day before"), "line 2: the day before"),
        (b"name\nA\x00\xff\n", None),
    ],
)
def test_what_is_wrong_is_told_by_line(roster, text, told):
    if told is None:
        assert len(roster(text).people) == 1
        return
    with pytest.raises(UsageError, match=told):
        roster(text)


def test_roster_that_is_not_there_and_a_zone_that_is_none(tmp_path, roster):
    with pytest.raises(UsageError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
    for zone in ("Mars/Olympus", "../../etc/passwd", "\0"):
        with pytest.raises(UsageError, match="no time zone"):
            roster(CANVAS, zone)


def test_names_are_one_line_that_can_be_shown():
    assert named(" Jane\n\x1b[31m\tDoe ").name == "Jane [31m Doe"
    assert named("caf\udce9").name == "café"
    assert len(named("x" * 1000).name) == 300
    assert named("\ud800x").name == "x"
    assert named("\x01").key != named("\x02").key
    assert named("jane doe").key != named("Jane Doe").key  # two folders may be of two


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2021-02-04 10:13:14.212345000 -08:00", "2021-02-04T18:13:14Z"),
        ("2021-02-04 10:13:14.212345000 Z", "2021-02-04T10:13:14Z"),
        ("2021-02-04T10:13:14+0530", "2021-02-04T04:43:14Z"),
        ("2021-02-04 10:13", "2021-02-04T10:13:00Z"),
        ("Monday, 3 March 2025, 12:00 AM", "2025-03-03T00:00:00Z"),
        ("Monday, 3 March 2025, 12:30 PM", "2025-03-03T12:30:00Z"),
        ("Freitag, 3. Oktober 2025, 23:58", "2025-10-03T23:58:00Z"),
        ("mardi 1 juillet 2025, 08:00", "2025-07-01T08:00:00Z"),
        ("domingo, 1 de junio de 2025, 08:00", "2025-06-01T08:00:00Z"),
    ],
)
def test_times_as_platforms_write_them(text, time):
    assert read_time(text, UTC) == time
    assert utc_of_seconds(seconds_of(time)) == time


@pytest.mark.parametrize("text", ["", "yesterday", "2021-02-30 10:00", "31 Smarch 2025, 10:00", "3 May 2025, 25:00"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        read_time(text, UTC)


def test_forged_seconds_are_no_time():
    assert utc_of_seconds(-1) == utc_of_seconds(10**18) == ""
    with pytest.raises(ValueError, match="zone"):
        seconds_of("2025-01-01T00:00:00")
