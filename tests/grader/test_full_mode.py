"""Full mode: its checks are left out without it, results are kept, signed, and taken over on the very same files."""

from __future__ import annotations

import importlib.metadata
import textwrap

import pytest
from click.testing import CliRunner

from grader.cli.full_mode import demand_device
from grader.cli.run import run
from grader.course import find_course, read_submission
from grader.course.fingerprints import fingerprint
from grader.errors import UsageError
from grader.reports.model import CheckResult, Verdict
from grader.session.grading import Session
from grader.session.kept import KeptResults, fingerprint_of_code, signing_key
from grader.session.options import Hooks, RunOptions

FILES = {
    "exercises/day1/unit.toml": 'title = "by hand"\nexercises = ["double"]\n',
    "solutions/day1/double.py": '''
        """Doubling."""

        # /// exercise
        # title = "double"
        # packages = "numpy"
        # hints = ["a", "b", "c"]
        # ///


        def double(x: float) -> float:
            """Return 2x."""
            # solution
            return 2.0 * x
            # end solution
    ''',
    "tests/hidden/day1/test_double.py": '''
        from grader.checks import assert_close, full


        def test_quick(submission, rng):
            """It doubles."""
            x = float(rng.normal())
            assert_close(submission.double(x), 2 * x)


        @full
        def test_on_much(submission, rng, device):
            """It doubles much."""
            assert device in {"cpu", "cuda"}
            for x in rng.normal(size=20):
                assert_close(submission.double(float(x)), float(2 * x))


        @full(device="cuda")
        def test_on_an_accelerator(submission, rng, device):
            """It doubles there."""
            assert device == "cuda"
            assert_close(submission.double(1.0), 2.0)
    ''',
}
WRONG = "def double(x):\n    return x + x if x < 0 else 3 * x\n"


@pytest.fixture
def course(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    return find_course(tmp_path / "course")


def grade(course, path, kept=None, *, full=True, seed=None, device="cpu"):
    asked = []
    options = RunOptions(seed=seed, full=full, device=device)
    hooks = Hooks(kept=kept, on_start=lambda _, name: asked.append(name))
    with Session(course, course.exercises, options, hooks) as session:
        report = session.grade(course.exercises, read_submission(path, course))
    assert not report.faults
    return report.exercises[0], asked


def test_only_full_mode_has_its_checks(course):
    solutions = course.root / "solutions"
    quick, _ = grade(course, solutions, full=False)
    both, asked = grade(course, solutions)
    assert [check.name for check in quick.checks] == ["test_quick"]
    assert [check.name for check in both.checks] == asked == ["test_quick", "test_on_much"]


def test_what_needs_an_accelerator_runs_on_one_alone(course):
    result, _ = grade(course, course.root / "solutions", device="cuda")
    assert [check.name for check in result.checks] == ["test_quick", "test_on_much", "test_on_an_accelerator"]
    assert all(check.verdict is Verdict.PASSED for check in result.checks)
    quick, _ = grade(course, course.root / "solutions", full=False, device="cuda")
    assert [check.name for check in quick.checks] == ["test_quick"]


def test_results_are_taken_over_on_the_same_files_alone(course, tmp_path):
    path = tmp_path / "full.jsonl"
    solutions = course.root / "solutions"
    first, _ = grade(course, solutions, KeptResults(path, b"key"))
    assert first.notes == ()
    again, _ = grade(course, solutions, KeptResults(path, b"key"))
    assert again.notes == ("1 check of full mode had been run on these files; --fresh runs them again.",)
    assert again.checks[1] == first.checks[1], "its seconds too"
    fresh, _ = grade(course, solutions, KeptResults(path, b"key", use_old=False))
    seeded, _ = grade(course, solutions, KeptResults(path, b"key"), seed=3)
    assert fresh.notes == seeded.notes == ()
    wrong = tmp_path / "double.py"
    wrong.write_text(WRONG)
    other, _ = grade(course, wrong, KeptResults(path, b"key"))
    assert other.notes == () and other.checks[1].verdict is Verdict.FAILED
    check = course.exercises[0].checks
    check.write_text(check.read_text().replace("size=20", "size=21"))
    assert grade(course, solutions, KeptResults(path, b"key"))[0].notes == ()


def test_what_a_file_imports_is_part_of_it(course, tmp_path):
    path = tmp_path / "full.jsonl"
    unit = tmp_path / "exercises" / "day1"
    unit.mkdir(parents=True)
    (unit / "double.py").write_text("import importlib\ndouble = importlib.import_module('day1.helper').double\n")
    (unit / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    right, _ = grade(course, unit.parent, KeptResults(path, b"key"))
    assert right.checks[1].verdict is Verdict.PASSED
    assert grade(course, unit.parent, KeptResults(path, b"key"))[0].notes != ()
    (unit / "helper.py").write_text("def double(x):\n    return 2 * x if x < 0 else 3 * x\n")
    wrong, _ = grade(course, unit.parent, KeptResults(path, b"key"))
    assert wrong.notes == () and wrong.checks[1].verdict is Verdict.FAILED
    (unit / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    assert grade(course, unit.parent, KeptResults(path, b"key"))[0].checks[1].verdict is Verdict.PASSED


def test_what_the_grader_itself_runs_is_part_of_it(course, tmp_path, monkeypatch):
    path = tmp_path / "full.jsonl"
    beside = course.root / "tests/hidden/day1/checks_common.py"
    solution = course.root / "solutions/day1/other.py"
    bank = course.root / "tests/misconceptions/day1/double.py"
    table = course.root / "tests/hidden/day1/table.csv"
    stub = course.root / "exercises/day1/double.py"
    beside.write_text("LIMIT = 1\n")
    grade(course, course.root / "solutions", KeptResults(path, b"key"))
    known = []
    for file in (None, beside, solution, bank, table, stub):
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("# changed\n")
        before = fingerprint_of_code(course.root)
        assert before == fingerprint_of_code(course.root)
        known.append(before)
    found = importlib.metadata.version
    for package in ("torch", "numpy", "hypothesis"):
        with monkeypatch.context() as patch:
            patch.setattr(importlib.metadata, "version", lambda name, own=package: found(name) + ".1" * (name == own))
            known.append(fingerprint_of_code(course.root))
    assert len(set(known)) == len(known)


def test_how_a_run_was_called_for_is_part_of_it(course, tmp_path):
    path = tmp_path / "full.jsonl"
    grade(course, course.root / "solutions", KeptResults(path, b"key"))
    for changed in ({"examples": 7}, {"isolation": "no-namespaces"}, {"device": "cuda"}):
        options, hooks = RunOptions(full=True, **changed), Hooks(kept=KeptResults(path, b"key"))
        with Session(course, course.exercises, options, hooks) as session:
            report = session.grade(course.exercises, read_submission(course.root / "solutions", course))
        assert not report.faults
        assert report.exercises[0].notes == (), changed


def test_points_in_whole_numbers_are_kept(tmp_path):
    kept = KeptResults(tmp_path / "full.jsonl", b"key")
    kept.put("f", CheckResult("test_x", "x", Verdict.PASSED, 2))
    assert KeptResults(kept.path, b"key").get("f") == CheckResult("test_x", "x", Verdict.PASSED, 2.0)


def test_a_forged_or_broken_line_is_run_again(course, tmp_path):
    path = tmp_path / "full.jsonl"
    wrong = tmp_path / "double.py"
    wrong.write_text(WRONG)
    grade(course, wrong, KeptResults(path, b"key"))
    text = path.read_text()
    assert '"failed"' in text
    path.write_text(text.replace('"failed"', '"passed"') + text[: len(text) // 2])
    result, _ = grade(course, wrong, KeptResults(path, b"key"))
    assert result.notes == () and result.checks[1].verdict is Verdict.FAILED
    assert grade(course, wrong, KeptResults(path, b"another key"))[0].notes == ()


def test_what_says_more_of_the_run_than_of_the_files_is_not_kept(tmp_path):
    kept = KeptResults(tmp_path / "full.jsonl", b"key")
    result = CheckResult("test_x", "x", Verdict.TIMEOUT, 1)
    kept.put(fingerprint("a"), result)
    assert KeptResults(kept.path, b"key").get(fingerprint("a")) is None


def test_a_link_is_neither_read_nor_written(tmp_path):
    target = tmp_path / "target"
    target.write_text("")
    link = tmp_path / "full.jsonl"
    link.symlink_to(target)
    KeptResults(link, b"key").put("f", CheckResult("test_x", "x", Verdict.PASSED, 1))
    assert target.read_text() == ""


def test_the_key_stays_and_is_private(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first, second = signing_key(), signing_key()
    assert first == second and len(first) == 32
    assert (tmp_path / "gradlings" / "key").stat().st_mode & 0o077 == 0


def test_an_accelerator_is_not_for_confined_workers():
    with pytest.raises(UsageError, match="add --full"):
        demand_device("cuda", "none", full=False)
    with pytest.raises(UsageError, match="add --isolation none"):
        demand_device("cuda", "auto", full=True)
    with pytest.raises(UsageError, match="no CUDA device"):
        demand_device("cuda", "none", full=True)
    assert demand_device("cpu", "auto", full=False) is None


def test_the_options_are_there():
    said = CliRunner().invoke(run, ["--help"]).output
    assert all(option in said for option in ("--full", "--fresh", "--device"))
