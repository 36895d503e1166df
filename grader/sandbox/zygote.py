"""The zygote: started clean, imports once, runs nothing, and forks a confined worker for each request.

Run as ``python -I -B -m grader.sandbox.zygote FD PID``, the PID being that of the trusted process; ``bwrap`` comes
between them when it runs itself once more inside bubblewrap. It is exec'd with a
built environment before the trusted process loads anything, so neither its memory nor its environment ever held a
secret; and it runs no torch operation, because a child forked after torch used its thread pool hangs in its first
operator.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import mmap
import os
import signal
import socket
import sys
import tempfile
import traceback
from typing import Any

import msgspec

from grader.sandbox import confinement, landlock, namespaces, probes, runtime, seccomp, syscalls, tree
from grader.sandbox.confinement import Layers, Limits

_MESSAGE = 1 << 16
_SCRATCH_BYTES = 128 << 20


class Setup(msgspec.Struct, frozen=True):
    """What the trusted process wants of a zygote.

    Attributes:
        preload: modules to import before the first fork.
        numpy_alone: workers can open NumPy and the standard library only.
        hidden: folders that must not be visible to a worker.
        barred: top-level packages that may not be imported -> why.
        confine: False runs workers without confinement (``--isolation none``).
        namespaces: the ways to try, in this order; none skips them (to test the fallback).
        limits: what each worker may use.
    """

    preload: tuple[str, ...] = ("numpy",)
    numpy_alone: bool = False
    hidden: tuple[str, ...] = ()
    barred: dict[str, str] = {}
    confine: bool = True
    namespaces: tuple[str, ...] = namespaces.WAYS
    limits: Limits = Limits()


class Spawn(msgspec.Struct, frozen=True, tag="spawn"):
    """Fork a worker; its socket, output pipe and shared memory come along as descriptors."""


class Probe(msgspec.Struct, frozen=True, tag="probe"):
    """Fork a worker that tries what is forbidden and answers what succeeded."""

    secret: str


class End(msgspec.Struct, frozen=True, tag="end"):
    """Kill a worker and all it left behind; answers how it had ended."""

    pid: int


class Waited(msgspec.Struct, frozen=True, tag="waited"):
    """How long a worker has been ready to run and had no processor, in nanoseconds since it began."""

    pid: int


Request = Spawn | Probe | End | Waited


class Ready(msgspec.Struct, frozen=True):
    """The zygote's first message.

    Attributes:
        layers: what workers will be confined with.
        lacks: what could not be had, with the reason.
        versions: of the preloaded packages.
    """

    layers: Layers
    lacks: dict[str, str]
    versions: dict[str, str]


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
        self.workers: dict[int, str] = {}  # pid -> its scratch folder
        self.layers = Layers()
        self.scratch = ""

    def prepare(self) -> None:
        """Enter namespaces, import, and build the shared layers."""
        if self.setup.confine and not self.in_namespaces:
            self._enter_namespaces()
        self.scratch = (
            namespaces.SCRATCH if self.in_namespaces else tempfile.mkdtemp(prefix=f"gradlings-{sys.argv[-1]}-")
        )
        if syscalls.IS_LINUX:
            syscalls.prctl(syscalls.PR_SET_CHILD_SUBREAPER, 1)  # daemons come back here and are killed
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = self.scratch  # torch._dynamo wants a folder as it is imported
        for name in self.setup.preload:
            importlib.import_module(name)
        runtime.text_streams()  # imported and warm before the first fork
        if self.setup.confine:
            self._build_layers()
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

    def _build_layers(self) -> None:
        shared = -1
        try:
            rules = [*tree.readable(self.setup.numpy_alone), (self.scratch, landlock.WRITE)]
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
        decoder = msgspec.msgpack.Decoder(Request)
        while True:
            raw, fds, _, _ = socket.recv_fds(self.control, _MESSAGE, 4)
            if not raw:
                return
            match decoder.decode(raw):
                case Spawn():
                    self._send(self._fork(lambda channel: runtime.serve(channel, self.setup.barred), fds))
                case Probe(secret=secret):
                    self._send(self._fork(lambda channel: probes.serve(channel.sock, secret), fds))
                case End(pid=pid):
                    self._send(self._end(pid))
                case Waited(pid=pid):
                    self._send(_waited(pid) if pid in self.workers else 0)
            for fd in fds:
                os.close(fd)

    def _send(self, message: Any) -> None:
        self.control.send(msgspec.msgpack.encode(message))

    def _fork(self, work: Any, fds: list[int]) -> int:
        scratch = tempfile.mkdtemp(dir=self.scratch)
        pid = os.fork()
        if pid == 0:
            try:
                self._become_worker(work, fds, scratch)
            except BaseException:  # noqa: BLE001 - whatever it was, this process must not go on as a zygote
                with contextlib.suppress(Exception):
                    os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(70)
        self.workers[pid] = scratch
        return pid

    def _become_worker(self, work: Any, fds: list[int], scratch: str) -> None:
        data, output, *shared = fds
        self.control.close()
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        answers = mmap.mmap(shared[0], 0) if shared else None
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if self.setup.confine:
            confinement.confine(self.layers, self.setup.limits, scratch, {data})
        else:
            if syscalls.IS_LINUX:
                syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
            os.setsid()
            os.chdir(scratch)
            os.environ.clear()
            syscalls.close_all_but({data})
        runtime.text_streams()
        runtime.cap_recursion()
        sys.argv = [""]
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)
        sock = socket.socket(fileno=data)
        sock.sendall(b"ready")
        work(runtime.Channel(sock, answers))

    def _end(self, pid: int) -> int:
        """Kill a worker; its wait status as it was before, or −SIGKILL when it was still alive."""
        if pid not in self.workers:
            return 0
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        self._kill_orphans()
        remove_tree(self.workers.pop(pid))
        return os.waitstatus_to_exitcode(status)

    def _kill_orphans(self) -> None:
        """Kill processes that workers left behind: they are our children now."""
        for _ in range(100):  # a fork bomb may take a few rounds
            orphans = [child for child in _children_of(os.getpid()) if child not in self.workers]
            for orphan in orphans:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(orphan, signal.SIGKILL)
                    os.waitpid(orphan, 0)
            if not orphans:
                return

    def close(self) -> None:
        """Kill all workers and remove the scratch folder."""
        for pid in list(self.workers):
            self._end(pid)
        if not self.in_namespaces and self.scratch:
            remove_tree(self.scratch)


def remove_tree(folder: str) -> None:
    """Remove a folder, however deep a submission made it: what lies below is moved to the top first."""
    todo, count = [folder], 0
    with contextlib.suppress(OSError):  # whatever is left is in a tmpfs, or told by the tests
        while todo:
            current = todo[-1]
            below = []
            with os.scandir(current) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    else:
                        os.unlink(entry.path)
            for path in below:
                count += 1
                os.chmod(path, 0o700)
                os.rename(path, f"{folder}.{count}")
                todo.append(f"{folder}.{count}")
            todo.remove(current)
            os.rmdir(current)


def _children_of(pid: int) -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def _waited(pid: int) -> int:
    """The time on a run queue of a process's first thread, in ns; 0 where the kernel does not keep it."""
    try:
        with open(f"/proc/{pid}/schedstat") as file:
            return int(file.read().split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def main() -> None:
    """Read the setup from the control socket, prepare, serve, clean up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Looked at and left there, for this program once more inside bubblewrap.
    setup = msgspec.msgpack.decode(control.recv(_MESSAGE, socket.MSG_PEEK), type=Setup)
    zygote = Zygote(control, setup, in_namespaces="bwrap" in sys.argv)
    try:
        zygote.prepare()
        control.recv(_MESSAGE)
        zygote.serve()
    finally:
        zygote.close()


if __name__ == "__main__":
    main()
