"""Runs the grader as whoever runs the tests, and as an ordinary user that has no entry in passwd."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).resolve().parents[2]
UID = 12345
AS_USER = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]

_GRADE = "from grader.cli.main import main\nif __name__ == '__main__':\n    main()\n"
# tells of every file and program of the folder WATCHED that this process opens; see `watched`
_WATCH = """
import os, sys

below, log = os.environ["WATCHED"], open(os.environ["WATCH_LOG"], "a", buffering=1)
events = {"open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod",
          "os.truncate", "os.link", "os.symlink", "subprocess.Popen", "os.exec", "os.posix_spawn", "ctypes.dlopen",
          "import"}

def tell(event, arguments):
    if event not in events or not arguments:
        return
    path = arguments[1] if event == "import" else arguments[0]
    if isinstance(path, (str, bytes)):
        full = os.path.join(os.getcwd(), os.fsdecode(path))
        if os.path.normpath(full).startswith(below):
            print(event, full, file=log)

sys.addaudithook(tell)
"""


class User(msgspec.Struct, frozen=True):
    """Who grades.

    Attributes:
        uid: of the user.
        words: what a command begins with.
        python: an interpreter that the user may run.
        folder: the user's own, for everything of a test.
    """

    uid: int
    words: tuple[str, ...]
    python: str
    folder: Path

    def own(self, path: Path) -> Path:
        """Give a folder and all in it to the user."""
        if self.uid != os.geteuid():
            for each in (path, *path.rglob("*")):
                os.chown(each, self.uid, self.uid, follow_symlinks=False)
        return path

    def environment(self, **changed: str | None) -> dict[str, str]:
        """A clean environment, and what is changed in it; None is without the variable."""
        home = self.folder / "home"
        if not home.exists():
            home.mkdir()
            self.own(home)
        values = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
        return {name: value for name, value in (values | changed).items() if value is not None}

    def python_in(self, cwd: Path, text: str, **changed: str | None) -> str:
        """Run a few lines as this user; what they print, and what they say to stderr."""
        words = [*self.words, self.python, "-c", text]
        done = subprocess.run(
            words, cwd=cwd, env=self.environment(**changed), capture_output=True, text=True, timeout=60
        )
        return done.stdout + done.stderr

    def grade(
        self, *words: str, cwd: Path, watched: Path | None = None, seconds: float = 180, **changed: str | None
    ) -> subprocess.CompletedProcess[str]:
        """Call ``grade`` as its script does: the first folder of the import path is that of the script."""
        script = self.folder / "bin" / "grade"
        script.parent.mkdir(exist_ok=True)
        script.write_text(_GRADE if watched is None else _WATCH + _GRADE)
        environment = self.environment(**changed)
        if watched is not None:
            (self.folder / "watch.log").touch()
            self.own(self.folder / "watch.log")
            environment |= {"WATCHED": str(watched), "WATCH_LOG": str(self.folder / "watch.log")}
        return subprocess.run(
            [*self.words, self.python, str(script), *words],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    def opened(self) -> set[tuple[str, str]]:
        """What a watched run opened: event, path."""
        lines = (self.folder / "watch.log").read_text().splitlines()
        return {(event, path) for event, _, path in (line.partition(" ") for line in lines)}


def _interpreter() -> str:
    """A Python of this version that an ordinary user may run; root's own often lies in root's home."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    for path in (os.path.realpath(sys.executable), f"/usr/bin/python{wanted}", f"/usr/local/bin/python{wanted}"):
        if subprocess.run([*AS_USER, "test", "-x", path]).returncode == 0:
            return path
    return ""


def make_user(name: str, folder: Path) -> User:
    """The user that runs the tests, or the ordinary one."""
    if name == "own":
        return User(os.geteuid(), (), sys.executable, folder)
    if os.geteuid() != 0:
        pytest.skip("this run is an ordinary user's already")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux) is not installed")
    python = _interpreter()
    if not python:
        pytest.skip("no Python of this version can be run by another user")
    environment = folder / "venv"
    subprocess.run([python, "-m", "venv", "--without-pip", str(environment)], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    borrowed = [entry for entry in sys.path if Path(entry).name in {"site-packages", "dist-packages"}]
    (packages / "borrowed.pth").write_text("\n".join([*borrowed, str(ROOT)]))
    return User(UID, tuple(AS_USER), str(environment / "bin" / "python"), folder)
