"""What a learner reads: golden pages, and what must hold on any console."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time

import msgspec
import pytest
from reports_samples import (
    ALL_PASSED,
    BONUS,
    CROSS_ENTROPY,
    DONE_BUT_ONE,
    EVERY,
    EVIL,
    SAMPLES,
    SHORT,
    WAITS,
    bonus,
    failed,
    one,
    report,
    waits,
)
from rich.console import Console

from grader.reports.junit import to_junit
from grader.reports.lines import ASCII, UNICODE, cell_width
from grader.reports.model import (
    CheckResult,
    Counterexample,
    ExerciseResult,
    Failure,
    Finding,
    Frame,
    Value,
    Verdict,
)
from grader.reports.terminal import print_report
from grader.reports.text_page import points_text, render_text

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def printed(shown, *, encoding="utf-8", verbose=False, **options) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    print_report(shown, Console(file=file, **{"width": 80, "legacy_windows": False} | options), verbose=verbose)
    file.seek(0)
    return file.read()


@pytest.mark.parametrize(
    ("sample", "width", "options"),
    [
        ("short", 80, {}),
        ("short", 60, {}),
        ("every", 60, {}),
        ("every", 80, {"verbose": True}),
        ("every", 120, {}),
        ("every", 80, {"charset": ASCII}),
        ("evil", 80, {}),
        ("all_passed", 80, {}),
        ("nothing", 80, {}),
        ("pictures", 80, {}),
        ("pictures", 80, {"verbose": True}),
        ("pictures", 80, {"charset": ASCII}),
        ("bonus", 80, {}),
        ("waits", 80, {}),
        ("waits", 80, {"verbose": True}),
        ("waits", 80, {"charset": ASCII}),
    ],
)
def test_page(golden, sample, width, options):
    suffix = "_verbose" if "verbose" in options else "_ascii" if "charset" in options else ""
    golden(f"page_{sample}_{width}{suffix}.txt", render_text(SAMPLES[sample], width=width, **options))


def test_colours(golden):
    shown = printed(SHORT, force_terminal=True, color_system="standard", _environ={"TERM": "xterm"})
    golden("page_short_80_colour.txt", shown)
    assert ESCAPE.sub("", shown) == render_text(SHORT, width=80)


def test_no_colour_where_none_is_wanted():
    for options in ({}, {"force_terminal": True, "no_color": True, "color_system": None}):
        assert printed(SHORT, **options) == render_text(SHORT, width=80)
    quiet = printed(SHORT, force_terminal=True, _environ={"NO_COLOR": "1", "TERM": "xterm-256color"})
    assert not re.search(r"\x1b\[(3|4|9)\d", quiet)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_consoles_without_unicode_get_ascii(sample, encoding):
    shown = printed(SAMPLES[sample], encoding=encoding, verbose=True)
    assert shown.isascii()
    assert shown == render_text(SAMPLES[sample], width=80, verbose=True, charset=ASCII)


@pytest.mark.parametrize("width", [40, 60, 72, 80, 100, 120, 200])
@pytest.mark.parametrize("charset", [UNICODE, ASCII])
@pytest.mark.parametrize("sample", SAMPLES)
def test_nothing_is_wider_than_the_console(sample, width, charset):
    for verbose in (False, True):
        for line in render_text(SAMPLES[sample], width=width, verbose=verbose, charset=charset).splitlines():
            assert cell_width(line) <= width or " " not in line.strip()  # a path stays whole
            assert line == line.rstrip()


@pytest.mark.parametrize("options", [{}, {"force_terminal": True, "color_system": "truecolor"}])
def test_a_submission_cannot_touch_the_page(options):
    shown = ESCAPE.sub("", printed(EVIL, **options))
    assert shown == render_text(EVIL, width=80)
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert "[bold green]passed[/] :tada:" in shown
    # Nothing of it stands where the report's own lines do.
    own = [line for line in shown.splitlines() if not line.startswith("      ")]
    assert [line.split()[0] for line in own if line] == ["lecture7", "✗", "0.1/1.1"]


def test_a_flood_is_bounded():
    flood = "é[1, 2], \n" * 100_000
    values = Counterexample((Value(flood, flood),), flood, flood, flood)
    frames = (Frame(flood, 1, flood, flood),) * 1000
    failure = Failure(flood, (Finding("error", flood),), values, frames, flood, flood)
    check = failed("test_it", "It holds.", failure)
    result = report(ExerciseResult("lecture5.one", "one", "one.py", (check,), notes=(flood,)))
    start = time.perf_counter()
    assert len(render_text(result, verbose=True).splitlines()) < 1000
    assert len(to_junit(result)) < 100_000
    assert time.perf_counter() - start < 10


def test_a_path_with_spaces_cannot_run_on_into_a_line_of_the_report():
    location = "exercises/" + " " * 70 + "24/24 points:1"
    check = failed("test_it", "It holds.", Failure("It does not.", location=location))
    shown = render_text(report(ExerciseResult("lecture5.one", "one", "one.py", (check,))))
    assert "24/24" not in shown


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_told(verdict):
    shown = render_text(one(verdict))
    words = {
        Verdict.PASSED: "✓ one",
        Verdict.NOT_STARTED: "· one               not started",
        Verdict.BLOCKED: "◌ one               blocked by lecture5.forward",
        Verdict.GRADER_FAULT: "This is not your mistake.",
    }
    assert words.get(verdict, f"The headline of {verdict}.") in shown


def test_one_cause_is_told_once():
    shown = render_text(EVERY)
    assert shown.count("There is no exercises/lecture7/head.py") == 1
    assert "Demand 1 of 5" not in shown
    assert "Demand 1 of 5" in render_text(EVERY, verbose=True)


def test_one_cause_of_some_checks_stands_under_their_demands():
    failure = Failure("NameError: name 'torhc' is not defined")
    same = [failed(f"test_{n}", f"Demand {n}.", failure, verdict=Verdict.RAISED) for n in (1, 2)]
    fine = CheckResult("test_0", "Demand 0.", Verdict.PASSED, 1)
    shown = render_text(report(ExerciseResult("lecture5.one", "one", "one.py", (same[0], fine, same[1]))))
    assert re.search(r"✗ Demand 1\. +0/1\n +✗ Demand 2\. +0/1\n +NameError", shown)
    assert shown.count("NameError") == 1


def test_a_finding_that_repeats_the_headline_is_left_out():
    first = CROSS_ENTROPY.checks[1].failure
    assert first is not None
    shown = Failure(first.findings[0].text, first.findings)
    check = failed("test_it", "It holds.", shown)
    page = render_text(report(ExerciseResult("lecture5.one", "one", "one.py", (check,))))
    assert page.count("Yours is exactly 2 times") == 1


def test_a_run_that_failed_is_not_praised():
    assert "Well done" in render_text(ALL_PASSED)
    assert "Well done" not in render_text(report(*ALL_PASSED.exercises, complete=False))
    assert "Well done" not in render_text(report(*ALL_PASSED.exercises, faults=("no memory",)))


def test_a_bonus_that_was_not_earned_is_no_failure():
    shown = render_text(BONUS)
    assert "✗" not in shown
    assert "41 s" not in shown  # what came is told where it is asked for
    assert "41 s" in render_text(BONUS, verbose=True)
    assert "☆ A text of a megabyte" in shown
    assert "Every check passed" not in shown
    assert "There is more to earn: 2 bonus points, in lecture9.train." in " ".join(shown.split())


def test_a_bonus_that_was_earned_is_praised_as_all():
    all_earned = msgspec.structs.replace(DONE_BUT_ONE, checks=DONE_BUT_ONE.checks[:2])
    shown = render_text(report(all_earned))
    assert "3/3 + 1 of 1 bonus" in shown
    assert "Every check passed" in shown
    assert "★ Texts of any bytes" in render_text(report(all_earned), verbose=True)


def test_what_waits_stands_below_what_it_waits_for():
    shown = render_text(WAITS)
    assert re.search(r"fit\.py:8\n +◌ 3 more checks wait for this one\n +✗ The rate", shown)
    assert "blocked" not in shown
    assert "The loss falls" not in shown


def test_what_waits_for_a_bonus_is_told_in_a_line():
    more = bonus("test_speed", "It is fast.", Failure("It takes 2 s."))
    faster = msgspec.structs.replace(waits("test_faster", "It is faster.", more), bonus=True)
    wrong = failed("test_it", "It holds.", Failure("It does not."))
    shown = render_text(report(ExerciseResult("lecture5.one", "one", "one.py", (wrong, more, faster))))
    assert "◌ not run: faster\n" in shown


def test_isolation_is_stated():
    assert "doctor" not in render_text(SHORT)
    assert "only partly isolated: no Landlock" in render_text(report(level="partial"))
    assert "not isolated: no Landlock" in render_text(report(level="none"))


@pytest.mark.parametrize(
    ("points", "text"), [(0, "0"), (2, "2"), (10, "10"), (2.5, "2.5"), (1 / 3, "0.33"), (0.1 + 0.2, "0.3")]
)
def test_points(points, text):
    assert points_text(points) == text


def test_the_structs_come_without_rich():
    code = "import sys, grader.reports.model; sys.exit('rich' in sys.modules or 'pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
