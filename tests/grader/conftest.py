"""Golden files: whole outputs, reviewed as diffs, written anew by ``pytest --update-golden``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files instead of comparing"
    )


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
