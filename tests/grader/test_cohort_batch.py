"""A batch: every hand-in becomes a row, nothing is graded twice, and nothing is lost whatever is killed."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_course import NAMES, make_course

from grader.cohort.batch import Batch, seed_of
from grader.cohort.gradebook import Gradebook
from grader.cohort.hand_ins import find_hand_ins
from grader.cohort.prints import prints_of
from grader.course import find_course
from grader.session.options import RunOptions
from grader.session.pool import Pool

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def hand_in(course, folder, **texts):
    """The solutions, some of them otherwise; None leaves one out."""
    for name in NAMES:
        text = (course.root / f"solutions/day1/{name}.py").read_text()
        change = texts.get(name, ("", ""))
        if change is not None:
            path = folder / f"day1/{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(*change))


class Watch:
    """Counts what is told."""

    def __init__(self):
        self.checks, self.ended = 0, []

    def begin(self, hand_in):
        pass

    def check(self, hand_in, event):
        self.checks += 1

    def end(self, done):
        self.ended.append(done)


def grade(course, hand_ins, path, processes=2, seed=1, executor=None, **how):
    """Grade a folder of hand-ins into a gradebook."""
    watch = Watch()
    work = Batch(course, course.exercises, RunOptions(), prints_of(course, RunOptions()), seed, watch, **how)
    with Gradebook(path, write=True) as book, executor or Pool(processes) as pool:
        work.run(book, find_hand_ins([hand_ins], course=course), pool)
    return work, watch


def points(path):
    with Gradebook(path) as book:
        names = {learner.id: learner.shown for learner in book.learners()}
        rows = {}
        for row in book.standing():
            rows.setdefault(names[row.learner], {})[row.exercise.removeprefix("day1.")] = (row.status, row.earned)
        return rows


RIGHT = dict.fromkeys(NAMES, ("passed", 2.0))


@pytest.fixture
def class_(course, tmp_path):
    """Five: one right, one wrong on what two others build on, one in parts, one empty, one unreadable."""
    hand_in(course, tmp_path / "in/ada")
    hand_in(course, tmp_path / "in/bob", first=("2.0 * x", "3.0 * x"))
    hand_in(course, tmp_path / "in/cem", alone=None, third=("return 2.0 * x", "raise KeyError(x)"))
    (tmp_path / "in/dea").mkdir()
    (tmp_path / "in/eva.zip").write_bytes(b"PK no archive")
    return tmp_path / "in"


def test_every_hand_in_becomes_a_row(course, class_, tmp_path):
    work, watch = grade(course, class_, tmp_path / "grades.db")
    found = points(tmp_path / "grades.db")
    assert found["ada"] == RIGHT
    assert found["bob"] == RIGHT | {"first": ("failed", 1.0), "second": ("blocked", 0.0), "third": ("blocked", 0.0)}
    assert found["cem"] == RIGHT | {"alone": ("failed", 0.0), "third": ("failed", 0.0)}
    assert set(found) == {"ada", "bob", "cem"}
    assert {done.hand_in.learner.name for done in work.ungraded} == {"dea", "eva"}
    assert all(done.fault for done in work.ungraded)
    assert len(watch.ended) == 5
    assert work.isolation.level == "full"
    with Gradebook(tmp_path / "grades.db") as book:
        assert sorted(bool(row.fault) for row in book.hand_ins()) == [False, False, False, True, True]
        (run,) = book.runs()
        assert run.ended
        assert json.loads(run.environment)["numpy"]


def test_nothing_is_graded_twice(course, class_, tmp_path):
    path = tmp_path / "grades.db"
    _, first = grade(course, class_, path)
    _, second = grade(course, class_, path)
    assert first.checks > 0
    assert second.checks == 0
    assert sum(done.known for done in second.ended) == 15
    assert [done.points for done in second.ended if done.known] == [10.0] * 3


def test_what_was_handed_in_anew_is_graded_and_the_rest_is_not(course, class_, tmp_path):
    path = tmp_path / "grades.db"
    grade(course, class_, path)
    hand_in(course, class_ / "bob")
    _, watch = grade(course, class_, path)
    assert [done.hand_in.learner.name for done in watch.ended if done.graded] == ["bob"]
    with Gradebook(path) as book:
        assert len([row for row in book.hand_ins() if "bob" in row.source]) == 2


def test_after_a_change_of_checks_those_are_run_and_what_builds_on_them(course, class_, tmp_path):
    path = tmp_path / "grades.db"
    grade(course, class_, path)
    checks = course.root / "tests/hidden/day1/test_second.py"
    checks.write_text(checks.read_text().replace("2 * x", "2.0 * x"))
    _, watch = grade(find_course(course.root), class_, path)
    with Gradebook(path) as book:
        anew = {row.exercise for row in book.gradings() if row.run == 2}
    assert anew == {"day1.second", "day1.third"}
    assert {done.graded for done in watch.ended} == {0, 2}
    assert points(path)["ada"] == RIGHT


def test_each_learner_has_inputs_of_their_own_that_a_seed_repeats(course, class_, tmp_path):
    path = tmp_path / "grades.db"
    grade(course, class_, path, seed=8)
    with Gradebook(path) as book:
        keys = {learner.id: learner.key for learner in book.learners()}
        seeds = {(keys[row.learner], row.seed) for row in book.standing()}
    assert len({seed for _, seed in seeds}) == 3
    assert all(seed == seed_of(8, key) for key, seed in seeds)
    assert seed_of(8, "a") != seed_of(9, "a")


def test_what_would_be_lower_may_be_kept(course, class_, tmp_path):
    path = tmp_path / "grades.db"
    grade(course, class_, path)
    checks = course.root / "tests/hidden/day1/test_alone.py"
    text = checks.read_text()
    checks.write_text(text.replace("2 * x", "3 * x"))
    grade(find_course(course.root), class_, path, never_lower=True)
    assert points(path)["ada"] == RIGHT
    grade(find_course(course.root), class_, path, seed=2)
    assert points(path)["ada"]["alone"] == ("failed", 1.0)


def test_the_checks_are_kept_as_a_run_alone_has_them(course, class_, tmp_path):
    """The same verdicts, sentences and places as `grade --seed`, and one row a check."""
    path = tmp_path / "grades.db"
    grade(course, class_, path)
    with Gradebook(path) as book:
        (bob,) = [learner.id for learner in book.learners() if learner.name == "bob"]
        rows = [row for row in book.standing() if row.learner == bob]
        kept = {row.exercise: book.result_of(row) for row in rows}
    out = tmp_path / "report.json"
    words = [
        "day1",
        "--course",
        course.root,
        "--submission",
        class_ / "bob",
        "--seed",
        rows[0].seed,
        "--format",
        "json",
    ]
    command = [sys.executable, "-P", "-m", "grader", *map(str, words), "--output", str(out)]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
    for exercise in json.loads(out.read_text())["exercises"]:
        one = kept[exercise["exercise"]]
        assert exercise["status"] == one.status
        told = [(c["name"], c["verdict"], (c["failure"] or {}).get("headline")) for c in exercise["checks"]]
        assert told == [(c.name, c.verdict.value, c.failure.headline if c.failure else None) for c in one.checks]


def test_what_trains_may_be_left_out(course, class_, tmp_path):
    words = ["in/ada", "--gradebook", "grades.db", "--course", course.root]
    assert call(*words, "--no-training", cwd=tmp_path).returncode == 0
    assert points(tmp_path / "grades.db")["ada"] == RIGHT | {"third": ("passed", 1.0)}
    assert call(*words, cwd=tmp_path).returncode == 0
    assert points(tmp_path / "grades.db")["ada"] == RIGHT


def test_who_loops_waits_for_the_others(course, tmp_path):
    loop = dict.fromkeys(("alone", "first"), ("return 2.0 * x", "while True: pass"))
    hand_in(course, tmp_path / "in/a-looper", **loop)
    for name in ("bob", "cem", "dea"):
        hand_in(course, tmp_path / f"in/{name}")
    work, watch = grade(course, tmp_path / "in", tmp_path / "grades.db", processes=1)
    assert [done.hand_in.learner.name for done in watch.ended][-1] == "a-looper"
    found = points(tmp_path / "grades.db")
    assert found["a-looper"]["fragile"] == ("passed", 2.0)
    assert found["a-looper"]["alone"] == found["a-looper"]["first"] == ("failed", 0.0)
    assert not work.ungraded


def test_a_process_that_dies_costs_an_exercise_and_is_tried_again(tmp_path):
    course = make_course(tmp_path / "course", fragile="import os; os.kill(os.getpid(), 9)")
    for name in ("ada", "bob"):
        hand_in(course, tmp_path / f"in/{name}")
    work, _ = grade(course, tmp_path / "in", tmp_path / "grades.db")
    assert len(work.ungraded) == 2
    assert "signal 9" in work.ungraded[0].fault
    assert points(tmp_path / "grades.db")["ada"] == RIGHT | {"fragile": ("grader fault", 1.0)}
    course = make_course(tmp_path / "course")
    work, _ = grade(course, tmp_path / "in", tmp_path / "grades.db")
    assert points(tmp_path / "grades.db")["ada"] == RIGHT
    assert not work.ungraded


GRADE = [sys.executable, "-P", "-m", "grader"]
COMMAND = [*GRADE, "batch"]


def call(*words, cwd, command="batch", **how):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*GRADE, command, *map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True, **how
    )


def test_the_command_says_what_became_of_all(course, class_, tmp_path):
    words = ["in", "--gradebook", "grades.db", "--course", course.root, "--log", "log.jsonl", "-v", "-j", 2]
    done = call(*words, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "5 hand-ins: 3 graded now, 0 known from before, 2 not or not wholly graded." in done.stdout
    assert "ada: 10 of 10 points" in done.stderr
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert sorted(line["name"] for line in lines) == ["ada", "bob", "cem", "dea", "eva"]
    (class_ / "eva.zip").unlink()
    (class_ / "dea").rmdir()
    done = call(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "3 hand-ins: 0 graded now, 3 known from before" in done.stdout


def test_whoever_interrupts_it_is_told_that_what_was_graded_is_kept(course, tmp_path):
    hand_in(course, tmp_path / "in/ada", alone=("return 2.0 * x", "while True: pass"))
    words = ["in", "--gradebook", "grades.db", "--course", course.root]
    process = subprocess.Popen(
        [*COMMAND, *map(str, words)], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until and not (tmp_path / "grades.db").exists():
        time.sleep(0.1)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=5)
    except subprocess.TimeoutExpired:  # Python loses one that comes while a finaliser runs; a user presses it again
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.split("\n")[0] == "What was graded is kept in grades.db: the same command goes on from there."
    assert said.endswith("Interrupted.\n")
    with Gradebook(tmp_path / "grades.db") as book:
        assert [learner.name for learner in book.learners()] == ["ada"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing-here", "--gradebook", "g.db"], 2, "nothing-here"),
        (["in"], 2, "--gradebook"),
        (["in", "--gradebook", "g.db", "--only", "day9"], 2, "There is no exercise or unit 'day9'"),
        (["in", "--gradebook", "g.db", "--isolation", "none"], 2, "--allow-less-isolation"),
        (["in", "--gradebook", "g.db", "--scheduler", "tcp://127.0.0.1:9"], 2, "There is no Dask scheduler"),
        (["in", "--gradebook", "in"], 2, "in"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_graded(course, class_, tmp_path, words, code, said):
    if "tcp://127.0.0.1:9" in words:
        pytest.importorskip("distributed")
    done = call(*words, "--course", course.root, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr


def rows(path):
    """Gradings and results as they stand, but for what differs from run to run."""
    connection = sqlite3.connect(path)
    query = """SELECT l.key, g.exercise, g.state, g.earned, g.seed, r.place, r.name, r.verdict, r.headline
        FROM grading g JOIN learner l ON l.id = g.learner LEFT JOIN result r ON r.grading = g.id ORDER BY 1, 2, 6"""
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("times", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_goes_on_with_nothing_lost_and_nothing_twice(course, tmp_path, times):
    """The main process, or one of the pool's, is killed at random places; the end is what an undisturbed run has."""
    random_ = random.Random(3)
    for number in range(max(6, times // 2)):
        wrong = {random_.choice(NAMES): ("2.0 * x", "3.0 * x")} if number % 2 else {}
        hand_in(course, tmp_path / f"in/learner{number}", **wrong)
    words = [*map(str, ["in", "--course", course.root, "--seed", 4, "-j", 2, "--wait", "--gradebook"])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    before = []
    for number in range(times):
        process = subprocess.Popen(
            [*COMMAND, *words, "grades.db"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(random_.uniform(0.3, 3.0) if number else 3.5)
        if number % 3 == 2:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            for child in children.read_text().split() if process.poll() is None else []:
                os.kill(int(child), signal.SIGKILL)
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = rows(tmp_path / "grades.db") if (tmp_path / "grades.db").exists() else []
        assert {row for row in before if row[2] == "done"} <= set(now), "what was graded stays"
        before = now
    done = call(*words, "grades.db", cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert call(*words, "undisturbed.db", cwd=tmp_path).returncode == 0
    assert rows(tmp_path / "grades.db") == rows(tmp_path / "undisturbed.db")
