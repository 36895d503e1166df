"""What befalls a zygote, or comes between it and the trusted process: then no answer is taken for another's."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.sandbox import client
from grader.sandbox.channel import Channel
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.peers import RemotePeer
from grader.sandbox.processes import children_of
from grader.sandbox.request import Request
from grader.sandbox.zygote import Setup

ROOT = Path(__file__).resolve().parents[2]
SETUPS = pytest.mark.parametrize(
    "setup",
    [Setup(), Setup(namespaces=()), Setup(confine=False)],
    ids=["full", "no-namespaces", "none"],
)
LOOP = "def loop():\n    while True: pass\ndef double(x): return 2 * x\n"


def below(process: ZygoteProcess) -> list[int]:
    """The processes of a zygote, itself included, the outermost first."""
    found = [process.process.pid]
    for pid in found:
        found += children_of(pid)
    return found


def zygote_of(process: ZygoteProcess) -> int:
    """The process that answers: inside namespaces the child of the one that was started."""
    return below(process)[1 if process.ready().layers.in_namespaces else 0]


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def assert_gone(pids: list[int]) -> None:
    until = time.monotonic() + 5
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    assert [pid for pid in pids if is_alive(pid)] == []


def loaded(process: ZygoteProcess, text: str = LOOP) -> RemotePeer:
    peer = RemotePeer(process.spawn())
    assert peer.load({"u.w": (text, "w.py")}, "u.w", 20)[0] == "ok"
    return peer


@SETUPS
def test_a_zygote_that_stands_still_is_ended_with_its_workers(setup, monkeypatch):
    """And when it goes on again, its late answers are nobody's."""
    with ZygoteProcess(setup) as process:
        kept, ended = process.spawn(), process.spawn()
        processes, zygote = below(process), zygote_of(process)
        monkeypatch.setattr(client, "_CONTROL_SECONDS", 0.5)
        os.kill(zygote, signal.SIGSTOP)
        ended.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(zygote, signal.SIGCONT)
        assert_gone(processes)
        assert "did not answer in time" in process.broken
        for use in (process.spawn, process.ready, kept.kill, lambda: process.waited(1)):
            with pytest.raises(GraderError, match="did not answer in time") as caught:
                use()
            assert str(caught.value) == process.broken
        kept.close()


@SETUPS
def test_a_late_answer_is_nobodys(setup, monkeypatch):
    """A signal handler raises while an order is unanswered; the zygote answers it when another has been given."""
    with ZygoteProcess(setup) as process:
        first = process.spawn()
        os.kill(zygote_of(process), signal.SIGSTOP)
        with interrupted_after(0.3), pytest.raises(Interrupt):
            process.waited(1)
        with interrupted_after(0.3), pytest.raises(Interrupt):
            first.close()
        threading.Timer(0.3, os.kill, (zygote_of(process), signal.SIGCONT)).start()
        for _ in range(3):
            worker = process.spawn()
            assert worker.kill() == -signal.SIGKILL
            worker.close()
        assert process.end(first._name) in {0, -signal.SIGKILL}
        assert below(process)[1 if process.ready().layers.in_namespaces else 0 :] == [zygote_of(process)]


@SETUPS
def test_a_worker_that_nobody_waited_for_is_ended(setup):
    with ZygoteProcess(setup) as process:
        process.spawn().close()
        zygote, before = zygote_of(process), below(process)
        os.kill(zygote, signal.SIGSTOP)
        threading.Timer(0.6, os.kill, (zygote, signal.SIGCONT)).start()
        descriptors = os.listdir("/proc/self/fd")
        with interrupted_after(0.3), pytest.raises(Interrupt):
            process.spawn()
        assert os.listdir("/proc/self/fd") == descriptors
        assert below(process) == before
        process.spawn().close()


class Interrupt(BaseException):
    pass


@contextlib.contextmanager
def interrupted_after(seconds):
    """As a person's Ctrl-C, or a bound on CPU time, interrupts: an exception wherever the program is."""

    def interrupt(*_):
        raise Interrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@SETUPS
def test_an_interrupted_exchange_leaves_no_answer_behind(setup):
    with ZygoteProcess(setup) as process:
        peer = loaded(process, "import time\ndef slow(): time.sleep(0.6); return 'slow'\ndef fast(): return 'fast'\n")
        _, slow, _ = peer.exchange(Request("get", 0, ("slow",)), 5)
        _, fast, _ = peer.exchange(Request("get", 0, ("fast",)), 5)
        assert peer.exchange(Request("call", fast.ref, ()), 5)[1] == "fast"
        before = below(process)
        with interrupted_after(0.2), pytest.raises(Interrupt):
            peer.exchange(Request("call", slow.ref, ()), 5)
        assert not peer.worker.alive
        assert len(below(process)) == len(before) - 1
        with pytest.raises(GraderError, match="dead worker"):
            peer.exchange(Request("call", fast.ref, ()), 5)
        peer.worker.close()


@SETUPS
def test_a_killed_zygote_is_told_the_same_way_every_time(setup):
    """As by the kernel, when memory is short."""
    with ZygoteProcess(setup) as process:
        peer, processes = loaded(process), below(process)
        killed = zygote_of(process)
        os.kill(killed, signal.SIGKILL)
        assert_gone(processes if setup.confine else [killed])
        said = set()
        for use in (lambda: peer.exchange(Request("get", 0, ("double",)), 5), process.spawn, process.spawn):
            with pytest.raises(GraderError) as caught:
                use()
            said.add(str(caught.value))
        assert said == {process.broken}
        assert "The sandbox" in process.broken
        peer.worker.close()


def test_what_cannot_be_ended_takes_its_zygote_along(monkeypatch):
    """An end that is refused must not leave a worker that nobody counts."""
    with ZygoteProcess(Setup()) as process:
        peer, processes = loaded(process), below(process)
        monkeypatch.setattr(ZygoteProcess, "_ask", refuse)
        peer.worker.close()
        assert_gone(processes)
        assert process.broken == "no"


def refuse(*_):
    raise GraderError("no")


# -- a trusted process that is killed, and its zygote with it ------------------------------------------------------

KILLED = """
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.peers import RemotePeer
from grader.sandbox.zygote import Setup
process = ZygoteProcess(Setup(namespaces=()))
process.ready()
print(process.process.pid, flush=True)
peer = RemotePeer(process.spawn())
print(peer.load({"u.w": (TEXT, "w.py")}, "u.w", 100))
"""
LOOP_FOR_EVER = "while True: pass"
STAYS = {
    "loops": LOOP_FOR_EVER,
    "takes its death signal back": f"import ctypes\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\n{LOOP_FOR_EVER}",
    "leaves its first thread": f"""
import ctypes, platform, threading
def loop():
    {LOOP_FOR_EVER}
threading.Thread(target=loop, daemon=True).start()
ctypes.CDLL(None).syscall(93 if platform.machine() == "aarch64" else 60, 0)
""",
}
AGAIN = """
import os, sys, time
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.zygote import Setup
with ZygoteProcess(Setup(namespaces=())) as process:
    process.ready()
    until = time.monotonic() + 20
    while os.path.lexists(sys.argv[1]) and time.monotonic() < until:
        time.sleep(0.02)
"""


@pytest.mark.parametrize("what", STAYS)
def test_a_worker_does_not_outlive_its_zygote(what, tmp_path):
    code = f"TEXT = {STAYS[what]!r}\n{KILLED}"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    trusted = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, env=environment)
    zygote = int(trusted.stdout.readline())
    until = time.monotonic() + 20
    while not children_of(zygote) and time.monotonic() < until:
        time.sleep(0.02)
    (worker,) = children_of(zygote)
    while used(worker) < 0.3 and time.monotonic() < until:  # it is in its loop
        time.sleep(0.02)
    os.kill(zygote, signal.SIGKILL)
    trusted.kill()
    trusted.wait()
    trusted.stdout.close()
    assert_gone([zygote, worker])
    # Nobody is left to remove its folder: the next run does.
    (left,) = tmp_path.iterdir()
    start_and_stop(tmp_path, left)
    assert list(tmp_path.iterdir()) == []


def used(pid: int) -> float:
    """Seconds of a processor that a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def start_and_stop(temporary, gone):
    """A run without namespaces, in its own process: that is what a folder's name is made of."""
    environment = {**os.environ, "TMPDIR": str(temporary)}
    subprocess.run([sys.executable, "-c", AGAIN, str(gone)], check=True, cwd=ROOT, env=environment)


def test_a_later_run_leaves_alone_what_is_not_stale(tmp_path):
    """The folder of a process that lives, one that is locked, somebody else's, a link, another name."""
    dead = subprocess.Popen(["true"])
    dead.wait()
    kept = [f"gradlings-{os.getpid()}-1-a", f"gradlings-{dead.pid}-1-locked", f"gradlings-x-{dead.pid}", "mine"]
    for name in kept:
        (tmp_path / name).mkdir()
    elsewhere = Path(tempfile.mkdtemp(dir=tmp_path, prefix="elsewhere"))
    (elsewhere / "file").touch()
    (tmp_path / f"gradlings-{dead.pid}-1-link").symlink_to(elsewhere)
    if os.getuid() == 0:
        (tmp_path / f"gradlings-{dead.pid}-1-theirs").mkdir()
        os.chown(tmp_path / f"gradlings-{dead.pid}-1-theirs", 12345, 12345)
    before = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / f"gradlings-{dead.pid}-1-stale").mkdir()
    folder = os.open(tmp_path / kept[1], os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        start_and_stop(tmp_path, tmp_path / f"gradlings-{dead.pid}-1-stale")
    finally:
        os.close(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert (elsewhere / "file").exists()


def test_channels_are_closed_when_a_worker_cannot_be_had(monkeypatch):
    """Whatever the system refuses on the way to a worker, no descriptor is left open."""
    with ZygoteProcess(Setup()) as process:
        process.spawn().close()
        before = os.listdir("/proc/self/fd")
        monkeypatch.setattr(Channel, "await_ready", refuse)
        with pytest.raises(GraderError, match="no"):
            process.spawn()
        assert os.listdir("/proc/self/fd") == before
        monkeypatch.undo()
        for name in ("ftruncate", "memfd_create", "pipe2"):
            monkeypatch.setattr(os, name, out_of_files)
            with pytest.raises(GraderError, match="ulimit -n"):
                process.spawn()
            monkeypatch.undo()
        assert os.listdir("/proc/self/fd") == before
        assert process.broken == ""
        process.spawn().close()


def out_of_files(*_):
    raise OSError(24, "Too many open files")
