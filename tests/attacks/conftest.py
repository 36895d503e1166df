"""Grades the attacks: one session for all of them, under the isolation asked for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from catalogue import PROMISES, broken

from grader.course import find_course
from grader.session.grading import GradingSession, Options

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--isolation", default="auto", help="auto, no-namespaces, or none")

    parser.addoption("--only-confined", action="store_true", help="only attacks that confinement alone stops")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-confined"):
        items[:] = [item for item in items if hasattr(item, "callspec") and item.callspec.params["attack"].confined]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[broken] = {}


@pytest.fixture(scope="session")
def isolation(request):
    return request.config.getoption("--isolation")


@pytest.fixture(scope="session")
def session(isolation):
    course = find_course(ROOT)
    exercises = course.resolve(["lecture5"])
    with GradingSession(course, exercises, Options(isolation=isolation, examples=8)) as session:
        session.prepare()
        yield session


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which promises did not hold, and by which attacks."""
    found = config.stash[broken]
    if config.getoption("--isolation") == "auto" and not found:
        return
    terminalreporter.section(f"promises under --isolation {config.getoption('--isolation')}")
    for number, sentence in PROMISES.items():
        names = found.get(number, [])
        verdict = f"DOES NOT HOLD: {len(names)} attacks, such as {', '.join(names[:3])}" if names else "held"
        terminalreporter.write_line(f"{number}. {sentence} {verdict}")
