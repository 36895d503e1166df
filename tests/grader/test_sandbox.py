"""Workers as they are: real processes, really confined, asked through the proxies that checks use."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from sandboxed import ROOT, ask_in, processes_of

from grader.errors import GraderError
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.confinement import Limits
from grader.sandbox.probes import PROBES
from grader.sandbox.proxy import call_and_echo, conversation_of
from grader.sandbox.request import NoAnswer, NotStarted, RaisedError, SymbolMissing
from grader.sandbox.zygote import Setup

SECRET = ROOT / "solutions"
confined = pytest.mark.confined


# -- values and objects --------------------------------------------------------------------------------------------


def test_functions_are_called_with_values(ask):
    work = ask("""
        def double(x, times=2):
            return x * times
    """)
    assert torch.equal(work.double(torch.ones(2, 3)), torch.full((2, 3), 2.0))
    assert work.double("ab", times=3) == "ababab"
    assert (work.double(np.arange(3)) == [0, 2, 4]).all()


def test_objects_stay_and_are_used_from_afar(ask):
    work = ask("""
        class Value:
            def __init__(self, data): self.data, self.children = data, []
            def __add__(self, other): return Value(self.data + getattr(other, "data", other))
            def __radd__(self, other): return self + other
            def __rsub__(self, other): return Value(other - self.data)
            def __len__(self): return 3
            def __iter__(self): return iter([1, 2, self])
            def __getitem__(self, key): return key * 2
            def grow(self, by): self.data += by; return self
        def make(): return {"a": [Value(1), Value(2)]}
    """)
    value = work.Value(2.0)
    assert (value + 3).data == 5.0
    assert (3 + value).data == 5.0
    assert (10 - value).data == 8.0
    assert (value + work.Value(1.5)).data == 3.5
    assert len(value) == 3
    assert value[4] == 8
    assert [type(item).__name__ for item in value] == ["int", "int", "Handle"]
    assert value.grow(1).data == 3.0
    value.data = 9.0
    assert value.data == 9.0
    assert work.make()["a"][1].data == 2


def test_large_arrays_travel_both_ways(ask):
    work = ask("""
        def back(x):
            x += 1
            return x, x.sum()
    """)
    x = torch.rand(128, 20_000, dtype=torch.float64)
    same, total = work.back(x)
    assert torch.equal(same, x + 1)
    assert torch.isclose(total, (x + 1).sum())


def test_arguments_are_copies_and_can_be_asked_for(ask):
    work = ask("""
        def spoil(x, d):
            x.zero_()
            d["h"] += 1
            return 0
    """)
    x, d = torch.ones(3), {"h": torch.ones(2)}
    _, after = call_and_echo(work.spoil, x, d)
    assert x.tolist() == [1, 1, 1]
    assert after[0].tolist() == [0, 0, 0]
    assert after[1]["h"].tolist() == [2, 2]


def test_autograd_and_modules_work_inside(ask):
    work = ask("""
        import torch
        def gradient(x):
            x = x.clone().requires_grad_()
            (x * x).sum().backward()
            return x.grad
        def fit():
            model = torch.nn.Linear(3, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            for _ in range(3):
                optimizer.zero_grad(); model(torch.ones(2, 3)).pow(2).mean().backward(); optimizer.step()
            return model.weight
    """)
    assert work.gradient(torch.tensor([1.0, 2.0])).tolist() == [2.0, 4.0]
    assert work.fit().came_as.is_parameter


def test_the_workers_random_numbers_follow_the_seed_of_the_check(ask):
    text = """
        import random, numpy as np, torch
        def draw(): return random.random(), float(np.random.rand()), torch.rand(1)
    """
    first, second = ask(text).draw(), ask(text).draw()
    assert first == second  # the conversation's seed is 1 in both


def test_relative_imports_find_the_learners_own_files(zygote):
    from grader.sandbox.peers import RemotePeer

    worker = zygote.spawn()
    try:
        peer = RemotePeer(worker)
        sources = {
            "unit.head": ("class Head: size = 3\n", "exercises/unit/head.py"),
            "unit.gpt": (
                "from .head import Head\nimport exercises.unit.head\nfrom unit.head import Head as H\n",
                "g.py",
            ),
            "random": ("raise SystemExit", "exercises/random.py"),
        }
        kind, names = peer.load(sources, "unit.gpt", 10)
        assert kind == "ok"
        assert "Head" in names
    finally:
        worker.close()


# -- exceptions ----------------------------------------------------------------------------------------------------


def test_an_exception_comes_with_the_learners_frames_only(ask):
    work = ask("""
        def outer(x): return inner(x)
        def inner(x): return sorted([x], key=lambda y: y / 0)
    """)
    with pytest.raises(RaisedError) as caught:
        work.outer(1)
    assert caught.value.type_name == "ZeroDivisionError"
    assert [(line, name) for _, line, name, _ in caught.value.frames] == [(2, "outer"), (3, "inner"), (3, "<lambda>")]
    assert all(file == "exercises/unit/work.py" for file, *_ in caught.value.frames)


def test_wrong_arguments_bring_the_signature(ask):
    work = ask("def f(a): pass")
    with pytest.raises(RaisedError) as caught:
        work.f(1, 2)
    assert caught.value.signature == "(a)"


def test_a_stub_is_not_started_and_a_missing_name_is_missing(ask):
    work = ask("def f(): raise NotImplementedError('unit.work: f')")
    with pytest.raises(NotStarted, match="unit.work"):
        work.f()
    with pytest.raises(SymbolMissing):
        work.g()


@pytest.mark.parametrize(
    "body",
    [
        "import sys; sys.exit(0)",
        "raise KeyboardInterrupt",
        "raise BaseException('x')",
        "class E(Exception):\n        def __str__(self): raise ValueError\n    raise E",
        "def g(): return g()\n    g()",
        "raise GeneratorExit",
    ],
)
def test_whatever_is_raised_is_an_answer(ask, body):
    work = ask(f"def f():\n    {body}\ndef g(): return 1\n")
    with pytest.raises(RaisedError):
        work.f()
    assert work.g() == 1


# -- no answer -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        ("while True: pass", "timeout", ""),
        ("import time; time.sleep(60)", "timeout", ""),
        ("while True: print('x' * 1000)", "timeout", ""),
        ("import signal; signal.pause()", "timeout", ""),
        ("import os; os._exit(0)", "crashed", "exit code 0"),
        ("import os; os.abort()", "crashed", "aborted"),
        ("import ctypes; ctypes.string_at(0)", "crashed", "segmentation fault"),
        ("import os; os.closerange(3, 64)", "crashed", ""),
    ],
)
def test_no_answer_has_one_verdict_within_the_limit(ask, body, kind, detail):
    work = ask(f"def f():\n    {body}\n", seconds=1.0)
    started = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        work.f()
    assert time.monotonic() - started < 5.0  # the limit and a second, on a crowded machine four limits and a second
    assert caught.value.kind == kind
    assert detail in caught.value.detail


@confined
@pytest.mark.parametrize(
    "payload",
    [
        "b'\\xff' * 64",
        "b'\\x00' * 8",
        "struct.pack('<II', 1 << 30, 0)",
        "struct.pack('<II', 3, 0) + b'\\x93\\x01\\x02'",
        "struct.pack('<II', 12, 0) + b'\\x94\\x00\\xa2ok\\xc3\\xc0'.ljust(12, b'\\xc0')",
        "struct.pack('<II', 5, 0) + b'\\x81\\xa1a\\x01\\x00'",
    ],
)
def test_what_is_written_to_the_socket_is_no_answer(ask, payload):
    work = ask(
        f"""
        import os, struct
        def f():
            for fd in range(3, 10):
                try: os.write(fd, {payload})
                except OSError: pass
            return 1
        """,
        seconds=2.0,
    )
    with pytest.raises(NoAnswer) as caught:
        work.f()
    assert caught.value.kind in {"protocol", "timeout"}


def test_what_is_printed_is_captured_and_bounded(ask):
    work = ask("""
        import os, sys
        def f(n):
            print("héllo"); sys.stderr.write("err\\n"); os.write(1, b"x" * n)
            sys.stdout.close()
            return n
    """)
    assert work.f(10) == 10
    talk = conversation_of(work)
    assert talk.peer.worker.output() == "héllo\nerr\nxxxxxxxxxx"
    assert work.f is not None


@confined
def test_memory_is_bounded(ask):
    work = ask("""
        import torch, numpy as np
        def tensor(): return torch.ones(1 << 30).sum()
        def array(): return np.ones(1 << 30).sum()
        def many():
            kept = []
            while True: kept.append(bytearray(1 << 26))
        def fine(): return float(torch.ones(1 << 24).sum())
    """)
    for name in ("tensor", "array", "many"):
        with pytest.raises(RaisedError, match="(?i)memory"):
            getattr(work, name)()
    assert work.fine() == 2.0**24


# -- confinement ---------------------------------------------------------------------------------------------------

FORBIDDEN = {
    "read the solutions": f"import os; return os.listdir({str(SECRET)!r})",
    "see that they exist": f"import os; return os.stat({str(SECRET)!r}).st_size",
    "read the checks": f"return open({str(ROOT / 'tests/hidden/lecture5/test_linear.py')!r}).read()",
    "import the grader": "import importlib; return importlib.import_module('grader.checks').__file__",
    "read /etc/passwd": "return open('/etc/passwd').read()",
    "list the root's home": "import os; return os.listdir('/root')",
    "write to /tmp": "open('/tmp/gradlings-was-here', 'w')",
    "write beside itself": "open('/usr/lib/x', 'w')",
    "open a socket": "import socket; socket.socket()",
    "open a pair of sockets": "import socket; socket.socketpair()",
    "fork": "import os; os.fork()",
    "run a program": "import subprocess; subprocess.run(['/bin/true'])",
    "run a shell": "import os; assert os.system('true') == 0; raise KeyError",
    "start a process pool": "import multiprocessing; multiprocessing.Process(target=print).start()",
    "signal its parent": "import os, signal; os.kill(os.getppid(), 0)",
    "signal everyone": "import os, signal; os.kill(-1, 0)",
    "link a secret": f"import os; os.symlink({str(SECRET)!r}, 'x'); return os.listdir('x')",
    "change modes": "import os; open('x', 'w').close(); os.chmod('x', 0o777)",
    "make a memfd": "import os; os.memfd_create('x')",
    "become dumpable": "import ctypes\n    if ctypes.CDLL(None).prctl(4, 1, 0, 0, 0): raise OSError",
    "take its death signal back": "import ctypes\n    if ctypes.CDLL(None).prctl(1, 0, 0, 0, 0): raise OSError",
    "adopt processes": "import ctypes\n    if ctypes.CDLL(None).prctl(36, 1, 0, 0, 0): raise OSError",
    "have others signalled": "import fcntl, os; fcntl.fcntl(os.pipe()[0], 8, os.getppid())",
    "have others signalled by ioctl": "import fcntl, struct; fcntl.ioctl(1, 0x8901, struct.pack('i', 1))",
    "hold up others by a lease": "import fcntl; f = open('x', 'w'); fcntl.fcntl(f, 1024, 1)",
    "take pages of all pipes": "import fcntl, os; fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)",
    "flush a whole disk": "import ctypes\n    if ctypes.CDLL(None).syncfs(0): raise OSError",
    "leave by unshare": "import ctypes\n    if ctypes.CDLL(None).unshare(0x10000000): raise OSError",
    "read its own memory file": "return open('/proc/self/mem', 'rb').read(1)",
    "raise its limits": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "write a large file": "with open('x', 'wb') as f: f.write(bytes(1 << 25))",
}


@confined
@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_worker_cannot(ask, what):
    work = ask(f"def f():\n    {FORBIDDEN[what]}\n")
    if what == "run a shell":
        with pytest.raises(RaisedError, match="AssertionError|PermissionError"):
            work.f()
        return
    with pytest.raises(RaisedError) as caught:
        work.f()
    assert {"OSError", "ImportError", "ValueError"} & {caught.value.type_name, *caught.value.bases}
    assert not Path("/tmp/gradlings-was-here").exists()


@confined
def test_a_worker_finds_no_secret_in_its_environment(zygote, monkeypatch):
    monkeypatch.setenv("CI_TOKEN", "secret")
    with ZygoteProcess(Setup(preload=("numpy",), packages="numpy")) as process, contextlib.ExitStack() as stack:
        text = "import os\ndef f(): return dict(os.environ), os.getcwd(), os.listdir('.')"
        environment, folder, files = ask_in(process, text, stack).f()
    assert set(environment) == {"HOME", "TMPDIR", "LANG", "PATH", "LC_CTYPE"} - ({"LC_CTYPE"} - set(environment))
    assert files == []
    assert folder == environment["HOME"]


@confined
def test_a_worker_has_no_open_files_but_its_own(ask):
    work = ask("""
        import os, stat
        def f():
            kinds = []
            for fd in range(64):
                try: kinds.append((fd, stat.S_IFMT(os.fstat(fd).st_mode)))
                except OSError: pass
            return kinds
    """)
    import stat

    kinds = work.f()
    assert [kind for fd, kind in kinds if fd < 3] == [stat.S_IFCHR, stat.S_IFIFO, stat.S_IFIFO]
    assert [kind for fd, kind in kinds if fd >= 3] == [stat.S_IFSOCK]


def test_a_worker_may_use_its_scratch_folder_and_threads(ask):
    work = ask("""
        import os, tempfile, threading
        def f():
            with open("note.txt", "w") as file: file.write("x")
            with tempfile.TemporaryFile() as file: file.write(b"y")
            thread = threading.Thread(target=print); thread.start(); thread.join()
            os.mkdir("d"); os.rename("note.txt", "d/n") if False else None
            return sorted(os.listdir("."))
    """)
    assert work.f() == ["d", "note.txt"]


def test_late_imports_of_installed_packages_work(ask):
    work = ask("""
        def f():
            import sqlite3, decimal, json, statistics, torch.optim, numpy.fft
            return True
    """)
    assert work.f() is True


@confined
def test_every_probe_fails(zygote):
    assert zygote.probe(SECRET) == []
    assert len(PROBES) >= 9


@confined
def test_the_fallback_without_namespaces_leaves_only_the_stat_leak():
    with ZygoteProcess(Setup(preload=("numpy",), namespaces=(), hidden=(str(ROOT),))) as process:
        assert "namespaces" in process.ready().lacks
        assert process.probe(SECRET) == ["see where the course lies"]


NEEDS_BWRAP = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")


@confined
@NEEDS_BWRAP
def test_bwrap_gives_what_unshare_gives():
    setup = Setup(preload=("numpy", "torch"), namespaces=("bwrap",), hidden=(str(ROOT), sys.prefix + "/share"))
    text = """
import os, subprocess
def processes(): return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
def top(): return sorted(os.listdir("/"))
def capabilities(): return [line for line in open("/proc/self/status") if line.startswith("Cap")]
def where(): return os.getcwd()
"""
    with ZygoteProcess(setup) as process, contextlib.ExitStack() as stack:
        assert process.ready().lacks == {}
        assert process.ready().layers.in_namespaces
        assert process.probe(SECRET) == []
        work = ask_in(process, text, stack)
        assert work.where().startswith("/scratch/")
        for ask in (work.processes, work.top, work.capabilities):
            with pytest.raises(RaisedError, match="PermissionError"):
                ask()


# Loads a classic BPF program in which some system calls fail with EPERM, then asks for a zygote.
REFUSED = """
import struct, sys
from pathlib import Path
from grader.sandbox import syscalls
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.zygote import Setup
numbers = {"unshare": {"x86_64": 272, "aarch64": 97}, "mount": {"x86_64": 165, "aarch64": 40}}
ops = [struct.pack("HBBI", 0x20, 0, 0, 0)]
for name in sys.argv[1].split(","):
    ops += [struct.pack("HBBI", 0x15, 0, 1, numbers[name][syscalls.MACHINE]), struct.pack("HBBI", 6, 0, 0, 0x50001)]
syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)
syscalls.install_seccomp(b"".join([*ops, struct.pack("HBBI", 6, 0, 0, 0x7FFF0000)]))
with ZygoteProcess(Setup(preload=("numpy",), hidden=(sys.argv[2],))) as process:
    ready = process.ready()
    print(ready.layers.in_namespaces, ready.lacks)
    for _ in range(3):
        print(process.probe(Path(sys.argv[2]) / "solutions"))
"""


def with_refused(calls):
    done = subprocess.run([sys.executable, "-c", REFUSED, calls, str(ROOT)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@confined
@NEEDS_BWRAP
def test_where_unshare_is_refused_bwrap_is_tried():
    assert with_refused("unshare") == ["True {}", "[]", "[]", "[]"]


@confined
def test_where_mounting_is_refused_nothing_is_half_done():
    # As under Ubuntu's AppArmor: unshare succeeds, and gives no rights. Later forks must go on working.
    first, *probes = with_refused("mount")
    assert first.startswith("False {'namespaces': '[Errno 1] mount /: ")
    assert probes == ["['see where the course lies']"] * 3


@confined
def test_without_confinement_the_probes_succeed():
    with ZygoteProcess(Setup(preload=("numpy",), confine=False)) as process:
        assert {"read the course", "open sockets", "start processes"} <= set(process.probe(SECRET))


@confined
def test_plain_python_means_that_no_package_can_be_had():
    text = """
import sys
class Value:
    def __init__(self, data): self.data = data
    def __add__(self, other): return Value(self.data + other.data)
def loaded():
    return sorted({"numpy", "torch"} & set(sys.modules))
def by_file():
    import ctypes
    return open(PLACE + "/numpy/__init__.py").read()
def around():
    sys.meta_path[:] = [f for f in sys.meta_path if "Submission" not in type(f).__name__]
    import importlib
    return importlib.import_module("numpy").zeros(2)
"""
    place = str(Path(np.__file__).parents[1])
    with ZygoteProcess(Setup(preload=(), packages="python")) as process, contextlib.ExitStack() as stack:
        work = ask_in(process, f"PLACE = {place!r}\n{text}", stack)
        assert work.loaded() == []
        assert (work.Value(2.0) + work.Value(3.0)).data == 5.0
        assert work.Value([1, "a", (2.5, None), {3: b"x"}]).data == [1, "a", (2.5, None), {3: b"x"}]
        for attempt in (work.by_file, work.around):
            with pytest.raises(RaisedError):
                attempt()


@confined
def test_numpy_alone_means_that_torch_cannot_be_had():
    setup = Setup(preload=("numpy",), packages="numpy", barred={"torch": "this exercise is written with NumPy alone"})
    text = """
def plain():
    import torch
    return torch.zeros(2)
def around():
    import sys
    sys.meta_path[:] = [f for f in sys.meta_path if "Submission" not in type(f).__name__]
    import torch
    return torch.zeros(2)
def by_file():
    import ctypes
    return open(PLACE + "/torch/__init__.py").read()
def fine():
    import numpy, numpy.linalg, numpy.random, math
    return float(numpy.linalg.norm(numpy.ones(4)))
"""
    place = str(Path(torch.__file__).parents[1])
    with ZygoteProcess(setup) as process, contextlib.ExitStack() as stack:
        work = ask_in(process, f"PLACE = {place!r}\n{text}", stack)
        with pytest.raises(RaisedError, match="NumPy alone"):
            work.plain()
        with pytest.raises(RaisedError) as caught:
            work.around()
        assert {"ImportError", "OSError"} & {caught.value.type_name, *caught.value.bases}
        with pytest.raises(RaisedError, match="PermissionError"):
            work.by_file()
        assert work.fine() == 2.0


# -- nothing is left -----------------------------------------------------------------------------------------------


@confined
def test_a_daemon_is_killed_with_its_worker_where_forking_is_possible():
    setup = Setup(preload=("numpy",), confine=False)
    with ZygoteProcess(setup) as process, contextlib.ExitStack() as stack:
        text = """
import os, time
def f():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
    time.sleep(0.2)
    return os.getpid()
"""
        pid = ask_in(process, text, stack).f()
        assert pid in processes_of()
        before = len(processes_of())
        stack.close()
        deadline = time.monotonic() + 5
        while len(processes_of()) > before - 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(processes_of()) == before - 2  # the worker and its daemon


WAYS = pytest.mark.parametrize("ways", [("unshare",), pytest.param(("bwrap",), marks=NEEDS_BWRAP), ()], ids=str)


@confined
@WAYS
def test_closing_leaves_no_process_and_no_file(ways):
    before, files = processes_of(), set(os.listdir(tempfile.gettempdir()))
    process = ZygoteProcess(Setup(preload=("numpy",), namespaces=ways))
    stack = contextlib.ExitStack()
    ask_in(process, "open('left', 'w').write('x')\ndef f(): pass", stack)
    assert processes_of() > before
    process.close()
    stack.close()
    assert processes_of() == before
    assert {name for name in set(os.listdir(tempfile.gettempdir())) - files if "gradlings" in name} == set()


@confined
@WAYS
def test_a_killed_trusted_process_leaves_no_process_and_no_file(ways, tmp_path):
    code = f"""
import sys, time
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.peers import RemotePeer
from grader.sandbox.zygote import Setup
process = ZygoteProcess(Setup(preload=("numpy",), namespaces={ways}))
peer = RemotePeer(process.spawn())
peer.load({{"u.w": ("def f():\\n    while True: pass", "w.py")}}, "u.w", 10)
print("ready", flush=True)
time.sleep(100)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    assert child.stdout.readline() == b"ready\n"
    assert processes_of(child.pid)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    deadline = time.monotonic() + 10
    while processes_of(child.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(child.pid) == set()
    assert os.listdir(tmp_path) == []


@confined
def test_a_zygote_that_cannot_start_says_why():
    with ZygoteProcess(Setup(preload=("no_such_package",))) as process:
        with pytest.raises(GraderError, match="no_such_package"):
            process.ready()


@confined
def test_a_worker_that_cannot_confine_itself_leaves_nothing_open():
    with ZygoteProcess(Setup(preload=("numpy",), limits=Limits(memory=1 << 63))) as process:
        process.ready()
        before, processes = os.listdir("/proc/self/fd"), processes_of()
        for _ in range(3):
            with pytest.raises(GraderError, match="could not confine itself(.|\n)*OverflowError"):
                process.spawn()
        assert os.listdir("/proc/self/fd") == before
        assert processes_of() == processes


@confined
def test_limits_are_per_worker():
    with (
        ZygoteProcess(Setup(preload=("numpy",), limits=Limits(memory=300 << 20))) as process,
        contextlib.ExitStack() as s,
    ):
        work = ask_in(process, "import numpy as np\ndef f(n): return float(np.ones(n).sum())", s)
        with pytest.raises(RaisedError, match="allocate"):
            work.f(1 << 27)
        assert work.f(1 << 20) == 2.0**20


@confined
def test_a_folder_of_any_depth_is_removed(tmp_path):
    from grader.sandbox.scratch import remove

    top = tmp_path / "scratch"
    top.mkdir()
    here = os.getcwd()
    try:
        os.chdir(top)
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
            Path("f").touch()
    finally:
        os.chdir(here)
    (top / "closed").mkdir(mode=0)
    assert remove(str(top), 60) == ""
    assert os.listdir(tmp_path) == []


@confined
def test_the_trusted_process_lets_nobody_look_into_it():
    code = """
import ctypes
from grader.course import find_course
from grader.session.sandboxes import Sandboxes
course = find_course()
before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
with Sandboxes(course, ()):
    print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.split() == ["1", "0"], done.stderr


@confined
def test_folders_are_removed_in_time_that_grows_with_their_number(tmp_path, monkeypatch):
    """Counted in system calls, since a disk is as slow as it likes: wide, full and nested folders alike."""
    from grader.sandbox.scratch import remove

    top = tmp_path / "scratch"
    top.mkdir()
    made = 1
    for n in range(300):
        (top / f"{n}").mkdir()
        (top / f"full{n}" / "a" / "b").mkdir(parents=True)
        (top / f"full{n}" / "a" / "file").touch()
        made += 5
    calls = []
    for name in ("rmdir", "unlink", "rename", "chmod", "scandir", "open"):
        monkeypatch.setattr(os, name, counted(getattr(os, name), calls))
    assert remove(str(top), 60) == ""
    assert len(calls) < 8 * made
    assert list(tmp_path.iterdir()) == []


def counted(function, calls):
    def call(*args, **kwargs):
        calls.append(function)
        return function(*args, **kwargs)

    return call


@confined
def test_removal_follows_no_link_and_knows_every_name(tmp_path):
    from grader.sandbox.scratch import remove

    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").touch()
    top = os.fsencode(tmp_path) + b"/scratch"
    os.makedirs(top + b"/\xff\xfe/\x80 \n/-rf")
    os.symlink(outside, top + b"/link")
    os.symlink(outside, top + b"/\xff\xfe/link")
    os.mkfifo(top + b"/\xff\xfe/fifo")
    os.makedirs(top + b"/closed/below")
    os.chmod(top + b"/closed/below", 0)
    os.chmod(top + b"/closed", 0)
    assert remove(os.fsdecode(top), 60) == ""
    assert os.listdir(tmp_path) == ["outside"]
    assert os.listdir(outside) == ["file"]


@confined
def test_removal_stops_when_its_time_is_up_and_says_so(tmp_path):
    from grader.sandbox.scratch import remove

    (tmp_path / "scratch" / "below").mkdir(parents=True)
    assert "rm -rf" in remove(str(tmp_path / "scratch"), 0)
    assert (tmp_path / "scratch" / "below").is_dir()
    assert remove(str(tmp_path / "scratch"), 60) == ""


@confined
def test_the_end_of_a_worker_does_not_wait_for_its_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    text = """
import os
def f(n):
    for i in range(n): os.makedirs(f"{i}/below")
"""
    with ZygoteProcess(Setup(preload=("numpy",), namespaces=())) as process, contextlib.ExitStack() as stack:
        work = ask_in(process, text, stack, seconds=60)
        work.f(2_000)
        started = time.monotonic()
        conversation_of(work).peer.worker.kill()
        assert time.monotonic() - started < 2.0
        assert process.probe(SECRET) == ["see where the course lies"]
    assert list(tmp_path.iterdir()) == []


# -- a machine that has no more to give ----------------------------------------------------------------------------

SCARCE = """
import resource, sys
limits, namespaces = eval(sys.argv[1]), eval(sys.argv[2])
import grader.sandbox.client, grader.sandbox.peers
from grader.errors import GraderError
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.zygote import Setup
for name, amount in limits.items():
    resource.setrlimit(getattr(resource, name), (amount, amount))
try:
    with ZygoteProcess(Setup(preload=("numpy",), namespaces=namespaces)) as process:
        workers = [process.spawn() for _ in range(3)]
        print("well", len(workers))
except GraderError as error:
    print("fault", str(error).replace(chr(10), " "))
"""


@confined
@pytest.mark.parametrize("namespaces", [("unshare",), ()], ids=str)
@pytest.mark.parametrize(
    ("limits", "advice"),
    [
        ({"RLIMIT_FSIZE": 8 << 10}, "ulimit -f"),
        ({"RLIMIT_NOFILE": 6}, "ulimit -n"),
        ({"RLIMIT_NOFILE": 12}, "ulimit -n"),
        ({"RLIMIT_AS": 60 << 20}, "The sandbox"),
    ],
    ids=str,
)
def test_what_the_machine_lacks_is_a_fault_that_says_what_to_do(limits, advice, namespaces):
    command = [sys.executable, "-c", SCARCE, repr(limits), repr(namespaces)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("fault ") and advice in done.stdout, done.stdout


@confined
def test_no_process_to_be_had_is_an_answer_not_the_end_of_the_zygote(monkeypatch, tmp_path):
    """The zygote's own fork fails, as under ``ulimit -u``: told, and the next one is served."""
    code = """
import os, sys
from grader.sandbox import zygote
fork, failures = os.fork, [1, 1]
def scarce():
    if "numpy" in sys.modules and failures:
        failures.pop()
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()
os.fork = scarce
sys.argv = [sys.argv[0], *sys.argv[1:]]
zygote.main()
"""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # with nothing in it that is stale
    start = ZygoteProcess._start

    def start_scarce(self, control):
        monkeypatch.setattr(subprocess, "Popen", with_code(subprocess.Popen, code))
        try:
            return start(self, control)
        finally:
            monkeypatch.undo()

    monkeypatch.setattr(ZygoteProcess, "_start", start_scarce)
    with ZygoteProcess(Setup(preload=("numpy",), namespaces=())) as process:
        for _ in range(2):
            with pytest.raises(GraderError, match="could not be started.*ulimit -u"):
                process.spawn()
        assert process.broken == ""
        process.spawn().close()


def with_code(popen, code):
    """Popen with the module's name in a command replaced by code."""

    def call(command, **kwargs):
        at = command.index("-m")
        return popen([*command[:at], "-c", code, *command[at + 2 :]], **kwargs)

    return call
