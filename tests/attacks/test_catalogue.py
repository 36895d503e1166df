"""Every attack of the catalogue is graded, beside an exercise that is right and must stay so."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import msgspec
import pytest
from catalogue import BROKEN, OTHER, PROMISES, lay_out, read_attacks
from leftovers import left_in_scratch, processes_of_zygotes

from grader.course import read_submission
from grader.reports.model import Status, Verdict
from grader.sandbox.deadline import LONGEST
from grader.sandbox.proxy import CALLS_TOGETHER

ATTACKS = read_attacks()
SEED = 20261122
MOST_CPU = 20.0  # seconds of the trusted process, for two exercises; the costliest take 7


@pytest.fixture
def folder():
    """A folder whose name says nothing of tests: some submissions look for that."""
    with tempfile.TemporaryDirectory(prefix="handed-in-") as path:
        yield Path(path)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack(attack, session, isolation, folder, request):
    """No point that was not earned, the sentence that helps, and nothing left."""
    if attack.gap:
        request.applymarker(pytest.mark.xfail(reason=attack.gap, strict=True, raises=AssertionError))
    if isolation == "auto":
        _grade(attack, session, folder)
        return
    try:
        _grade(attack, session, folder)
    except AssertionError as error:
        if not attack.confined:
            raise
        for promise in attack.breaks or (0,):
            request.node.user_properties.append((BROKEN, (promise, attack.name)))
        for path in filter(_is_own, attack.leaves):
            os.unlink(path)  # others look for the same
        what = f"promise {', '.join(map(str, attack.breaks))}" if attack.breaks else "a limit"
        pytest.xfail(f"{what}: {str(error).splitlines()[0]}")


def _grade(attack, session, folder):
    course = session.course
    # The attack first: what it leaves behind would show in the other.
    exercises = [course.exercise(name) for name in dict.fromkeys((attack.exercise, OTHER))]
    submission = read_submission(lay_out(attack, course.root / "solutions", folder), course)
    before = processes_of_zygotes()
    options = msgspec.structs.replace(session.options, alone=True, most_seconds={attack.exercise: attack.seconds})
    # One seed, so that a red test is red again; but a drawn one for those that try to find it.
    began = time.process_time()
    report = session.grade(exercises, submission, None if 52 in attack.rows else SEED, options)
    assert report.faults == (), "the grader failed"
    results = {result.exercise: result for result in report.exercises}
    result = results[attack.exercise]

    assert result.checks, "every check has a result"
    verdicts = {str(check.verdict) for check in result.checks}
    assert Verdict.GRADER_FAULT not in verdicts
    for check in result.checks:
        if check.verdict is Verdict.TIMEOUT:
            assert check.seconds < _most_seconds(attack), f"{check.name} took {check.seconds} s"
    assert time.process_time() - began < MOST_CPU, "the grader was kept busy"
    if attack.earns == "all":
        said = [check.failure.headline for check in result.checks if check.failure]
        assert result.status is Status.PASSED, f"it is right: {said}"
    else:
        assert result.earned <= attack.earns, f"it earned {result.earned} points"
        assert result.status is not Status.PASSED
    if attack.verdicts:
        assert verdicts <= {*attack.verdicts, "passed", "blocked"}, f"its verdicts are {sorted(verdicts)}"
    headlines = [check.failure.headline for check in result.checks if check.failure is not None]
    findings = [f.text for check in result.checks if check.failure for f in check.failure.findings]
    assert all(len(text) < 10_000 for text in headlines + findings), "a message fills the report"
    for words in attack.says:
        assert any(words in text for text in headlines + findings), f"nothing says {words!r}: {headlines[:2]}"
    for words in attack.notes:
        assert any(words in note for note in result.notes + submission.notes), f"no note says {words!r}"
    if attack.exercise != OTHER:
        other = results[OTHER]
        assert other.status is Status.PASSED, "another exercise lost its result"
    assert left_in_scratch(session) == [], "files are left"  # first: a process of ours may still remove some
    assert processes_of_zygotes() <= before, "a process is left"
    left = [path for path in attack.leaves if _is_own(path)]
    assert not left, f"{left} is left"


def _is_own(path: str) -> bool:
    """Whether a file is there, and not another user's run's."""
    try:
        return os.lstat(path).st_uid == os.getuid()
    except FileNotFoundError:
        return False


def _most_seconds(attack) -> float:
    """How long a check may wait for answers: all its calls three times the limit of one, and a second or two more."""
    crowded = os.getloadavg()[0] > len(os.sched_getaffinity(0))
    waiting = LONGEST if crowded else 1  # what a worker waited for a processor does not count
    return waiting * CALLS_TOGETHER * attack.seconds + 2.0


def test_the_catalogue_is_covered():
    rows = {row for attack in ATTACKS for row in attack.rows}
    assert len(rows & set(range(1, 102))) >= 90, sorted(set(range(1, 102)) - rows)
    assert {promise for attack in ATTACKS for promise in attack.breaks} <= set(PROMISES)
