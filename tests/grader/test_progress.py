"""Where a learner stands: `grade` alone, `grade list`, `grade next`, and the history that they go by."""

from __future__ import annotations

import datetime
import json
import os
import pty
import re
import subprocess

import pytest
from learner import GRADE, RIGHT, WRONG, Learner, run
from sandboxed import ROOT

from grader.study.history import NAME, Attempt, read_history, record
from grader.study.progress import Mark, Progress, Standing, is_own, read_progress


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """A folder in which one exercise passed, one failed, one waits for it, and one has changed since."""
    learner = Learner(tmp_path_factory.mktemp("worked"))
    for name, body in (("alone", RIGHT), ("first", WRONG), ("second", RIGHT), ("fragile", RIGHT)):
        learner.write(name, body)
    learner("day1", code=1)
    learner.write("fragile", WRONG)
    return learner


def test_a_list_has_a_mark_and_points_for_each(worked):
    said, _ = worked("list")
    rows = {line.split()[1]: line.split()[0] + " ".join(line.split()[2:]) for line in said.splitlines()[1:6]}
    assert said.splitlines()[0] == "day1 · t  2/5"
    assert rows["alone"] == "✓2/2 alone"
    assert rows["first"] == "✗1/2 first"  # it leaves 0, all the same
    assert rows["second"] == "◌0/2 second waits for day1.first"
    assert rows["third"] == "·0/2 third"
    assert rows["fragile"] == "✓2/2 fragile changed since"
    assert "✓ passed   ✗ begun   ◌ blocked   · not started" in said


def test_grade_alone_says_where_one_stands_and_what_is_next(worked):
    said, _ = worked("progress")
    assert "2 of 5 exercises done" in said
    assert "Changed since they were graded: day1.fragile" in said
    assert "next: day1.first" in said
    assert "exercises/day1/README.md:7" in said
    assert f"grade day1.first --course {worked.course.root}" in said
    alone = subprocess.run(GRADE, cwd=worked.here, capture_output=True, text=True, timeout=120)
    assert alone.returncode == 0, alone.stderr
    assert "exercises done" in alone.stdout  # of the grader's own course, which the folder's is not


def test_elsewhere_grade_alone_is_the_help(tmp_path):
    done = run(cwd=tmp_path)
    assert "Usage:" in done.stdout + done.stderr
    assert done.returncode == 2


def test_what_was_blocked_is_to_be_graded_again_once_its_way_is_free(tmp_path):
    learner = Learner(tmp_path)
    learner.write("first", WRONG)
    learner.write("second")
    learner("day1.first", "day1.second", code=1)
    learner.write("first")
    said, _ = learner("day1.first")
    assert "next: day1.second" in said
    assert "exercises/day1/README.md" not in said  # which does not speak of it
    assert "blocked" not in learner("list")[0].splitlines()[3]


def test_a_passed_exercise_names_the_next_one_and_links_to_its_lines(tmp_path):
    learner = Learner(tmp_path)
    learner.write("alone")
    plain, _ = learner("day1.alone")
    assert plain.splitlines()[-2:] == ["next: day1.first · first", "  exercises/day1/README.md:7"]
    assert "\x1b" not in plain
    words = [*GRADE, "day1.alone", "--course", str(learner.course.root)]
    shown = on_a_terminal(words, learner.here)
    link = f"{(learner.here / 'exercises/day1/README.md').as_uri()}#7"
    assert re.search(rf"\x1b]8;[^;]*;{re.escape(link)}\x1b\\[^\n]*exercises/day1/README\.md:7", shown), shown
    assert "\x1b]8;" not in on_a_terminal(words, learner.here, TERM="dumb")


def on_a_terminal(words, cwd, **environment):
    """What a command prints on a terminal of its own."""
    ours, theirs = pty.openpty()
    told = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    told.pop("NO_COLOR", None)
    with subprocess.Popen(words, cwd=cwd, stdout=theirs, stderr=theirs, stdin=theirs, env=told) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # Linux says so of a terminal that nobody has open any more
                break
            if not piece:
                break
            said += piece
        assert process.wait(timeout=120) == 0, said.decode()
    os.close(ours)
    return said.decode()


def test_history_tells_attempts_points_and_times(worked):
    said, _ = worked("list", "--history")
    assert [line.split()[1] for line in said.splitlines()] == [f"day1.{e.name}" for e in worked.course.exercises]
    alone, _ = worked("list", "day1.alone", "--history")
    today = datetime.datetime.now(datetime.UTC).astimezone()
    assert re.fullmatch(r"\d\d \w{3} \d\d:\d\d  ✓ 2/2 +passed +\d+\.\d s\n", alone), alone
    assert alone.split()[1] in {today.strftime("%b"), (today - datetime.timedelta(days=1)).strftime("%b")}
    lines = [json.loads(line) for line in (worked.here / ".grade" / NAME).read_text().splitlines()]
    assert [line["earned"] for line in lines] == [2, 1, 0, 0, 2]
    assert all(len(line["digest"]) == 64 for line in lines)


def test_what_lies_elsewhere_is_no_part_of_the_history(tmp_path):
    learner = Learner(tmp_path)
    learner("day1.alone", "--submission", str(learner.course.root / "solutions"))
    assert not (learner.here / ".grade" / NAME).exists()
    learner.write("alone")
    learner("day1.alone", "--submission", "exercises/day1/alone.py")
    assert len(read_history(learner.here)) == 1
    assert is_own(learner.here / "exercises/day1", learner.here)
    assert not is_own(learner.here, learner.here)


HOSTILE = {
    "nested": b'{"exercise":' + b"[" * 200_000,
    "of other kinds": b'{"exercise":1,"when":[],"status":"best","earned":-1}\n[]\nnull\n\n"x"\n',
    "endless numbers": b'{"exercise":"day1.alone","when":"2026-01-01T00:00:00+00:00","status":"passed",'
    b'"earned":1e999,"points":1}\n',
    "no time": b'{"exercise":"day1.alone","when":"\x1b[2J","status":"passed","earned":1,"points":1}\n',
    "no text": bytes(range(256)) * 100,
    "a long name": b'{"exercise":"' + b"a" * 100_000 + b'","when":"x","status":"passed","earned":1,"points":1}\n',
    "line ends": b"\n" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_anybody_wrote_into_the_history_costs_nothing(tmp_path, name):
    folder = tmp_path / ".grade"
    folder.mkdir()
    good = Attempt("day1.alone", "2026-01-01T00:00:00+00:00", "passed", 1.0, 1.0)
    line = b'{"exercise":"day1.alone","when":"2026-01-01T00:00:00+00:00","status":"passed","earned":1,"points":1}\n'
    (folder / NAME).write_bytes(line + HOSTILE[name])
    assert read_history(tmp_path) == (good,)


@pytest.mark.parametrize("kind", ["link", "fifo", "folder", "too large", "link of the folder"])
def test_a_history_that_is_no_file_is_neither_read_nor_written(tmp_path, kind):
    learner = Learner(tmp_path)
    learner.write("alone")
    victim = tmp_path / "victim"
    victim.write_text("precious")
    if kind == "link of the folder":
        (tmp_path / "elsewhere").mkdir()
        (learner.here / ".grade").symlink_to(tmp_path / "elsewhere")
    else:
        (learner.here / ".grade").mkdir()
        path = learner.here / ".grade" / NAME
        {
            "link": lambda: path.symlink_to(victim),
            "fifo": lambda: os.mkfifo(path),
            "folder": path.mkdir,
            "too large": lambda: path.write_bytes(b"x" * (2 << 20)),
        }[kind]()
    learner("day1.alone")
    said, _ = learner("list")
    assert "alone" in said
    assert victim.read_text() == "precious"
    assert not (tmp_path / "elsewhere").exists() or not list((tmp_path / "elsewhere").iterdir())


def test_a_long_history_keeps_the_latest_and_the_first_that_passed(tmp_path):
    learner = Learner(tmp_path)
    learner.write("alone")
    learner("day1.alone")
    path = learner.here / ".grade" / NAME
    (first,) = read_history(learner.here)
    line = path.read_bytes().replace(b'"passed"', b'"failed"').replace(b'"earned":2.0', b'"earned":1.0')
    path.write_bytes(path.read_bytes() + line * ((1 << 20) // len(line) - 1))
    learner("day1.alone")
    kept = read_history(learner.here)
    assert path.stat().st_size < 1 << 14
    assert kept[0] == first
    assert [attempt.earned for attempt in kept] == [2.0, *[1.0] * 20, 2.0]


def test_a_run_of_which_the_last_line_was_cut_short_does_not_take_the_next_with_it(tmp_path):
    learner = Learner(tmp_path)
    learner.write("alone")
    learner("day1.alone")
    path = learner.here / ".grade" / NAME
    path.write_bytes(path.read_bytes() + b'{"exercise":"day1.al')
    learner("day1.alone")
    assert len(read_history(learner.here)) == 2


def test_a_run_that_was_cut_short_is_no_attempt(tmp_path):
    from grader.course import Submission
    from grader.reports.model import Isolation, Report

    record(Report(seed=1, isolation=Isolation("full"), complete=False), Submission(tmp_path, {}), tmp_path)
    assert not (tmp_path / ".grade").exists()


def standing(exercise, mark, *, at="", status="failed", blocked_by=""):
    tried = (Attempt(exercise, f"2026-01-01T00:00:{at}+00:00", status, 1.0, 2.0),) if at else ()
    return Standing(exercise, mark, attempts=tried, blocked_by=blocked_by)


@pytest.mark.parametrize(
    ("standings", "expected"),
    [
        ([("a.x", Mark.NOT_STARTED, {}), ("a.y", Mark.NOT_STARTED, {})], "a.x"),
        ([("a.x", Mark.NOT_STARTED, {}), ("b.y", Mark.BEGUN, {})], "b.y"),
        # what was done last decides where one is
        ([("a.x", Mark.NOT_STARTED, {}), ("b.y", Mark.PASSED, {"at": "01"}), ("b.z", Mark.NOT_STARTED, {})], "b.z"),
        # what is begun there comes before what is not
        (
            [
                ("b.x", Mark.BEGUN, {"at": "01"}),
                ("b.y", Mark.PASSED, {"at": "02", "status": "passed"}),
                ("b.z", Mark.NOT_STARTED, {}),
            ],
            "b.x",
        ),
        # after a unit that is done: the next one, and not the first
        ([("a.x", Mark.NOT_STARTED, {}), ("b.y", Mark.PASSED, {"at": "01"}), ("c.z", Mark.NOT_STARTED, {})], "c.z"),
        ([("a.x", Mark.NOT_STARTED, {}), ("b.y", Mark.PASSED, {"at": "01"})], "a.x"),
        # what is blocked leads to what blocks it
        (
            [
                ("a.x", Mark.NOT_STARTED, {}),
                ("b.y", Mark.PASSED, {"at": "01"}),
                ("b.z", Mark.BLOCKED, {"blocked_by": "a.x"}),
            ],
            "a.x",
        ),
        ([("a.x", Mark.BLOCKED, {"blocked_by": "a.y"}), ("a.y", Mark.BLOCKED, {"blocked_by": "a.x"})], "a.x"),
        ([("a.x", Mark.PASSED, {"at": "01"})], ""),
        ([], ""),
    ],
)
def test_next(standings, expected):
    assert Progress(tuple(standing(name, mark, **how) for name, mark, how in standings)).next == expected


def test_a_stub_that_was_put_back_is_not_started(tmp_path):
    learner = Learner(tmp_path)
    stub = learner.file("alone").read_text()
    learner.write("alone")
    learner("day1.alone")
    learner.file("alone").write_text(stub)
    assert read_progress(learner.course, learner.here).of("day1.alone").mark is Mark.NOT_STARTED
    learner.file("alone").unlink()
    assert "no file" in learner("list")[0]


def test_letters_that_an_encoding_lacks_are_spelt(worked):
    said, _ = worked("list", PYTHONIOENCODING="ascii")
    assert "ok alone" in said
    assert said.isascii()
    narrow, _ = worked("progress", columns="40")
    assert max(len(line) for line in narrow.splitlines() if "--course" not in line) <= 40


def test_this_course_lists_and_finds_its_places():
    done = run("list", "lecture5", cwd=ROOT)
    assert done.returncode == 0
    assert "lecture5 · becoming a backprop ninja" in done.stdout
    from grader.course import find_course
    from grader.study.readme import in_readme, to_write

    for exercise in find_course(ROOT).exercises:
        place = in_readme(exercise, ROOT)
        assert place is not None, exercise.id
        assert f"`{exercise.name}`" in (ROOT / place.file).read_text().splitlines()[place.line - 1]
        written = to_write(exercise, ROOT)
        assert (
            exercise.quiz or "NotImplementedError" in (ROOT / written.file).read_text().splitlines()[written.line - 1]
        )


def test_lines_fit_a_narrow_terminal(tmp_path):
    learner = Learner(tmp_path)
    learner.write("first", WRONG)
    for _ in range(3):
        learner("day1", code=1)
    for words in (["list"], ["list", "--history"], ["list", "--history", "day1.first"]):
        narrow, wide = (learner(*words, columns=columns)[0] for columns in ("40", "200"))
        assert max(map(len, narrow.splitlines())) <= 40, narrow
        assert narrow.split() == wide.split() or words == ["list"]
