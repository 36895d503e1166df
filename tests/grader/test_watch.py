"""`grade watch`: in a real terminal that tmux keeps, with real files, and the process that grades."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
import uuid

import pytest
from rich.console import Console
from sandboxed import processes_of
from small_course import IMPORTS, NAMES, make_course

from grader.course import cut_stub, find_course, read_submission
from grader.errors import UsageError
from grader.reports.model import CheckResult, ExerciseResult, Failure, Status, Verdict
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions
from grader.session.task import Task
from grader.study.editor import editor_call
from grader.study.history import read_history
from grader.study.keys import keys_in
from grader.study.place import place_of_failure
from grader.study.saves import Saves, stamps
from grader.study.standing import Standing
from grader.study.terminal import Terminal
from grader.study.warm import Lost, WarmGrader
from grader.study.warm_process import Checked, Graded, IsReady
from grader.study.watching import Watch

PATIENCE = 120.0
needs_tmux = pytest.mark.skipif(
    shutil.which("tmux") is None or os.environ.get("GRADE_AS") == "win32",
    reason="tmux is not installed, or keys come from Windows' own console",
)


def right(name):
    """A right answer to an exercise of the small course."""
    imports = f"from .{IMPORTS[name]} import {IMPORTS[name]}\n\n\n" if name in IMPORTS else ""
    return f"{imports}def {name}(x):\n    return 2.0 * x\n"


@pytest.fixture
def course(tmp_path):
    made = make_course(tmp_path / "course")
    for exercise in made.exercises:
        exercise.stub.write_text(cut_stub(exercise.solution.read_text(), exercise.id))
    return find_course(made.root)


@pytest.fixture
def folder(course, tmp_path):
    """A learner's folder with all stubs."""
    folder = tmp_path / "mine"
    shutil.copytree(course.root / "exercises", folder / "exercises")
    return folder


def until(condition, what):
    """Wait for something; what it is, for whoever reads why it never came."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what() if callable(what) else what} never came")


class Pane:
    """A terminal that tmux keeps."""

    def __init__(self, folder, width=80, height=30):
        self.socket = f"watch-{uuid.uuid4().hex}"
        environment = {"LANG": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": str(folder), "PS1": "$ "}
        self.tmux("-f", "/dev/null", "-u", "new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(folder),
                  "env", *(f"{name}={value}" for name, value in environment.items()), "bash", "--norc")  # fmt: skip

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-L", self.socket, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def type(self, text, *, enter=True):
        self.tmux("send-keys", "-l", text)
        if enter:
            self.tmux("send-keys", "Enter")

    def key(self, key):
        self.tmux("send-keys", key)

    def text(self):
        return self.tmux("capture-pane", "-p", "-J")  # what is wrapped is joined again

    def shows(self, *words):
        """Wait until all of these are seen, and give all that is seen then."""
        seen = ""

        def all_there():
            nonlocal seen
            seen = self.text()
            return seen if all(word in seen for word in words) else ""

        return until(all_there, lambda: f"{words} in\n{seen}")

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def close(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True)


@pytest.fixture
def pane(folder):
    pane = Pane(folder)
    yield pane
    pane.close()


def begin(pane, course, *words):
    """Start the watch in a terminal, and wait until all is known of the beginning."""
    command = [sys.executable, "-P", "-m", "grader", "watch", *words, "--course", str(course.root)]
    pane.type(shlex.join(command))
    return pane.shows("watching")


def save(folder, name, text):
    (folder / "exercises/day1" / f"{name}.py").write_text(text)


def replace(folder, name, text):
    """Save as many editors do: another file takes its place."""
    path = folder / "exercises/day1" / f"{name}.py"
    path.with_suffix(".tmp").write_text(text)
    path.with_suffix(".tmp").replace(path)


# -- in a terminal --------------------------------------------------------------------------------------------------


@needs_tmux
def test_saves_keys_and_sizes(pane, course, folder):
    seen = begin(pane, course)
    assert "0/5 passed" in seen and "day1.alone" in seen and "Not started" in seen
    save(folder, "alone", right("alone"))
    seen = pane.shows("1/5 passed", "Done: all 2 checks pass.", "Next is day1.first")
    assert "s after the save" in seen
    pane.key("n")
    pane.shows("day1.first", "Not started")
    replace(folder, "first", "def first(x):\n    y = 3.0 * x\n    return y\n")
    pane.shows("✗ day1.first", "It doubles.", "exercises/day1/first.py:1")
    pane.key("l")
    pane.shows("> ✗ first", "✓ alone", "· third")
    pane.key("l")
    pane.key("h")
    pane.shows("hint 1 of 3")
    pane.key("h")
    pane.shows("hint 2 of 3")
    pane.key("s")
    pane.shows("Once it has passed, s shows the course's solution beside yours.")
    pane.key("r")
    pane.shows("r again puts the stub of day1.first back.")
    replace(folder, "first", right("first"))
    seen = pane.shows("2/5 passed", "Done")
    assert "r again" not in seen
    pane.key("a")
    pane.shows("✓ It doubles.", "1/1")
    pane.resize(40, 20)
    seen = pane.shows("h · n · l · a · s · o · e · r · q")
    assert seen.splitlines()[0].startswith("day1 ") and "2/5 passed" in seen.splitlines()[0]
    pane.resize(100, 30)
    pane.shows("h hint", "q quit")
    pane.key("q")
    pane.shows("2 of 5 passed. Next: day1.second")
    pane.type("stty -a; echo status $?")
    assert " icanon" in (seen := pane.shows("status 0")) and "-icanon" not in seen and "-echo " not in seen


@needs_tmux
def test_solution_and_reset(pane, course, folder):
    """What has passed is compared with the course's own; a reset asks first, keeps what there was, and says where."""
    mine = "def alone(x):\n    return x + x\n"
    save(folder, "alone", mine)
    begin(pane, course, "day1.alone")
    pane.shows("1/1 passed")
    pane.key("s")
    pane.shows("-    return x + x", "+    return 2.0 * x")
    pane.key("s")
    pane.shows("Done: all 2 checks pass.")
    pane.key("r")
    pane.shows("r again puts the stub of day1.alone back.")
    pane.key("l")  # another key is an answer, too
    pane.key("r")
    pane.shows("r again puts the stub of day1.alone back.")
    pane.key("r")
    pane.shows("Not started", "alone.py is the stub again", "--undo` puts it back")
    assert "NotImplementedError" in (folder / "exercises/day1/alone.py").read_text()
    (kept,) = (folder / ".grade").glob("reset-day1.alone-*.py")
    assert kept.read_text() == mine


@needs_tmux
def test_a_reset_elsewhere_is_named_and_not_done(pane, course, folder):
    save(folder, "alone", right("alone"))
    (folder / "exercises").rename(folder / "others")
    begin(pane, course, "day1.alone", "--submission", "others")
    for _ in range(2):
        pane.key("r")
    pane.shows("`grade reset day1.alone`, in the folder that holds exercises/")
    assert (folder / "others/day1/alone.py").read_text() == right("alone")


@needs_tmux
def test_files_that_come_and_go(pane, course, folder):
    begin(pane, course, "day1.alone")
    save(folder, "alone", "def alone(x:\n    return 2.0 * x\n")
    pane.shows("✗ day1.alone", "Line 1", "alone.py:1")
    save(folder, "alone", right("alone"))
    pane.shows("1/1 passed", "That was the last one")
    (folder / "exercises/day1/alone.py").unlink()
    pane.shows("0/1 passed", "day1/alone.py is missing")
    replace(folder, "alone", right("alone"))
    pane.shows("1/1 passed", "Done")
    (folder / "exercises").rename(folder / "elsewhere")
    pane.shows("waiting for a save")
    (folder / "elsewhere").rename(folder / "exercises")
    save(folder, "alone", "def alone(x):\n    return x / 0\n")
    pane.shows("0/1 passed", "ZeroDivisionError", "alone.py:2")


@needs_tmux
def test_a_loop_is_left_at_the_next_save_and_ctrl_c_leaves_nothing(pane, course, folder):
    begin(pane, course, "day1.alone")
    save(folder, "alone", "def alone(x):\n    while True: pass\n")
    pane.shows("grading day1.alone: 0", "a save stops it")
    for number in range(20):  # ten a second
        save(folder, "alone", f"def alone(x):\n    return {number} * x\n")
        time.sleep(0.1)
    save(folder, "alone", right("alone"))
    pane.shows("1/1 passed", "Done")
    save(folder, "alone", "while True: pass\n")
    pane.shows("grading day1.alone")
    watches = pids_of_watch(folder)
    assert watches
    pane.key("C-c")
    pane.shows("0 of 1 passed. Next: day1.alone")
    pane.type("stty -a; echo status $?")
    assert "-icanon" not in pane.shows("status 0")
    until(lambda: not pids_of_watch(folder), "the end of all processes")


@needs_tmux
def test_editor(pane, course, folder, tmp_path):
    editor = tmp_path / "vim"
    editor.write_text('#!/bin/sh\necho "editing $@"\nread line\necho "def alone(x): return 2.0 * x" > "$2"\n')
    editor.chmod(0o755)
    save(folder, "alone", "def alone(x):\n    return 0 / 0\n")
    pane.type(f"export EDITOR={editor}")
    begin(pane, course, "day1.alone")
    pane.key("e")
    pane.shows("editing +2", "exercises/day1/alone.py")
    pane.type("typed into the editor, q")  # no key of the watch's
    pane.shows("1/1 passed", "Done")


@needs_tmux
def test_suspended_and_back(pane, course, folder):
    begin(pane, course, "day1.alone")
    pane.key("C-z")
    pane.shows("Stopped")
    save(folder, "alone", right("alone"))
    pane.type("fg")
    pane.shows("1/1 passed", "Done")
    pane.key("q")
    pane.shows("1 of 1 passed.")


def pids_of_watch(folder):
    """The watches that were started in a folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if (
                os.readlink(f"/proc/{pid}/cwd") == str(folder)
                and b"\0watch\0" in open(f"/proc/{pid}/cmdline", "rb").read()
            ):
                found.append(int(pid))
    return found


def test_without_a_terminal_each_verdict_is_printed(course, folder):
    command = [sys.executable, "-P", "-m", "grader", "watch", "day1.alone", "--course", str(course.root)]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any("Not started" in line for line in lines)
        save(folder, "alone", right("alone"))
        assert any("Done: all 2 checks pass." in line for line in lines)
        process.send_signal(signal.SIGTERM)
        rest = list(lines)
    assert process.returncode == 130
    assert rest[-1] == "1 of 1 passed.\n" and "\x1b" not in "".join(rest)
    assert [attempt.status for attempt in read_history(folder)] == [Status.NOT_STARTED, Status.PASSED]


def test_a_kept_report_and_wrong_use(course, folder):
    command = [sys.executable, "-P", "-m", "grader", "watch", "--course", str(course.root)]
    done = subprocess.run([*command, "day1.alonf"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 2 and "day1.alone" in done.stderr
    done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True)
    assert done.returncode == 2 and "exercises/" in done.stderr


# -- the process that grades ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def warm(course, exercises):
    """A process that grades, and all that it tells."""
    events = queue.SimpleQueue()
    grader = WarmGrader(course, exercises, RunOptions(), events.put)
    try:
        grader.start()
        yield grader, lambda: events.get(timeout=PATIENCE)
    finally:
        grader.close()


def task(course, exercise, text, **options):
    folder = course.root.parent / "handed in"
    (folder / "day1").mkdir(parents=True, exist_ok=True)
    (folder / f"day1/{exercise.name}.py").write_text(text)
    return Task(str(course.root), (exercise.id,), read_submission(folder, course), RunOptions(**options))


def end_of(number, told):
    """What has been told until an order ended, and its end."""
    before = []
    while not isinstance(event := told(), Graded | Lost):
        before.append(event)
    assert isinstance(event, Graded) and event.number == number
    return before, event


@pytest.mark.parametrize("loop", ["def alone(x):\n    while True: pass\n", "while True: pass\n"])
def test_a_run_is_called_off(course, loop):
    exercise = course.exercise("day1.alone")
    exercise.checks.write_text(exercise.checks.read_text().replace(
        "\n\ndef test_doubles", "\nfrom grader.checks import limit\n\n\n@limit(100_000)\ndef test_doubles"
    ))  # fmt: skip
    with warm(course, [exercise]) as (grader, told):
        number = grader.grade(task(course, exercise, loop))
        while not isinstance(told(), IsReady):
            pass
        grader.cancel()
        assert end_of(number, told) == ([], Graded(number))
        number = grader.grade(task(course, exercise, right("alone")))
        before, end = end_of(number, told)
        assert [event.result.name for event in before if isinstance(event, Checked)] == ["test_doubles", "test_zero"]
        assert end.report.exercises[0].status is Status.PASSED
        for _ in range(20):  # wherever it is, it ends as one that was called off, or with its verdict
            number = grader.grade(task(course, exercise, right("alone")))
            grader.cancel()
            assert end_of(number, told)[1].trouble == ""
        number = grader.grade(task(course, exercise, right("alone")))
        assert end_of(number, told)[1].report.exercises[0].status is Status.PASSED


def test_a_process_that_dies_is_replaced(course):
    exercise = course.exercise("day1.alone")
    with warm(course, [exercise]) as (grader, told):
        while not isinstance(told(), IsReady):
            pass
        os.kill(grader._process._process.pid, signal.SIGKILL)
        lost = told()
        assert isinstance(lost, Lost) and grader.is_current(lost)
        grader.restart()
        assert not grader.is_current(lost)
        number = grader.grade(task(course, exercise, right("alone")))
        assert end_of(number, told)[1].report.exercises[0].status is Status.PASSED
        pid = grader._process._process.pid
    until(lambda: not processes_of(pid), "the end of the zygotes")


def test_a_process_that_does_not_stop_is_ended_at_the_next_save(course, folder, tmp_path):
    exercise, stuck, begun = course.exercise("day1.alone"), tmp_path / "stuck", tmp_path / "begun"
    stuck.touch()
    wait = textwrap.indent(
        f"\nimport pathlib, time\n"
        f"pathlib.Path({str(begun)!r}).touch()\n"
        f"while pathlib.Path({str(stuck)!r}).exists(): time.sleep(0.01)\n",
        "    ",
    )
    exercise.checks.write_text(exercise.checks.read_text().replace('"""It doubles."""', f'"""It doubles."""{wait}'))
    save(folder, "alone", right("alone"))
    reports = queue.SimpleQueue()
    terminal = Terminal(Console(file=io.StringIO()))
    watch = Watch(
        course, [exercise], folder / "exercises", RunOptions(), terminal, lambda whole, *_: reports.put(whole)
    )
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        until(begun.exists, "the first check")
        save(folder, "alone", right("alone") + "\n")
        until(lambda: watch.grader._processes == 2, "another process")
        stuck.unlink()
        assert reports.get(timeout=PATIENCE).exercises[0].status is Status.PASSED
    finally:
        watch.is_done = True
        thread.join()


# -- what is graded -------------------------------------------------------------------------------------------------


def test_failed_checks_first_behind_what_they_need(course, tmp_path):
    exercise = course.exercise("day1.alone")
    exercise.checks.write_text(textwrap.dedent('''
        from grader.checks import check, needs

        def test_a(submission):
            """A."""
            submission.alone(1)

        def test_b(submission):
            """B."""
            check(submission.alone(1) > 0, "no")

        def test_c(submission):
            """C."""
            submission.alone(1)

        @needs("test_b")
        def test_d(submission):
            """D."""
            check(submission.alone(1) == 2, "no")
    '''))  # fmt: skip
    begun = []
    with Session(course, [exercise], hooks=Hooks(on_start=lambda _, check: begun.append(check))) as session:
        given = task(course, exercise, "def alone(x):\n    return 3 * x\n")
        report = session.grade([exercise], given.submission, 1, RunOptions(first={exercise.id: ("test_d",)}))
        usual = session.grade([exercise], given.submission, 1)
    assert begun == ["test_b", "test_d", "test_a", "test_c", "test_a", "test_b", "test_c", "test_d"]
    assert [check.name for check in report.exercises[0].checks] == ["test_a", "test_b", "test_c", "test_d"]
    assert [c.verdict for c in report.exercises[0].checks] == [c.verdict for c in usual.exercises[0].checks]


def test_what_a_save_touches(course, folder):
    for name in NAMES:
        save(folder, name, right(name))
    standing = Standing(course, course.exercises, read_submission(folder / "exercises", course))
    assert standing.needs(course.exercise("day1.third")) == [
        course.exercise("day1.first"),
        course.exercise("day1.second"),
    ]
    for exercise in course.exercises:
        checks = (CheckResult("test_doubles", "It doubles.", Verdict.FAILED, 1.0),)
        standing.results[exercise.id] = ExerciseResult(exercise.id, "", exercise.file, checks)
    save(folder, "first", right("first") + "\n")
    found = read_submission(folder / "exercises", course)
    assert standing.changed(found) == {"day1.first"}
    assert not standing.is_half_written(found, {"day1.first"})
    assert standing.take(found, {"day1.first"}) == ["day1.first", "day1.second", "day1.third"]
    assert set(standing.results) == {"day1.alone", "day1.fragile"}
    assert standing.failed_last(course.exercise("day1.third")) == ("test_doubles",)
    for text in ("", "def first(x:\n", None):
        path = folder / "exercises/day1/first.py"
        path.unlink() if text is None else path.write_text(text)
        assert standing.is_half_written(read_submission(folder / "exercises", course), {"day1.first"})
    assert standing.following("day1.second").id == "day1.third"
    assert standing.following("day1.fragile").id == "day1.alone"
    assert standing.summary() == "0 of 5 passed. Next: day1.alone"


def test_saves_are_noticed_with_events_and_without(folder, monkeypatch):
    import watchfiles

    def none_left(*_, **__):
        raise OSError("OS file watch limit reached")

    for with_events in (True, False):
        if not with_events:
            monkeypatch.setattr(watchfiles, "watch", none_left)
        news = queue.SimpleQueue()
        saves = Saves(folder / "exercises", lambda news=news: news.put(None))
        saves.start()
        try:
            for text in ("a", "bc"):
                save(folder, "alone", text)
                news.get(timeout=PATIENCE)
            (folder / "exercises/day1/.alone.py.swp").write_text("")
        finally:
            saves.close()
    assert all(name.endswith(".py") for name in stamps(folder / "exercises"))


def test_keys_of_a_terminal():
    assert keys_in(b"h") == ["h"] and keys_in(b"nl") == ["n", "l"]
    assert keys_in(b"\x1b[A\x1b[6~q") == ["up", "page down", "q"]
    assert keys_in(b"\x1b[1;5D") == [] and keys_in(b"h\x1b[200~") == ["h"]


def test_editors(tmp_path):
    file = tmp_path / "a file.py"
    call = lambda **environment: editor_call(file, 7, environment)  # noqa: E731
    assert call(EDITOR="vim -n").command == ("vim", "-n", "+7", str(file)) and call(EDITOR="vim").in_terminal
    assert call(EDITOR="vim", VISUAL="/usr/bin/code --wait").command[2:] == ("--goto", f"{file}:7")
    assert not call(EDITOR="code").in_terminal
    code = tmp_path / "code"
    code.write_text("#!/bin/sh\n")
    code.chmod(0o755)
    assert call(TERM_PROGRAM="vscode", PATH=str(tmp_path)).command == ("code", "--goto", f"{file}:7")
    with pytest.raises(UsageError, match="EDITOR"):
        call(PATH=str(tmp_path / "empty"))


def test_where_to_look(course, folder):
    exercise = course.exercise("day1.alone")
    save(folder, "alone", "import math\n\n\ndef alone(x):\n    dout = x\n    dout = 2 * x\n    return dout\n")
    source = read_submission(folder / "exercises", course).files["day1.alone"]
    shown = source.display

    def place(**failure):
        check = CheckResult("test_doubles", "It doubles.", Verdict.FAILED, 1.0, failure=Failure(**failure))
        found = place_of_failure(check, exercise, source)
        return found.line, found.is_exact

    assert place(headline="dout is not right in any of its 3 numbers.", location=f"{shown}:4") == (6, False)
    assert place(headline="It is wrong.", location=f"{shown}:4") == (4, True)
    assert place(headline="It is wrong.", location=f"{shown}:5") == (5, True)
    assert place(headline="Line 2: this is not Python.", location=shown) == (2, True)
    assert place(headline="It is wrong.") == (4, False)
