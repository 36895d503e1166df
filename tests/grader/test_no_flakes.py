"""No check flakes: each solution is graded 200 times, with a new seed each time, training checks included.

An hour and more on two cores: ``pytest -n 2 -m full -s tests/grader/test_no_flakes.py``.
"""

from __future__ import annotations

import pytest

from grader.author.validate import Conduct, repeat
from grader.course import find_course

TIMES = 200


@pytest.mark.full
@pytest.mark.parametrize("exercise", [exercise.id for exercise in find_course().exercises])
def test_no_solution_fails(exercise):
    course = find_course()
    result = repeat(course, [course.exercise(exercise)], TIMES)
    print(f"{exercise}: {TIMES} runs in {result.seconds:.0f} s")
    assert not result.problems


def test_a_check_that_fails_once_is_found(tmp_path):
    write = {
        "exercises/day1/unit.toml": 'title = "t"\nexercises = ["one"]\n',
        "solutions/day1/one.py": '"""One."""\n# /// exercise\n# title = "one"\n# packages = "numpy"\n# ///\n\n\n'
        'def one() -> int:\n    """Return 1."""\n    # solution\n    return 1\n    # end solution\n',
        "tests/hidden/day1/test_one.py": "from grader.checks import check\n\n\n"
        'def test_one(submission, rng):\n    """It is one."""\n'
        '    check(submission.one() == 1 and rng.random() < 0.8, "It is not.")\n',
    }
    for name, text in write.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    course = find_course(tmp_path)
    result = repeat(course, course.exercises, 30, Conduct(jobs=2))
    assert result.problems
    assert all("the solution fails test_one with seed 10" in problem.text for problem in result.problems)
