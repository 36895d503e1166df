"""The zygote: started clean, imports once, runs nothing, and forks a confined worker for each request.

Run as ``python -I -B -m grader.sandbox.zygote FD PID``, the PID being that of the trusted process; ``bwrap`` comes
between them when it runs itself once more inside bubblewrap. It is exec'd with a
built environment before the trusted process loads anything, so neither its memory nor its environment ever held a
secret; and it runs no torch operation, because a child forked after torch used its thread pool hangs in its first
operator.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import mmap
import os
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from typing import Literal

import msgspec

from grader.sandbox import (
    confinement,
    home,
    landlock,
    namespaces,
    probes,
    processes,
    runtime,
    scratch,
    seccomp,
    syscalls,
    tree,
    whereabouts,
)
from grader.sandbox.confinement import Layers, Limits
from grader.sandbox.faults import in_words

Packages = Literal["torch", "numpy", "python"]
_DRAWING = ("matplotlib.backends.backend_agg", "matplotlib.figure", "matplotlib.colorbar")
_MESSAGE = 1 << 16
_SCRATCH_BYTES = 128 << 20


class Setup(msgspec.Struct, frozen=True):
    """What the trusted process wants of a zygote.

    Attributes:
        preload: modules to import before the first fork.
        packages: what workers can open: all of them, NumPy and what shows results, or (``python``) none.
        hidden: folders that must not be visible to a worker.
        barred: top-level packages that may not be imported -> why.
        confine: False runs workers without confinement (``--isolation none``).
        namespaces: the ways to try, in this order; none skips them (to test the fallback).
        limits: what each worker may use.
    """

    preload: tuple[str, ...] = ("numpy",)
    packages: Packages = "torch"
    hidden: tuple[str, ...] = ()
    barred: dict[str, str] = {}
    confine: bool = True
    namespaces: tuple[str, ...] = namespaces.WAYS
    limits: Limits = Limits()


class Spawn(msgspec.Struct, frozen=True, tag="spawn"):
    """Fork a worker; its socket, output pipe and shared memory come along as descriptors. Answers 0.

    The number of this order is the worker's name from now on: whoever asked can have it ended even if no answer came.

    Attributes:
        draws: whether its submission will import matplotlib, which is then imported once for all workers.
    """

    draws: bool = False


class Probe(msgspec.Struct, frozen=True, tag="probe"):
    """Fork a worker that tries what is forbidden and tells what succeeded; otherwise as Spawn."""

    secret: str


class End(msgspec.Struct, frozen=True, tag="end"):
    """Kill a worker and all it left behind; answers how it had ended."""

    worker: int


class Waited(msgspec.Struct, frozen=True, tag="waited"):
    """How long others have kept a worker waiting for a processor; answers nanoseconds since it began."""

    worker: int


class Tell(msgspec.Struct, frozen=True, tag="tell"):
    """Have a worker write where it stands to its standard error; answers 0, whether or not it does."""

    worker: int


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Let no thread of a worker run until it is told to go on; answers 0."""

    worker: int
    go_on: bool = False


Request = Spawn | Probe | End | Waited | Tell | Stop


class Order(msgspec.Struct, frozen=True):
    """A request and its number; numbers rise."""

    number: int
    request: Request


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The zygote's first message.

    Attributes:
        layers: what workers will be confined with.
        lacks: what could not be had, with the reason.
        versions: of the preloaded packages.
    """

    layers: Layers
    lacks: dict[str, str]
    versions: dict[str, str]


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """The answer to the order with this number."""

    number: int
    value: int


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The order with this number (0: to start at all) could not be carried out, and why."""

    number: int
    why: str


class Zygote:
    """The fork server's state: the control socket, the layers, and the workers that live.

    Args:
        control: the socket to the trusted process.
        setup: what it wants.
        in_namespaces: whether this process has been started inside them.
    """

    def __init__(self, control: socket.socket, setup: Setup, *, in_namespaces: bool = False) -> None:
        self.control = control
        self.setup = setup
        self.lacks: dict[str, str] = {}
        self.in_namespaces = in_namespaces
        self.workers: dict[int, tuple[int, str]] = {}  # the number of its order -> its pid and scratch folder
        self.layers = Layers()
        self.scratch: scratch.Scratch | None = None

    def prepare(self) -> None:
        """Enter namespaces, import, and build the shared layers."""
        if self.setup.confine and not self.in_namespaces:
            self._enter_namespaces()
        if syscalls.IS_LINUX:
            syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)  # daemons come back here and are killed
        if self.in_namespaces:
            self.scratch = scratch.Scratch(namespaces.SCRATCH, keeps=True)
        else:
            self.scratch = scratch.make(os.environ["TMPDIR"], sys.argv[-1])
        del os.environ["TMPDIR"]
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = self.scratch.path  # torch._dynamo wants a folder as it is imported
        for name in self.setup.preload:
            importlib.import_module(name)
        if "numpy" in sys.modules:
            importlib.import_module("numpy.random")  # else it comes with each worker's seed: 10 ms
        runtime.text_streams()  # imported and warm before the first fork
        if self.setup.confine:
            self._build_layers(self.scratch.path)
        gc.collect()
        gc.freeze()  # so that a collection in a worker does not copy every page

    def _enter_namespaces(self) -> None:
        visible, refusals = tree.visible(), []
        for way in self.setup.namespaces:
            if way == "unshare":
                refused = namespaces.refusal()
                if not refused:
                    namespaces.enter(visible, list(self.setup.hidden), _SCRATCH_BYTES)
                    self.in_namespaces = True
                    return
            else:
                words, refused = namespaces.by_bwrap(visible, self.setup.hidden, _SCRATCH_BYTES)
                if not refused:
                    fd, pid = sys.argv[1], sys.argv[-1]
                    command = [*words, sys.executable, "-I", "-B", "-m", "grader.sandbox.zygote", fd, "bwrap", pid]
                    os.execv(words[0], command)  # noqa: S606 - bubblewrap, and ourselves in it
            refusals.append(refused)
        self.lacks["namespaces"] = "; ".join(refusals) or "switched off"

    def _build_layers(self, place: str) -> None:
        shared = -1
        try:
            rules = [*tree.readable(self.setup.packages), (place, landlock.WRITE)]
            shared = landlock.ruleset([*rules, ("/dev/null", landlock.WRITE)])
            if landlock.abi() < 6:
                self.lacks["landlock scopes"] = f"Landlock ABI {landlock.abi()}, 6 is wanted"
        except OSError as error:
            self.lacks["landlock"] = str(error)
        has_filter = syscalls.IS_LINUX and syscalls.MACHINE in seccomp.ARCHITECTURES
        if not has_filter:
            self.lacks["seccomp"] = f"no filter for {sys.platform} on {syscalls.MACHINE}"
        self.layers = Layers(shared, has_filter, self.in_namespaces)

    def serve(self) -> None:
        """Answer requests until the trusted process is gone."""
        versions = {name: getattr(sys.modules[name], "__version__", "") for name in self.setup.preload}
        self._send(Ready(self.layers, self.lacks, {name: str(version) for name, version in versions.items()}))
        decoder = msgspec.msgpack.Decoder(Order)
        while True:
            raw, fds, flags, _ = socket.recv_fds(self.control, _MESSAGE, 4)
            if not raw:
                return
            order = decoder.decode(raw)
            try:
                if flags & socket.MSG_CTRUNC:  # some of the descriptors did not arrive
                    raise OSError(errno.EMFILE, "")  # noqa: TRY301
                value = self._carry_out(order, fds)
            except (OSError, MemoryError) as error:
                what = "A worker could not be started" if fds else "A worker could not be dealt with"
                self._send(Refused(order.number, in_words(what, error)))
            else:
                self._send(Reply(order.number, value))
            finally:
                for fd in fds:
                    os.close(fd)
            self._scratch().go_on()

    def _carry_out(self, order: Order, fds: list[int]) -> int:
        match order.request:
            case Spawn(draws=draws):
                if draws and self.setup.packages != "python":
                    self._import_what_draws()
                self._fork(order.number, lambda channel: runtime.serve(channel, self.setup.barred), fds)
            case Probe(secret=secret):
                self._fork(order.number, lambda channel: probes.serve(channel.sock, secret), fds)
            case End(worker=worker):
                return self._end(worker)
            case Waited(worker=worker):
                return processes.waited(self.workers[worker][0]) if worker in self.workers else 0
            case Tell(worker=worker):
                if worker in self.workers:
                    whereabouts.ask(self.workers[worker][0])
            case Stop(worker=worker, go_on=go_on):
                if worker in self.workers:
                    os.kill(self.workers[worker][0], signal.SIGCONT if go_on else signal.SIGSTOP)
        return 0

    def _import_what_draws(self) -> None:
        """Import most of matplotlib, and have it look for fonts: that takes a second.

        Not pyplot itself: once it is imported, a choice of a window's backend fails at once.
        """
        if _DRAWING[0] in sys.modules:
            return
        with tempfile.TemporaryDirectory(dir=self._scratch().path) as folder:
            os.environ["MPLCONFIGDIR"] = folder  # not the user's, and gone when the fonts are known
            with contextlib.suppress(Exception):  # it is not there: a submission's import will say so
                for name in _DRAWING:
                    importlib.import_module(name)
            del os.environ["MPLCONFIGDIR"]
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                thread.join(1)  # matplotlib's, which would say that it takes long: nobody forks beside a thread
        gc.freeze()

    def _send(self, message: Ready | Reply | Refused) -> None:
        self.control.send(msgspec.msgpack.encode(message))

    def refuse(self, error: BaseException) -> None:
        """Tell the trusted process why there will be no worker."""
        with contextlib.suppress(OSError):
            self.control.recv(_MESSAGE)  # what is unread as a socket is closed takes the last words along
            self._send(Refused(0, in_words("The sandbox could not start", error)))

    def _scratch(self) -> scratch.Scratch:
        assert self.scratch is not None, "prepare comes first"
        return self.scratch

    def _fork(self, number: int, work: Callable[[runtime.WorkerChannel], None], fds: list[int]) -> None:
        folder = self._scratch().new()
        zygote = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            self._scratch().discard(folder)
            raise
        if pid == 0:
            try:
                self._become_worker(work, fds, folder, zygote)
            except BaseException as error:  # noqa: BLE001 - whatever it was, this process must not go on as a zygote
                scarce = isinstance(error, OSError | MemoryError)
                with contextlib.suppress(Exception):
                    said = in_words("It was refused what it needs", error) if scarce else traceback.format_exc()
                    os.write(2, said.encode())
            finally:
                os._exit(70)
        self.workers[number] = (pid, folder)

    def _become_worker(
        self, work: Callable[[runtime.WorkerChannel], None], fds: list[int], folder: str, zygote: int
    ) -> None:
        data, output, *shared = fds
        self.control.close()
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        answers = mmap.mmap(shared[0], 0) if shared else None
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if self.setup.confine:
            confinement.confine(self.layers, self.setup.limits, folder, {data})
        else:
            if syscalls.IS_LINUX:
                syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            os.setsid()
            home.go_home(folder)
            syscalls.close_all_but({data})
        if os.getppid() != zygote:  # it ended before there was a death signal
            return
        runtime.text_streams()
        runtime.cap_recursion()
        whereabouts.tell_when_asked()
        tempfile.tempdir = None  # what the zygote may have found out is not the worker's
        sys.argv = [""]
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)
        sock = socket.socket(fileno=data)
        sock.sendall(b"ready")
        work(runtime.WorkerChannel(sock, answers))

    def _end(self, worker: int) -> int:
        """Kill a worker; its wait status as it was before, or −SIGKILL when it was still alive."""
        if worker not in self.workers:
            return 0
        pid, folder = self.workers.pop(worker)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        self._kill_orphans()
        self._scratch().discard(folder)
        return os.waitstatus_to_exitcode(status)

    def _kill_orphans(self) -> None:
        """Kill processes that workers left behind: they are our children now."""
        ours = {pid for pid, _ in self.workers.values()} | self._scratch().removers
        for _ in range(100):  # a fork bomb may take a few rounds
            orphans = [child for child in processes.children_of(os.getpid()) if child not in ours]
            for orphan in orphans:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(orphan, signal.SIGKILL)
                    os.waitpid(orphan, 0)
            if not orphans:
                return

    def close(self) -> None:
        """Kill all workers and remove the scratch folder; where that fails, standard error says so."""
        if self.scratch is not None:
            for worker in list(self.workers):
                self._end(worker)
            said = self.scratch.close()
            if said:
                sys.stderr.write(f"{said}\n")


def main() -> None:
    """Read the setup from the control socket, prepare, serve, clean up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Looked at and left there, for this program once more inside bubblewrap.
    setup = msgspec.msgpack.decode(control.recv(_MESSAGE, socket.MSG_PEEK), type=Setup)
    zygote = Zygote(control, setup, in_namespaces="bwrap" in sys.argv)
    try:
        try:
            zygote.prepare()
        except (ImportError, MemoryError, OSError) as error:
            zygote.refuse(error)
            return
        control.recv(_MESSAGE)
        zygote.serve()
    finally:
        zygote.close()


if __name__ == "__main__":
    main()
