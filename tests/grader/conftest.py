"""Golden files: whole outputs, reviewed as diffs, written anew by ``pytest --update-golden``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sandboxed import ROOT, ask_in, workers

from grader.course import find_course
from grader.sandbox.choice import choose
from grader.sandbox.zygote import Setup
from grader.session.grading import Session

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name; with the flag (or UPDATE_GOLDEN=1), write it."""
    update = request.config.getoption("--update-golden", default=False) or os.environ.get("UPDATE_GOLDEN")

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path} is not there; write it with --update-golden"
        assert text == path.read_text(encoding="utf-8"), f"{name} has changed; --update-golden accepts it"

    return compare


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what tests confinement where there is none: see ``elsewhere/another_platform.py``."""
    if choose().kind == "portable":
        for item in items:
            if item.get_closest_marker("confined") is not None:
                item.add_marker(pytest.mark.skip(reason="workers are portable here, and nothing is confined"))


@pytest.fixture(scope="session")
def zygote():
    """A zygote with torch, confined as in a run; what gives portable workers where there can be none."""
    with workers(Setup(preload=("numpy", "torch"), hidden=(str(ROOT),))) as process:
        yield process


@pytest.fixture
def ask(zygote):
    """Load a source text in a fresh worker of the torch zygote; gives the proxy of its module."""
    with contextlib.ExitStack() as stack:
        yield lambda text, seconds=10.0: ask_in(zygote, text, stack, seconds)


@pytest.fixture(scope="session")
def lecture5():
    """A session that grades lecture5, shared: torch is imported once."""
    course = find_course(ROOT)
    with Session(course, course.resolve(["lecture5"])) as session:
        yield session
