"""Namespaces once around the zygote: no network, no other processes, and a file tree without the course in it.

By unshare, else by bubblewrap. Unshare comes first: it needs nothing installed and also bounds the number of files in
the scratch folder, which bwrap cannot. Bwrap helps where the kernel's policy trusts that program alone, as Ubuntu's
AppArmor profile does, or where it is setuid; its children then have no rights in the namespaces, so it is bwrap that
builds the tree.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.sandbox import syscalls

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x20000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_OLD_ROOT = "/.old"

SCRATCH = "/scratch"
WAYS = ("unshare", "bwrap")


def refusal() -> str:
    """Why ``enter`` would fail here; empty when it would not. Tried in a child: half entered, there is no way back."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _unshare()
            syscalls.mount("none", "/", None, _REC | _PRIVATE)
            syscalls.mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, "size=4k")  # noqa: S108 - in this child alone
        except OSError as error:
            os.write(write_end, (str(error) or "refused").encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as answer:
        text = answer.read().decode()
    os.waitpid(child, 0)
    return text


def by_bwrap(visible: Sequence[str], hidden: Sequence[str], scratch_bytes: int) -> tuple[list[str], str]:
    """The same namespaces and tree, made by bubblewrap: what to put before a command.

    Args:
        visible: as for ``enter``.
        hidden: as for ``enter``.
        scratch_bytes: as for ``enter``.

    Returns:
        The words to put before a command, and why they will not do, empty when they have been tried and will.
    """
    program = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin")
    if program is None:
        return [], "bwrap is not installed"
    words = [program, "--unshare-all", "--die-with-parent", "--as-pid-1", "--cap-drop", "ALL"]
    places = {path: ["--ro-bind-try", path, path] for path in visible}
    below = [path for path in hidden if any(path.startswith(f"{place}/") for place in visible) and os.path.isdir(path)]
    places |= {path: ["--tmpfs", path] for path in below}
    for part in ("__init__.py", "bounds.py", "errors.py", "sandbox"):  # the command's own code, of a checkout too
        path = str(Path(__file__).parents[1] / part)
        places[path] = ["--ro-bind", path, path]
    for path in sorted(places, key=lambda place: (place.count("/"), place)):
        words += places[path]
    for device in _DEVICES:
        words += ["--dev-bind-try", device, device]
    words += ["--proc", "/proc", "--perms", "0700", "--size", str(scratch_bytes), "--tmpfs", SCRATCH]
    words += ["--remount-ro", "/", "--chdir", "/"]
    try:
        tried = subprocess.run([*words, sys.executable, "-ISc", ""], capture_output=True, timeout=10, check=False)  # noqa: S603 - our own interpreter
    except (OSError, subprocess.TimeoutExpired) as error:
        return words, str(error)
    return words, "" if tried.returncode == 0 else tried.stderr.decode(errors="replace").strip() or "bwrap failed"


def enter(visible: list[str], hidden: list[str], scratch_bytes: int) -> None:
    """Move this single-threaded process into namespaces of its own, as process 1 of them.

    The caller goes on in a child; the process that called stays behind, waits, and ends as the child does.

    Args:
        visible: files and folders that shall exist in the new tree, at the same place, read-only.
        hidden: folders below those that shall be empty in it.
        scratch_bytes: the size of the tmpfs at ``SCRATCH``.

    Raises:
        OSError: this kernel or its policy does not grant them; see ``refusal``.
    """
    _unshare()
    _fork_into_pid_namespace()
    _build_tree(visible, hidden, scratch_bytes)


def _unshare() -> None:
    uid, gid = os.getuid(), os.getgid()
    syscalls.unshare(_NEWUSER | _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _fork_into_pid_namespace() -> None:
    child = os.fork()
    if child:
        syscalls.close_all_but(set())
        for fd in (0, 1, 2):
            os.close(fd)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)


def _build_tree(visible: list[str], hidden: list[str], scratch_bytes: int) -> None:
    syscalls.mount("none", "/", None, _REC | _PRIVATE)
    syscalls.mount("tmpfs", "/tmp", "tmpfs", _NOSUID | _NODEV, "size=1m,mode=755")  # noqa: S108 - a mount point
    os.mkdir("/tmp" + _OLD_ROOT)  # noqa: S108
    syscalls.pivot_root("/tmp", "/tmp" + _OLD_ROOT)  # noqa: S108 - and /tmp of old reappears below the old root
    os.chdir("/")
    places = {path: path for path in visible} | dict.fromkeys(hidden, "")
    for path in sorted(places, key=lambda place: (place.count("/"), place)):
        if places[path]:
            _show(path)
        elif os.path.isdir(path):
            syscalls.mount("tmpfs", path, "tmpfs", _NOSUID | _NODEV, "size=64k,mode=755")
    for device in _DEVICES:
        _show(device)
    os.mkdir("/proc")
    with contextlib.suppress(OSError):  # some containers mask /proc; nothing of ours needs it
        syscalls.mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    os.mkdir(SCRATCH)
    options = f"size={scratch_bytes},nr_inodes=10000,mode=700"
    syscalls.mount("tmpfs", SCRATCH, "tmpfs", _NOSUID | _NODEV, options)
    syscalls.detach(_OLD_ROOT)
    os.rmdir(_OLD_ROOT)
    with contextlib.suppress(OSError):
        syscalls.mount("none", "/", None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)


def _show(path: str) -> None:
    """Bind a file or folder of the old tree at the same place of the new one; symbolic links are made again."""
    old = _OLD_ROOT + path
    if os.path.islink(old):
        if not os.path.lexists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(os.readlink(old), path)
        return
    if os.path.isdir(old):
        os.makedirs(path, exist_ok=True)
    elif os.path.exists(old):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(path):
            Path(path).touch()
    else:
        return
    syscalls.mount(old, path, None, _BIND | _REC)
    with contextlib.suppress(OSError):  # flags that the host has locked; Landlock forbids writing anyway
        syscalls.mount("none", path, None, _REMOUNT | _BIND | _RDONLY | _NOSUID)
