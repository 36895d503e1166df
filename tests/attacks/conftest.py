"""Grades the attacks: one session for all of them, under the isolation asked for."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from catalogue import BROKEN, OTHER, PROMISES, read_attacks
from leftovers import evil_files, processes_of_zygotes, scratch_folders, zygotes
from users import make_user

from grader.course import find_course
from grader.session.grading import Session
from grader.session.options import RunOptions

ROOT = Path(__file__).resolve().parents[2]
_MOST_MEMORY = 12 << 30  # of address space, of which torch alone takes a few


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--isolation", default="auto", help="auto, no-namespaces, or none")
    parser.addoption("--shard", default="0/1", help="K/N: of the attacks every N-th, from the K-th on")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    first, _, step = config.getoption("--shard").partition("/")
    attacks = [item for item in items if hasattr(item, "callspec") and "attack" in item.callspec.params]
    left_out = set(attacks) - set(attacks[int(first) :: int(step)])
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def isolation(request):
    return request.config.getoption("--isolation")


class Sessions:
    """The session that grades the attacks; a new one where an attack without confinement has killed its zygotes."""

    def __init__(self, isolation: str) -> None:
        self.isolation = isolation
        self.stack = contextlib.ExitStack()
        self.session: Session | None = None

    def current(self) -> Session:
        if self.session is None or any(zygote.process.poll() is not None for zygote in zygotes(self.session)):
            self.stack.close()
            course = find_course(ROOT)
            exercises = [course.exercise(name) for name in sorted({OTHER, *(a.exercise for a in read_attacks())})]
            options = RunOptions(isolation=self.isolation, examples=8)
            self.session = self.stack.enter_context(Session(course, exercises, options))
            self.session.prepare()
        return self.session


@pytest.fixture(scope="session")
def sessions(isolation):
    """Where the session comes from; at its end nothing of the whole run may be left."""
    if isolation == "none":  # no attack may harm the machine that asks what it would do
        for limit, most in ((resource.RLIMIT_AS, _MOST_MEMORY), (resource.RLIMIT_FSIZE, 256 << 20)):
            resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
    before, processes = evil_files(), processes_of_zygotes()
    sessions = Sessions(isolation)
    with sessions.stack:
        yield sessions
    left = [*scratch_folders(), *(set(evil_files()) - set(before))]
    if isolation == "none":  # reported as a promise that does not hold; now tidied up
        for path in left:
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        left = []
    assert processes_of_zygotes() <= processes, "a process is left"
    assert left == [], "files are left"


@pytest.fixture
def session(sessions):
    return sessions.current()


@pytest.fixture
def folder():
    """A folder that every user may enter, which those of pytest are not."""
    path = Path(tempfile.mkdtemp(prefix="gradlings-user-", dir="/var/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture(params=["own", "ordinary"])
def user(request, folder):
    return make_user(request.param, folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which promises did not hold, and by which attacks."""
    isolation = config.getoption("--isolation")
    if isolation == "auto":
        return
    found: dict[int, set[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == BROKEN:
                    found.setdefault(value[0], set()).add(value[1])
    terminalreporter.section(f"promises under --isolation {isolation}")
    for number, sentence in PROMISES.items():
        names = sorted(found.get(number, ()))
        verdict = f"DOES NOT HOLD, by {len(names)} attacks: {', '.join(names)}" if names else "held"
        terminalreporter.write_line(f"{number or '-'}. {sentence} {verdict}")
