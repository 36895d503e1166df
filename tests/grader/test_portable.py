"""The grader on platforms that have no fork, no Unix sockets, no resource, no fcntl and no /proc: the same verdicts.

Such a platform is shown to it by ``elsewhere/another_platform.py``, in processes of their own. The whole of the tests
that do not test confinement runs in the same way, with ``-m slow``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from sandboxed import ROOT

from grader.errors import GraderError, UsageError
from grader.sandbox.choice import choose
from grader.sandbox.peers import RemotePeer
from grader.sandbox.portable import FreshWorkers
from grader.sandbox.request import LostError, Operation, Request
from grader.sandbox.whereabouts import of_thread

pytestmark = pytest.mark.skipif("GRADE_AS" in os.environ, reason="these tests show platforms by themselves")
ELSEWHERE = ROOT / "tests/grader/elsewhere"
PLATFORMS = ("win32", "darwin")
BOTH = pytest.mark.parametrize("platform", ["win32", pytest.param("darwin", marks=pytest.mark.slow)])  # which has more
CROSS_ENTROPY = (ROOT / "solutions/lecture5/cross_entropy.py").read_text(encoding="utf-8")
BODY = CROSS_ENTROPY[CROSS_ENTROPY.index("    N = logits.shape[0]") : CROSS_ENTROPY.index("    # end solution")]


def shown(platform):
    """The environment in which a process of Python shows the grader a platform; as it is, without one."""
    told = {"GRADE_AS": platform, "PYTHONPATH": str(ELSEWHERE)} if platform else {}
    return {**os.environ, "COLUMNS": "100", **told}


def grade(platform, *words, cwd=None, code=None, **environment):
    """Call `grade` as on a platform."""
    command = [sys.executable, "-P", "-m", "grader", *map(str, words)]
    environment = {**shown(platform), **environment}
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=environment, timeout=900, encoding="utf-8")
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done


def results(done):
    """What the report of a run says of the exercises, but for how long each took."""
    report = json.loads(done.stdout)
    assert not report["faults"], report["faults"]
    for exercise in report["exercises"]:
        for check in exercise["checks"]:
            check.pop("seconds")
    return report["exercises"], report["isolation"]


@pytest.fixture
def workers():
    """Portable workers without libraries, which are started quickly."""
    with FreshWorkers((), {}) as fresh:
        yield fresh


def loaded(fresh, text, seconds=20.0):
    """A worker with a text in it, and whoever asks it."""
    peer = RemotePeer(fresh.spawn())
    kind, found = peer.load({"unit.work": (textwrap.dedent(text), "exercises/unit/work.py")}, "unit.work", seconds)
    assert kind == "ok", found
    return peer


def called(peer, name, seconds=20.0, *args):
    """Look a function up and call it."""
    handle = peer.exchange(Request(Operation.GET, args=(name,)), seconds)[1]
    return peer.exchange(Request(Operation.CALL, handle.ref, args), seconds)


# -- which worker ---------------------------------------------------------------------------------------------------


def test_linux_forks_unless_it_is_told_not_to():
    assert choose().kind == "forked"
    assert choose("portable").kind == "portable"


def test_isolation_cannot_be_had_of_a_portable_worker(tmp_path):
    for words in (["lecture5"], ["watch", "lecture5"], ["batch", tmp_path, "--gradebook", tmp_path / "book"]):
        done = grade("", *words, "--worker", "portable", code=UsageError.exit_code)
        assert "--worker portable confines nothing" in done.stderr
    done = grade("", "lecture5", "--worker", "portable", "--isolation", "none", "--require-isolation", code=2)
    assert "cannot go with --require-isolation" in done.stderr


# -- the worker -----------------------------------------------------------------------------------------------------


def test_prints_are_apart_from_the_wire(workers):
    peer = loaded(
        workers,
        r"""
        import os, subprocess, sys
        print("at import")
        def talks():
            print("said")
            os.write(1, b"raw\x1e\n")
            sys.stderr.write("aloud\n")
            subprocess.run([sys.executable, "-c", "print('below')"])
            return 1
        def asks():
            return input()
        """,
    )
    assert peer.worker.output() == "at import\n"
    assert called(peer, "talks")[:2] == ("ok", 1)
    assert peer.worker.output() == "said\nraw\x1e\naloud\nbelow\n"
    kind, error, _ = called(peer, "asks")
    assert (kind, error["type"]) == ("err", "EOFError")
    peer.worker.close()


def test_a_flood_is_bounded_and_does_not_stand_in_the_way(workers):
    peer = loaded(workers, "def flood():\n    for _ in range(100_000):\n        print('x' * 99)\n    return 1")
    assert called(peer, "flood")[:2] == ("ok", 1)
    said = peer.worker.output()
    assert len(said) < 70_000
    assert said.endswith("… and 9,934,464 bytes more")
    assert called(peer, "flood")[:2] == ("ok", 1)
    peer.worker.close()


def test_large_arrays_go_there_and_back():
    import torch

    with FreshWorkers(("numpy", "torch"), {}) as fresh:
        peer = loaded(fresh, "def twice(x, y):\n    x.mul_(2)\n    return [x, y.t(), x[0, 0].item()]")
        x, y = torch.rand(2000, 2001), torch.rand(1500, 1000, dtype=torch.float64)
        kind, value, _ = called(peer, "twice", 60.0, x, y)
        assert kind == "ok", value
        assert torch.equal(value[0], 2 * x)
        assert torch.equal(value[1], y.t())
        peer.worker.close()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("import os; os._exit(3)", "it ended the whole process with exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "it crashed the interpreter (segmentation fault)"),
        ("import subprocess, sys, os; subprocess.Popen([sys.executable, '-c', 'input()']); os._exit(4)", "exit code 4"),
    ],
)
def test_how_a_worker_ended_is_said(workers, body, detail):
    peer = loaded(workers, f"def ends():\n    {body}")
    with pytest.raises(LostError) as lost:
        called(peer, "ends")
    assert lost.value.kind == "crashed"
    assert detail in lost.value.detail
    peer.worker.close()
    with pytest.raises(GraderError):
        called(peer, "ends")


@pytest.mark.parametrize(
    "body", ["while True: pass", "import itertools; sum(itertools.repeat(1))", "import time; time.sleep(999)"]
)
def test_a_call_without_end_is_ended_and_says_where_it_was(workers, body):
    peer = loaded(workers, f"import threading\ndef hangs():\n    {body}\ndef other():\n    threading.Event().wait()")
    started = time.monotonic()
    with pytest.raises(LostError) as lost:
        called(peer, "hangs", 1.0)
    assert lost.value.kind == "timeout"
    assert lost.value.stood[-1] == ("exercises/unit/work.py", 3, "hangs")
    assert time.monotonic() - started >= 1.0
    assert peer.worker._process.poll() is not None
    peer.worker.close()


def test_a_worker_ends_with_whoever_asks_even_within_a_call(tmp_path):
    """The trusted process is killed while one of its workers hangs and another waits: both end by themselves."""
    program = """
        import sys, threading
        sys.path.insert(0, sys.argv[1])
        from test_portable import FreshWorkers, loaded, called
        fresh = FreshWorkers((), {})
        idle, busy = loaded(fresh, ""), loaded(fresh, "def hangs():\\n    while True: pass")
        threading.Thread(target=called, args=(busy, "hangs", 4.0), daemon=True).start()
        print(idle.worker._process.pid, busy.worker._process.pid, fresh._spare._process.pid, idle.worker._folder,
              flush=True)
        threading.Event().wait()
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(Path(__file__).parent)]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        *pids, folder = process.stdout.readline().split()
        process.kill()
    until(lambda: not any(is_alive(pid) for pid in pids))
    until(lambda: not Path(folder).exists())


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_no_folder_and_no_process_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with FreshWorkers((), {}) as fresh:
        peer = loaded(fresh, "open('left.txt', 'w').close()")
        pids = [peer.worker._process.pid, fresh._spare._process.pid]
        assert list(tmp_path.rglob("left.txt"))
        peer.worker.close()
    assert not list(tmp_path.iterdir())
    assert not any(map(is_alive, pids))


def test_what_a_worker_has_started_ends_with_it(workers):
    peer = loaded(workers, "import os, time\ndef leaves():\n    return os.fork() or time.sleep(999)")
    kind, left, _ = called(peer, "leaves")
    assert kind == "ok"
    assert is_alive(left)
    peer.worker.close()
    until(lambda: not is_alive(left))


def test_a_library_that_cannot_be_imported_is_said():
    with FreshWorkers(("no_such_library",), {}) as fresh, pytest.raises(GraderError) as error:
        fresh.spawn()
    assert "ended early, with exit code 1" in str(error.value)
    assert "No module named 'no_such_library'" in str(error.value)


def test_one_thread_is_found_among_all_that_were_written():
    dump = (
        b"Timeout (0:00:06)!\n"
        b'Thread 0x00000007 [worker] (most recent call first):\n  File "a.py", line 1 in f\n\n'
        b'Thread 0x00000009 (most recent call first):\r\n  File "b.py", line 3 in h\r\n  File "b.py", line 2 in g\r\n'
    )
    assert of_thread(dump, 0x100000007) == (("a.py", 1, "f"),)
    assert of_thread(dump, 9) == (("b.py", 2, "g"), ("b.py", 3, "h"))
    assert of_thread(dump, 8) == ()


# -- the whole grader, elsewhere ------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_module_can_be_imported(platform):
    program = """
        import importlib, pkgutil
        import grader
        names = [found.name for found in pkgutil.walk_packages(grader.__path__, "grader.")]
        ours = [n for n in names if not n.startswith(("grader._course", "grader.author.template", "grader.__main__"))]
        for name in ours:
            importlib.import_module(name)
        from grader.sandbox.choice import choose
        assert choose().kind == "portable", choose()
        print(len(ours))
    """
    command = [sys.executable, "-P", "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, env=shown(platform), timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 250


def answers(folder):
    """A submission with a right answer and all kinds of wrong ones, in exercises of plain Python, NumPy and torch."""
    for unit in ("lecture1", "lecture2", "lecture5"):
        shutil.copytree(ROOT / f"exercises/{unit}", folder / unit)

    def put(name, change=lambda text: text):
        path = Path(*name.split(".")).with_suffix(".py")
        text = (ROOT / "solutions" / path).read_text(encoding="utf-8")
        changed = change(text)
        assert changed != text or name in {"lecture1.derivative", "lecture1.train"}
        (folder / path).write_bytes(changed.replace("\n", "\r\n").encode())  # as Windows' editors have it

    def instead(line, by):
        return lambda text: text.replace(line, f"{by}\n{line}", 1)

    put("lecture1.derivative")
    put("lecture1.value", instead("class Value", 'print("imported")'))
    put("lecture2.vocabulary", instead("    # solution", '    print("é →", flush=True)\n    return 7'))
    put("lecture5.cross_entropy", lambda text: text.replace(BODY, BODY.replace("/ N", '/ float("1")')))
    put("lecture5.linear", instead("    # solution", "    import os; os._exit(3)"))
    put("lecture5.batchnorm", instead("    # solution", "    raise SystemExit(0)"))
    put("lecture5.tanh_embedding", lambda text: text + "\nimport os\nos._exit(5)\n")
    return folder


NAMED = (
    *("lecture1.derivative", "lecture1.value", "lecture1.backward", "lecture2.vocabulary"),
    *("lecture5.cross_entropy", "lecture5.linear", "lecture5.batchnorm", "lecture5.tanh_embedding"),
)


@pytest.mark.slow
def test_the_same_report_everywhere(tmp_path):
    """Right, wrong, crashing, leaving and printing, with and without libraries: nothing differs but the isolation."""
    words = [*NAMED, "--submission", answers(tmp_path / "exercises"), "--seed", 5, "--format", "json", "-j", 1]
    here, _ = results(grade("", *words, code=1))
    for platform in PLATFORMS:
        there, isolation = results(grade(platform, *words, code=1))
        assert isolation["level"] == "none"
        assert "has nothing to confine a submission with" in isolation["missing"][0]
        assert there == here
    forced, isolation = results(grade("", *words, "--isolation", "none", "--worker", "portable", code=1))
    assert forced == here
    assert isolation["level"] == "none"


@pytest.mark.slow
@pytest.mark.parametrize(
    "body", ["    while True: pass\n", "    import itertools; return sum(itertools.repeat(1))\n"], ids=["loop", "in C"]
)
def test_an_endless_loop_is_told_in_the_same_words(tmp_path, body):
    (tmp_path / "lecture5").mkdir()
    (tmp_path / "lecture5/cross_entropy.py").write_text(CROSS_ENTROPY.replace(BODY, body), encoding="utf-8")
    words = ["lecture5.cross_entropy", "--submission", tmp_path, "--seed", 5, "--format", "json"]
    here, _ = results(grade("", *words, code=1))
    there, _ = results(grade("win32", *words, code=1))
    assert there == here


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_training_is_graded(platform, tmp_path):
    for name in ("linear", "preference", "train"):
        (tmp_path / "chapter0").mkdir(exist_ok=True)
        shutil.copy(ROOT / f"solutions/chapter0/{name}.py", tmp_path / "chapter0")
    grade(platform, "chapter0.train", "--submission", tmp_path, code=0)


@BOTH
def test_a_learner_gets_along(platform, tmp_path):
    """init, list, grade, next, reset, watch and batch, on a console that knows few characters."""
    few = {"PYTHONIOENCODING": "cp1252"}
    grade(platform, "init", "mine", cwd=tmp_path, code=0)
    here = tmp_path / "mine"
    stub = (here / "exercises/lecture1/derivative.py").read_bytes()
    assert "lecture1" in grade(platform, "list", cwd=here, code=0).stdout
    right = (ROOT / "solutions/lecture1/derivative.py").read_text(encoding="utf-8")
    (here / "exercises/lecture1/derivative.py").write_bytes(right.replace("\n", "\r\n").encode())
    command = [sys.executable, "-P", "-m", "grader", "lecture1.derivative", "lecture1.value", "-v"]
    done = subprocess.run(command, cwd=here, env={**shown(platform), **few}, capture_output=True, timeout=300)
    assert done.returncode == 1, done.stderr
    assert b"11/11" in done.stdout
    assert b"This run was not isolated" in done.stdout
    assert b"Traceback" not in done.stderr
    assert "lecture1.derivative" in grade(platform, "list", "--history", cwd=here, code=0).stdout
    grade(platform, "next", cwd=here, code=0)
    grade(platform, "show", cwd=here, code=1)
    grade(platform, "reset", "lecture1.derivative", cwd=here, code=0)
    assert (here / "exercises/lecture1/derivative.py").read_bytes() == stub
    grade(platform, "reset", "lecture1.derivative", "--undo", cwd=here, code=0)
    assert (here / "exercises/lecture1/derivative.py").read_bytes() != stub
    book = ["batch", here, "--gradebook", tmp_path / "book", "--only", "lecture1.derivative", "--allow-less-isolation"]
    assert "1 graded now" in grade(platform, *book, "-j", 2, cwd=tmp_path, code=0).stdout
    assert "1 known from before" in grade(platform, *book, cwd=tmp_path, code=0).stdout
    assert "11" in grade(platform, "book", "list", "--gradebook", tmp_path / "book", cwd=tmp_path, code=0).stdout


@BOTH
def test_what_is_saved_is_graded(platform, tmp_path):
    """A watch without a terminal: it grades in a process of its own, and again when a file is saved."""
    grade(platform, "init", "mine", cwd=tmp_path, code=0)
    here = tmp_path / "mine"
    command = [sys.executable, "-u", "-P", "-m", "grader", "watch", "lecture1.derivative"]
    with subprocess.Popen(
        command,
        cwd=here,
        env=shown(platform),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as watch:
        try:
            said = []

            def until_said(word):
                for line in watch.stdout:
                    said.append(line)
                    if word in line:
                        return
                raise AssertionError("".join(said))

            until_said("watching")
            shutil.copy(ROOT / "solutions/lecture1/derivative.py", here / "exercises/lecture1/derivative.py")
            until_said("11/11")
        finally:
            watch.terminate()


@BOTH
def test_a_cell_is_graded(platform, tmp_path):
    program = """
        import sys
        from IPython.testing.globalipapp import start_ipython
        shell = start_ipython()
        shell.run_line_magic("load_ext", "grader.notebook")
        shell.run_cell_magic("grade", "lecture1.derivative", open(sys.argv[1], encoding="utf-8").read())
    """
    solution = str(ROOT / "solutions/lecture1/derivative.py")
    command = [sys.executable, "-P", "-c", textwrap.dedent(program), solution]
    environment = {**shown(platform), "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, cwd=tmp_path, timeout=300)
    assert "11/11" in done.stdout, done.stdout + done.stderr


# -- all of it ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_course_passes_everywhere(platform, tmp_path):
    done = grade(platform, "all", "--submission", ROOT / "solutions", cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_does_not_test_confinement_passes_everywhere(platform):
    command = [sys.executable, "-m", "pytest", "-q", "tests/grader", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, env=shown(platform), capture_output=True, encoding="utf-8", timeout=7200)
    assert done.returncode == 0, done.stdout[-5000:]
