"""Shows the grader another platform: modules and calls that Windows or macOS lack are missing to its modules.

Only what is imported by modules below ``grader`` is changed. The standard library, torch and the learner's code see
the machine as it is, since they branch on the platform by themselves and are not what is tested.

``install("win32")`` in a process that has not imported the grader yet; ``sitecustomize`` does so for whatever has this
folder on PYTHONPATH and ``GRADE_AS`` set, and what such a process starts is shown the same.
"""

from __future__ import annotations

import builtins
import errno
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import types
from pathlib import Path

HERE = str(Path(__file__).parent)
_LINUX_ALONE = (
    "memfd_create", "MFD_CLOEXEC", "MFD_ALLOW_SEALING", "sched_getaffinity", "sched_setaffinity", "pidfd_open",
    "O_PATH", "pipe2", "preadv2", "O_TMPFILE", "splice", "copy_file_range", "setns", "unshare", "eventfd", "getrandom",
)  # fmt: skip
_NOT_ON_WINDOWS = (
    *_LINUX_ALONE, "fork", "forkpty", "setsid", "killpg", "getuid", "geteuid", "getgid", "getegid", "getpgid",
    "getpgrp", "setpgid", "waitid", "wait", "wait3", "wait4", "WNOHANG", "O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK",
    "O_CLOEXEC", "O_NOCTTY", "fchdir", "fchmod", "fchown", "chown", "lchown", "pread", "preadv", "pwrite", "sysconf",
    "uname", "mkfifo", "mknod", "openpty", "getgroups", "getloadavg", "nice", "getpriority", "statvfs", "chroot",
    "tcgetpgrp", "ttyname", "ctermid", "posix_spawn", "sync", "confstr", "lockf", "sendfile", "writev", "readv",
)  # fmt: skip
_TAKES_FOLDERS = (
    "open",
    "stat",
    "unlink",
    "rename",
    "replace",
    "mkdir",
    "rmdir",
    "chmod",
    "link",
    "symlink",
    "access",
    "utime",
)
_SIGNALS_OF_WINDOWS = {"SIGINT", "SIGTERM", "SIGABRT", "SIGFPE", "SIGILL", "SIGSEGV"}
MISSING_MODULES = {
    "win32": {"resource", "fcntl", "termios", "tty", "pty", "pwd", "grp", "syslog", "readline", "curses"},
    "darwin": set(),
}
_HIDDEN = ("/proc", "/sys/fs/cgroup")


class Shown(types.ModuleType):
    """A module with some names missing and some replaced; all else is the module's own, and is set there."""

    def __init__(self, real: types.ModuleType, missing: set[str], replaced: dict[str, object]) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(_real=real, _missing=missing, **replaced)
        self.__dict__["_replaced"] = set(replaced)

    def __getattr__(self, name: str) -> object:
        if name in self._missing:
            raise AttributeError(f"module {self._real.__name__!r} has no attribute {name!r}")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._replaced:
            raise AssertionError(f"{name} is set")
        setattr(self._real, name, value)


def _without_folders(name: str):
    real = getattr(os, name)

    def call(*args, dir_fd=None, src_dir_fd=None, dst_dir_fd=None, **kwargs):
        if any(fd is not None for fd in (dir_fd, src_dir_fd, dst_dir_fd)):
            raise NotImplementedError(f"{name}: dir_fd unavailable on this platform")
        if name == "open" and isinstance(args[0], str | os.PathLike) and os.path.isdir(args[0]):
            raise PermissionError(errno.EACCES, "Permission denied", str(args[0]))
        if isinstance(args[0], int):
            raise TypeError(f"{name}: path should be string, bytes or os.PathLike, not int")
        return real(*args, **kwargs)

    return call


def _refused(name: str):
    def call(*args, **kwargs):
        raise AssertionError(f"{name} is called: on Windows it does something else")

    return call


def _msvcrt() -> types.ModuleType:
    """The one call of it that the grader needs without a console, made of what is here."""

    def locking(opened, mode, size):
        import fcntl

        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "Permission denied") from None

    found = types.ModuleType("msvcrt")
    found.__dict__.update(locking=locking, LK_NBLCK=2, kbhit=lambda: False)
    return found


def _import_module(name, package=None):
    if name in MISSING_MODULES["win32"]:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return _msvcrt() if name == "msvcrt" else importlib.import_module(name, package)


def _of_windows() -> dict[str, types.ModuleType]:
    from_folder = {name: _without_folders(name) for name in _TAKES_FOLDERS}

    def scandir(path="."):
        if isinstance(path, int):
            raise TypeError("scandir: path should be string, bytes, os.PathLike or None, not int")
        return os.scandir(path)

    def listdir(path="."):
        if isinstance(path, int):
            raise TypeError("listdir: path should be string, bytes, os.PathLike or None, not int")
        return os.listdir(path)

    never = {name: _refused(f"os.{name}") for name in ("kill", "waitpid", "execv", "execve")}
    nothing: dict[str, object] = {"supports_dir_fd": set(), "supports_fd": set(), "supports_follow_symlinks": set()}
    shown_os = Shown(
        os,
        set(_NOT_ON_WINDOWS),
        {**from_folder, **never, **nothing, "scandir": scandir, "listdir": listdir, "name": "nt", "O_BINARY": 0},
    )
    signals = {name for name in dir(signal) if name.startswith("SIG") and name not in _SIGNALS_OF_WINDOWS}
    return {
        "os": shown_os,
        "importlib": Shown(importlib, set(), {"import_module": _import_module}),
        "sys": Shown(sys, {"abiflags", "getdlopenflags"}, {"platform": "win32"}),
        "signal": Shown(signal, signals | {"alarm", "setitimer", "ITIMER_REAL", "ITIMER_PROF", "pause"}, {}),
        "socket": Shown(socket, {"AF_UNIX", "SOCK_SEQPACKET", "send_fds", "recv_fds", "SCM_RIGHTS", "SO_PEERCRED"}, {}),
        "select": Shown(importlib.import_module("select"), {"poll", "epoll", "POLLIN"}, {}),
        "subprocess": Shown(subprocess, set(), {"Popen": _popen("win32"), "run": _run_without_limits}),
    }


def _of_macos() -> dict[str, types.ModuleType]:
    def socketpair(family=socket.AF_UNIX, kind=socket.SOCK_STREAM, proto=0):
        if kind == socket.SOCK_SEQPACKET:
            raise OSError(errno.EPROTONOSUPPORT, "Protocol not supported")
        return socket.socketpair(family, kind, proto)

    import fcntl
    import resource

    return {
        "os": Shown(os, set(_LINUX_ALONE), {}),
        "sys": Shown(sys, set(), {"platform": "darwin"}),
        "signal": Shown(signal, {"SIGPWR", "SIGSTKFLT", "SIGRTMIN", "SIGRTMAX", "sigtimedwait", "sigwaitinfo"}, {}),
        "socket": Shown(socket, {"SO_PEERCRED"}, {"socketpair": socketpair}),
        "select": Shown(importlib.import_module("select"), {"epoll"}, {}),
        "fcntl": Shown(fcntl, {name for name in dir(fcntl) if "SEAL" in name}, {}),
        "resource": Shown(resource, {"RLIMIT_MSGQUEUE", "prlimit", "RLIMIT_SIGPENDING"}, {}),
        "subprocess": Shown(subprocess, set(), {"Popen": _popen("darwin")}),
    }


def _popen(platform: str) -> type:
    """Popen as the platform has it; an interpreter that looks at no environment is shown the platform, too."""

    class Popen(subprocess.Popen):
        def __init__(self, args, *rest, **options):
            if platform == "win32":
                if options.get("pass_fds") or options.get("preexec_fn"):
                    raise ValueError("pass_fds not supported on Windows.")
                if options.get("umask", -1) >= 0 or options.get("process_group") is not None:
                    raise ValueError("not supported on Windows")
            super().__init__(_shown_to(platform, args), *rest, **options)

        if platform == "win32":

            def send_signal(self, number):
                if number != signal.SIGTERM:
                    raise ValueError(f"Unsupported signal: {number}")
                self.kill()

            def kill(self):
                super().send_signal(signal.SIGKILL)

            terminate = kill

    return Popen


def _run_without_limits(args, **options):
    """As subprocess.run; a Python that is given a text to run finds no module resource."""
    if args[0] == sys.executable and "-c" in args:
        at = args.index("-c") + 1
        args = [*args[:at], "import sys; sys.modules['resource'] = None\n" + args[at], *args[at + 1 :]]
    return subprocess.run(args, **options)


def _shown_to(platform: str, args):
    if not isinstance(args, list) or args[0] != sys.executable or "-I" not in args or "-m" not in args:
        return args
    at = args.index("-m")
    code = (
        f"import sys; sys.path.insert(0, {HERE!r}); import another_platform; another_platform.install({platform!r}); "
        f"sys.path.remove({HERE!r}); sys.argv[:] = [''] + sys.argv[1:]; "
        f"import importlib; importlib.import_module({args[at + 1]!r}).main()"
    )
    return [*args[:at], "-c", code, *args[at + 2 :]]


class _Finder(importlib.abc.MetaPathFinder):
    """Lets modules of the grader import what the platform has."""

    def __init__(self, names: dict[str, object]) -> None:
        self.names = names

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "grader" and not fullname.startswith("grader."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(fullname, spec.origin, self.names)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name, origin, names):
        super().__init__(name, origin)
        self.names = names

    def exec_module(self, module):
        module.__dict__["__builtins__"] = self.names
        super().exec_module(module)


def install(platform: str) -> None:
    """Show the grader a platform from now on, in this process and those that it starts."""
    assert "grader" not in sys.modules, "it has looked around already"
    shown = _of_windows() if platform == "win32" else _of_macos()
    missing = MISSING_MODULES[platform]
    real = builtins.__import__

    def imported(name, globals=None, locals=None, fromlist=(), level=0):  # noqa: A002 - the names that __import__ has
        top = name.partition(".")[0]
        if not level and top in missing:
            raise ModuleNotFoundError(f"No module named {top!r}", name=top)
        found = real(name, globals, locals, fromlist, level)
        return shown.get(name if fromlist else top, found) if not level else found

    def run(code, globals, *rest):  # noqa: A002 - as exec has it
        globals.setdefault("__builtins__", builtins)  # a submission's module is none of the grader's
        exec(code, globals, *rest)

    looked_for = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name in missing else looked_for(name, *rest)
    sys.meta_path.insert(0, _Finder({**vars(builtins), "__import__": imported, "exec": run}))
    sys.addaudithook(_deny_what_linux_tells)


def _deny_what_linux_tells(event: str, args: tuple) -> None:
    """Nothing of /proc is there for the grader; it is for torch, and for the interpreter."""
    if event not in {"open", "os.listdir", "os.scandir"} or not isinstance(args[0], str):
        return
    if not args[0].startswith(_HIDDEN):
        return
    frame = sys._getframe(1)
    while frame is not None and os.path.basename(frame.f_code.co_filename) in {
        "pathlib.py",
        "__init__.py",
        "_local.py",
        "<frozen os>",
    }:
        frame = frame.f_back
    if frame is not None and frame.f_globals.get("__name__", "").startswith("grader."):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", args[0])
