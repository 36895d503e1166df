"""The pool of processes: what comes back, what is lost with a process, and what is left when this one ends."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import msgspec
import pytest
from sandboxed import ROOT, processes_of
from small_course import NAMES, make_course

from grader.author.validate import Conduct, validate
from grader.course import find_course, read_submission
from grader.errors import GraderError, UsageError
from grader.reports.model import CheckResult, Environment, Status, Verdict
from grader.session import capacity
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions
from grader.session.parallel import ParallelSession, processes_that_pay
from grader.session.pool import Job, Pool
from grader.session.task import Task, grade_task

JOBS = """
    import os, signal, sys, time
    from grader.errors import UsageError

    def echo(place, value, seconds=0):
        time.sleep(seconds)
        return value

    def process(place):
        return os.getpid()

    def die(place):
        os.kill(os.getpid(), signal.SIGKILL)

    def leave(place):
        sys.stderr.write("last words")
        sys.stderr.flush()
        os._exit(7)

    def fail(place):
        raise ValueError("nobody expected it")

    def misuse(place):
        raise UsageError("Say it otherwise.")

    def surroundings(place):
        return os.getcwd(), sys.path, sys.flags.safe_path, os.environ["GRADLINGS_DATA"]

    def talk(place):
        print("said")
        sys.stderr.write("said")
        os.write(1, b"said")
        os.write(2, b"said")
        place.tell("one")
        return place.ask("two")
"""


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """A module that processes of the pool can import, too."""
    (tmp_path / "pool_jobs.py").write_text(textwrap.dedent(JOBS))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("pool_jobs")
    sys.modules.pop("pool_jobs")


def of_pools(pid):
    """The processes of all pools of a process."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if state != "Z" and any(b"pool_process" in word for word in words) and str(pid).encode() in words:
                    found.add(int(entry.name))
    return found


def test_values_come_as_they_end_and_in_order(jobs):
    work = [Job(jobs.echo, (0, 3.0), "slow"), Job(jobs.echo, (1,), "quick"), Job(jobs.echo, (2,), "quick")]
    with Pool(2) as pool:
        assert [ended.result() for ended in pool.as_ended(work)] == [1, 2, 0]
        assert [ended.result() for ended in pool.in_order(work)] == [0, 1, 2]
        assert len(of_pools(os.getpid())) == 2
    assert of_pools(os.getpid()) == set()


def test_a_process_goes_on_with_the_next_job(jobs):
    with Pool(1) as pool:
        ended = list(pool.as_ended([Job(jobs.process, (), "it")] * 3))
    assert len({one.result() for one in ended}) == 1


def test_a_process_that_dies_costs_its_own_job(jobs):
    work = [Job(jobs.echo, (0,), "first"), Job(jobs.die, (), "lecture5.x"), Job(jobs.leave, (), "y")]
    work += [Job(jobs.echo, (n,), "later") for n in range(3)]
    with Pool(1) as pool:
        first, dead, left, *later = pool.in_order(work)
    assert [one.result() for one in (first, *later)] == [0, 0, 1, 2]
    assert dead.lost
    with pytest.raises(GraderError, match=r"ended by signal 9 while it was at lecture5\.x\. The machine may be out of"):
        dead.result()
    with pytest.raises(GraderError, match=r"exit code 7 while it was at y\. It said:\nlast words"):
        left.result()


def test_an_exception_is_the_jobs_and_the_process_goes_on(jobs):
    with Pool(1) as pool:
        failed, misused, fine = pool.in_order([Job(f, (), "x") for f in (jobs.fail, jobs.misuse, jobs.process)])
    assert "ValueError: nobody expected it" in str(failed.error)
    assert not failed.lost
    assert isinstance(misused.error, UsageError)
    assert str(misused.error) == "Say it otherwise."
    assert fine.result() > 0


def test_a_process_stands_in_no_folder_of_the_users(jobs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADLINGS_DATA", "data")
    with Pool(1) as pool:
        (ended,) = pool.as_ended([Job(jobs.surroundings, (), "it")])
    here, path, safe, data = ended.result()
    assert here == "/"
    assert safe
    assert all(os.path.isabs(entry) for entry in path)
    assert data == str(tmp_path / "data")


def test_a_job_tells_and_asks_and_prints_nothing(jobs, capfd):
    heard = []

    def hear(event):
        heard.append(event)
        return event.upper()

    with Pool(1) as pool:
        (ended,) = pool.as_ended([Job(jobs.talk, (), "it", hear)])
    assert ended.result() == "TWO"
    assert heard == ["one", "two"]
    assert capfd.readouterr() == ("", "")


def test_whoever_leaves_early_leaves_nothing(jobs):
    with pytest.raises(KeyboardInterrupt), Pool(2) as pool:
        for _ in pool.as_ended([Job(jobs.echo, (n, 60.0 * n), "x") for n in range(2)]):
            raise KeyboardInterrupt
    assert of_pools(os.getpid()) == set()


# -- grading ----------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def submission_of(course, **texts):
    """The solutions, some of them otherwise."""
    given = read_submission(course.root / "solutions", course)
    files = dict(given.files)
    for name, (old, new) in texts.items():
        file = files[f"day1.{name}"]
        files[file.module] = dataclasses.replace(file, text=file.text.replace(old, new))
    return dataclasses.replace(given, files=files)


def without_times(report):
    """A report, but for what differs from one run or process to the next: this one has torch loaded, perhaps."""
    exercises = tuple(
        msgspec.structs.replace(e, checks=tuple(msgspec.structs.replace(c, seconds=0.0) for c in e.checks))
        for e in report.exercises
    )
    return msgspec.structs.replace(report, exercises=exercises, started="", seconds=0.0, environment=Environment())


WRONG = {"first": ("2.0 * x", "3.0 * x"), "alone": ("return 2.0 * x", "raise KeyError(x)")}
CIRCLE = {"first": ('"""first."""', '"""first."""\nfrom .third import third')}


@pytest.mark.parametrize("texts", [{}, WRONG, CIRCLE], ids=["right", "wrong", "circle"])
def test_the_report_is_that_of_one_process(course, texts):
    options, given = RunOptions(seed=5), submission_of(course, **texts)
    with Session(course, course.exercises, options) as session:
        one = session.run(course.exercises, given)
    with ParallelSession(course, options, Hooks(), 3) as session:
        several = session.run(course.exercises, given)
    assert without_times(several.report) == without_times(one.report)
    assert several.numeric == one.numeric
    blocked = [e.exercise for e in several.report.exercises if e.status is Status.BLOCKED]
    assert len(blocked) == (2 if texts else 0) or texts is CIRCLE


def test_what_is_not_asked_for_is_graded_where_something_builds_on_it(course):
    options, given = RunOptions(seed=5), submission_of(course, **WRONG)
    wanted = course.resolve(["day1.third", "day1.alone"])
    with Session(course, wanted, options) as session:
        one = session.grade(wanted, given)
    with ParallelSession(course, options, Hooks(), 2) as session:
        several = session.grade(wanted, given)
    assert without_times(several) == without_times(one)
    assert [e.exercise for e in several.exercises] == ["day1.alone", "day1.third"]


def test_a_run_is_watched_as_it_grows(course):
    begun, reports = [], []
    hooks = Hooks(on_start=lambda *names: begun.append(names), on_progress=reports.append)
    with ParallelSession(course, RunOptions(seed=5), hooks, 2) as session:
        last = session.grade(course.exercises, course.root / "solutions")
    assert sorted(begun) == sorted((e.exercise, c.name) for e in last.exercises for c in e.checks)
    assert [sum(len(e.checks) for e in report.exercises) for report in reports] == list(range(1, 11))
    assert not any(report.complete for report in reports)
    assert without_times(reports[-1]).exercises == without_times(last).exercises


class Shelf:
    """Keeps results of full mode."""

    def __init__(self):
        self.results = {}

    def get(self, fingerprint):
        return self.results.get(fingerprint)

    def put(self, fingerprint, result):
        assert isinstance(result, CheckResult)
        self.results[fingerprint] = result


def test_results_of_full_mode_are_kept_by_this_process(course):
    shelf, options = Shelf(), RunOptions(seed=5, full=True)
    for run in range(3):
        if run < 2:
            session = ParallelSession(course, options, Hooks(kept=shelf), 2)
        else:
            session = Session(course, course.exercises, options, Hooks(kept=shelf))
        with session:
            report = session.grade(course.exercises, course.root / "solutions")
        assert report.exit_code == 0
        assert len(shelf.results) == len(NAMES)
        assert all(any("--fresh" in note for note in e.notes) == (run > 0) for e in report.exercises)


def test_a_process_that_dies_costs_its_own_exercise(tmp_path):
    course = make_course(tmp_path / "course", fragile="import os; os.kill(os.getpid(), 9)")
    with ParallelSession(course, RunOptions(seed=5), Hooks(), 2) as session:
        report = session.grade(course.exercises, course.root / "solutions")
    *others, fragile = report.exercises
    assert {e.status for e in others} == {Status.PASSED}
    assert [c.verdict for c in fragile.checks] == [Verdict.PASSED, Verdict.GRADER_FAULT]
    assert fragile.checks[-1].name == "test_zero"
    assert fragile.status is Status.GRADER_FAULT
    assert report.exit_code == 3
    (fault,) = report.faults
    assert "day1.fragile" in fault
    assert "signal 9" in fault


@pytest.mark.parametrize("texts", [{}, WRONG], ids=["right", "wrong"])
def test_what_trains_begins_early_and_is_told_of_when_all_is_known(tmp_path, texts):
    course, begun = make_course(tmp_path / "course", "import time; time.sleep(2)", where="first"), []
    hooks = Hooks(on_start=lambda exercise, check: begun.append(exercise))
    with ParallelSession(course, RunOptions(seed=5), hooks, 2) as session:
        report = session.grade(course.exercises, submission_of(course, **texts))
    third = next(e for e in report.exercises if e.exercise == "day1.third")
    assert third.status is (Status.BLOCKED if texts else Status.PASSED)
    assert "day1.third" not in begun[: begun.index("day1.first") + 2]
    assert ("day1.third" in begun) == (not texts)


@pytest.mark.parametrize("texts", [{}, WRONG], ids=["right", "wrong"])
def test_what_dies_early_is_lost_only_where_it_would_have_been_run(tmp_path, texts):
    course = make_course(tmp_path / "course", "import os; os.kill(os.getpid(), 9)", where="third")
    with ParallelSession(course, RunOptions(seed=5), Hooks(), 2) as session:
        report = session.grade(course.exercises, submission_of(course, **texts))
    third = next(e for e in report.exercises if e.exercise == "day1.third")
    assert third.status is (Status.BLOCKED if texts else Status.GRADER_FAULT)
    assert len(report.faults) == (0 if texts else 1)


def test_a_check_that_fails_on_our_side_is_a_fault(tmp_path):
    course = make_course(tmp_path / "course", fragile="raise ValueError('ours')")
    with ParallelSession(course, RunOptions(seed=5), Hooks(), 2) as session:
        report = session.grade(course.exercises, course.root / "solutions")
    assert [e.status for e in report.exercises] == [*[Status.PASSED] * 4, Status.GRADER_FAULT]
    assert len(report.faults) == 1
    assert report.exit_code == 3


def test_what_cannot_begin_is_an_error(course):
    options = RunOptions(isolation="none", require_isolation=True)
    with pytest.raises(GraderError, match="Full isolation is required"):
        with ParallelSession(course, options, Hooks(), 2) as session:
            session.grade(course.exercises, course.root / "solutions")
    assert of_pools(os.getpid()) == set()


def test_what_was_refused_isolation_is_refused_again(course):
    with Session(course, course.exercises, RunOptions(isolation="none", require_isolation=True)) as session:
        for _ in range(2):
            with pytest.raises(GraderError, match="Full isolation is required"):
                session.prepare()


def test_what_cannot_be_sent_is_refused(course):
    for options, hooks in (
        (RunOptions(debug=True), Hooks()),
        (RunOptions(), Hooks(select=lambda *_: True)),
        (RunOptions(), Hooks(wrap=lambda _, peer: peer)),
    ):
        with pytest.raises(ValueError, match="use a Session"):
            ParallelSession(course, options, hooks, 2)


def test_a_task_is_a_message():
    task = Task("/course", ("day1.one",), Path("/theirs"), RunOptions(seed=5), standing={"day1.two": Status.BLOCKED})
    encoded = msgspec.msgpack.encode(task, enc_hook=str)
    assert msgspec.msgpack.decode(encoded)["exercises"] == ["day1.one"]


def test_tasks_of_several_submissions(course):
    """As a cohort is graded: a path for the submission, and several exercises at once."""
    tasks = [
        Task(str(course.root), ("day1.alone", "day1.first"), course.root / folder, RunOptions(seed=5))
        for folder in ("solutions", "exercises", "solutions")
    ]
    (course.root / "exercises/day1/alone.py").write_text("def alone(x):\n    return -x\n")
    with Pool(2) as pool:
        runs = [ended.result() for ended in pool.in_order([Job(grade_task, (task,), "x") for task in tasks])]
    assert [run.report.exit_code for run in runs] == [0, 1, 0]


def test_validation_outlives_a_process(tmp_path):
    course = make_course(tmp_path / "course", fragile="import os; os.kill(os.getpid(), 9)")
    result = validate(course, course.resolve(["day1.fragile", "day1.alone"]), 1, Conduct(jobs=2))
    lost = [problem for problem in result.problems if problem.exercise == "day1.fragile"]
    assert len(lost) == 1
    assert "signal 9" in lost[0].text
    assert any(problem.exercise == "day1.alone" for problem in result.problems)  # it has no alternatives


# -- the command ------------------------------------------------------------------------------------------------

GRADE = [sys.executable, "-c", "from grader.cli.main import main; main()"]


def test_the_command_grades_several_at_a_time(tmp_path):
    course = make_course(tmp_path / "course")
    words = ["all", "--course", str(course.root), "--submission", str(course.root / "solutions"), "--seed", "5"]
    for jobs, code in ((["-j", "2"], 0), (["--jobs", "2", "--full"], 0), (["-j", "2", "--debug"], 2)):
        done = subprocess.run([*GRADE, *words, *jobs], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stderr
        assert done.stderr == "" or code == 2
    assert sorted(os.listdir(tmp_path / ".grade")) == ["full.jsonl", "last.html", "last.json"]


@pytest.mark.confined  # it looks for zygotes
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_nothing(tmp_path, sent):
    course = make_course(tmp_path / "course")
    theirs = tmp_path / "theirs" / "day1"
    theirs.mkdir(parents=True)
    for name in NAMES:
        (theirs / f"{name}.py").write_text(f"def {name}(x):\n    while True: pass\n")
    (tmp_path / "temporary").mkdir()
    child = subprocess.Popen(
        [*GRADE, "all", "-j", "2", "--course", str(course.root), "--submission", str(theirs.parent)],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell starts what runs in its background with Ctrl-C ignored, and this test may run there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - it execs at once
    )
    deadline = time.monotonic() + 60
    started = set()
    while time.monotonic() < deadline:
        started = of_pools(child.pid)  # and, for a moment, a copy of one that becomes its zygote
        if len(started) == 2 and all(len(processes_of(pid)) >= 3 for pid in started):  # outer, zygote, worker
            break
        time.sleep(0.05)
    assert len(started) == 2
    time.sleep(0.5)
    child.send_signal(sent)
    _, errors = child.communicate(timeout=40)
    if sent != signal.SIGKILL:
        assert child.returncode == 130
        assert errors.strip() == b"Interrupted."
    deadline = time.monotonic() + 10
    left = {0}
    while left and time.monotonic() < deadline:
        left = of_pools(child.pid).union(*(processes_of(pid) for pid in started))
        time.sleep(0.05)
    assert left == set()
    assert os.listdir(tmp_path / "temporary") == []


# -- how many ---------------------------------------------------------------------------------------------------


def test_processes_must_pay(course):
    everything = find_course(ROOT)
    assert processes_that_pay(everything.exercises, RunOptions(), 4) == 4
    assert processes_that_pay(everything.exercises, RunOptions(debug=True), 4) == 1
    assert processes_that_pay(everything.exercises, RunOptions(full=True, device="cuda"), 4) == 1
    assert processes_that_pay(everything.resolve(["lecture5.linear"]), RunOptions(), 4) == 1
    assert processes_that_pay(course.exercises, RunOptions(), 4) == 1
    assert processes_that_pay(course.exercises, RunOptions(full=True), 4) == 4


@pytest.mark.parametrize(
    ("groups", "files", "free", "cores"),
    [
        ("0::/box/inner\n", {"box/memory.max": "5000", "box/memory.current": "2000"}, 3000, 8),
        ("0::/\n", {"memory.max": "max", "memory.current": "1", "cpu.max": "250000 100000"}, 9 << 10, 2),
        ("0::/host/name\n", {"memory.max": "100", "memory.current": "200", "cpu.max": "max 100000"}, 0, 8),
        (
            "4:memory:/a\n2:cpu,cpuacct:/a\n",
            {
                "memory/a/memory.limit_in_bytes": "4000",
                "memory/a/memory.usage_in_bytes": "1000",
                "cpu/a/cpu.cfs_quota_us": "50000",
                "cpu/a/cpu.cfs_period_us": "100000",
            },
            3000,
            1,
        ),
        ("2:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 9 << 10, 8),
    ],
)
@pytest.mark.confined  # macOS and Windows have other ways to count
def test_a_container_has_the_room_that_its_group_has(tmp_path, monkeypatch, groups, files, free, cores):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    read = capacity._text
    system = {"/proc/self/cgroup": groups, "/proc/meminfo": "MemTotal: 10 kB\nMemAvailable:    9 kB\n"}
    monkeypatch.setattr(capacity, "_text", lambda path: system.get(str(path)) or read(path))
    monkeypatch.setattr(capacity, "_GROUPS", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    assert capacity.free_memory() == free
    assert capacity.cores() == cores
    assert capacity.room() == 1
