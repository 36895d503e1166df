"""An exercise that builds on another: what is said where that is missing, and what may stand in for it."""

from __future__ import annotations

import dataclasses
import shutil

import pytest
from sandboxed import ROOT

from grader.course import CourseError, find_course, read_submission
from grader.reports.model import Status
from grader.session.grading import Session
from grader.session.options import Hooks, RunOptions
from grader.session.parallel import ParallelSession

COURSE = find_course(ROOT)
LENIENT = dataclasses.replace(COURSE, stands_in=True)
UNIT = ROOT / "solutions/lecture7"
HEAD = "lecture7.head"
MULTI = "lecture7.multi_head"
BLOCK = "lecture7.block"


def solution(name):
    return (UNIT / f"{name}.py").read_text("utf-8")


@pytest.fixture(scope="module")
def sessions():
    exercises = [COURSE.exercise(name) for name in (HEAD, MULTI, BLOCK)]
    options = RunOptions(names=False)
    with Session(COURSE, exercises, options) as strict, Session(LENIENT, exercises, options) as lenient:
        yield {COURSE: strict, LENIENT: lenient}


@pytest.fixture
def grade(sessions, tmp_path):
    def grade(files, path, *wanted, course=COURSE):
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        asked = [course.exercise(name) for name in wanted]
        report = sessions[course].grade(asked, read_submission(tmp_path / path, course, set(wanted)), 5)
        assert report.faults == ()
        return report.exercises

    return grade


def test_a_missing_sibling_is_named_with_where_it_was_looked_for(grade, tmp_path):
    (result,) = grade({"my_block.py": solution("block")}, "my_block.py", BLOCK)
    assert (result.status, result.blocked_by) == (Status.BLOCKED, MULTI)
    said = (
        f"It builds on lecture7.multi_head, which is missing: there is neither multi_head.py nor multi_head.ipynb "
        f"beside {tmp_path}/my_block.py, nor MultiHeadAttention in it. Put it there, or hand in a folder with "
        "lecture7/multi_head.py in it."
    )
    assert result.notes[0] == result.checks[0].failure.headline == said


def test_a_sibling_that_a_folder_lacks_is_looked_for(grade):
    files = {"lecture7/block.py": solution("block"), "lecture7/multihead.py": solution("multi_head")}
    (result,) = grade(files, "", BLOCK)
    assert result.notes[0] == (
        "It builds on lecture7.multi_head. lecture7/multi_head.py is missing. Did you mean lecture7/multihead.py? "
        "Rename it to multi_head.py."
    )


def test_siblings_that_lie_beside_a_file_are_read(grade):
    files = {f"{name}.py": solution(name) for name in ("multi_head", "feed_forward", "head")}
    files |= {"my_block.py": solution("block"), "averaging.py": "this is no Python"}
    (result,) = grade(files, "my_block.py", BLOCK)
    assert (result.status, result.notes) == (Status.PASSED, ())


def test_a_module_of_ones_own_that_is_missing_is_named(grade):
    text = "from .tools import tool\n" + solution("head")
    (result,) = grade({"lecture7/head.py": text}, "", HEAD)
    headline = result.checks[0].failure.headline
    assert "lecture7/tools.py is not in the submission: it is looked for beside this file." in headline
    assert "with the dot" not in headline and "The course's packages" not in headline


def test_the_courses_own_stands_in_for_what_is_missing(grade):
    (result,) = grade({"my_block.py": solution("block")}, "my_block.py", BLOCK, course=LENIENT)
    assert (result.status, result.earned) == (Status.PASSED, result.points)
    assert result.notes == (
        "Built on the course's own lecture7.multi_head, lecture7.feed_forward, lecture7.head: yours is not done.",
    )


def test_it_stands_in_for_what_is_wrong_and_for_nothing_else(grade):
    files = {f"lecture7/{name}.py": solution(name) for name in ("multi_head", "head")}
    files["lecture7/head.py"] = files["lecture7/head.py"].replace("k.shape[-1] ** -0.5", "x.shape[-1] ** -0.5")
    head, multi = grade(files, "", HEAD, MULTI, course=LENIENT)
    assert (head.status, multi.status) == (Status.FAILED, Status.PASSED)
    assert (head.notes, multi.notes) == ((), ("Built on the course's own lecture7.head: yours is not done.",))
    _, multi = grade(files, "", HEAD, MULTI)
    assert (multi.status, multi.blocked_by) == (Status.BLOCKED, HEAD)


def test_a_mistake_above_what_stands_in_is_found_and_no_line_of_the_course_is_shown(grade):
    wrong = solution("multi_head").replace(
        "Head(n_embd, head_size, block_size, dropout)", "Head(n_embd, 'x', 'y', 'z')"
    )
    (result,) = grade({"lecture7/multi_head.py": wrong}, "", MULTI, course=LENIENT)
    assert result.status is Status.FAILED
    raised = [check.failure for check in result.checks if check.failure is not None and check.failure.traceback]
    assert raised
    frames = [frame for failure in raised for frame in failure.traceback]
    assert all(frame.file.endswith("multi_head.py") for frame in frames)


def test_only_what_is_needed_is_in_the_worker(grade):
    spying = solution("multi_head") + (
        "\nimport sys\nfinder = next(f for f in sys.meta_path if hasattr(f, 'sources'))\n"
        "assert sorted(finder.sources) == ['lecture7.head', 'lecture7.multi_head'], sorted(finder.sources)\n"
    )
    (result,) = grade({"lecture7/multi_head.py": spying}, "", MULTI, course=LENIENT)
    assert result.status is Status.PASSED, result.checks[0].failure


def test_several_processes_let_it_stand_in_too(tmp_path):
    shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    shutil.copytree(ROOT / "tests/hidden", tmp_path / "tests/hidden")
    with (tmp_path / "exercises/course.toml").open("a") as file:
        file.write('siblings = "reference"\n')
    course = find_course(tmp_path)
    assert course.stands_in
    (tmp_path / "work/lecture7").mkdir(parents=True)
    (tmp_path / "work/lecture7/multi_head.py").write_text(solution("multi_head"))
    asked = [course.exercise(name) for name in (HEAD, MULTI)]
    with ParallelSession(course, RunOptions(names=False), Hooks(), 2) as session:
        head, multi = session.grade(asked, read_submission(tmp_path / "work", course)).exercises
    assert (head.status, multi.status) == (Status.FAILED, Status.PASSED)


def test_another_word_is_refused(tmp_path):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "tests/hidden").mkdir(parents=True)
    (tmp_path / "exercises/course.toml").write_text('title = "t"\nunits = []\nsiblings = "mine"\n')
    with pytest.raises(CourseError, match='siblings is "own" or "reference", not \'mine\''):
        find_course(tmp_path)
    (tmp_path / "exercises/course.toml").write_text('title = "t"\nunits = []\nsiblings = "own"\n')
    assert not find_course(tmp_path).stands_in
