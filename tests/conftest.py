"""What holds for all tests: a test is skipped only for a stated reason."""

from __future__ import annotations

import pytest

_unexplained: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.removeprefix("Skipped:").strip() or "unconditional skip" in reason:
            _unexplained.append(report.nodeid)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for nodeid in _unexplained:
        terminalreporter.write_line(f"SKIPPED WITHOUT A REASON {nodeid}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _unexplained:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
