"""`pytest --grade=lecture5`: the grader as a pytest plugin, for editors' test panes, `-k` and xdist.

What else is named is what to run of it: `pytest --grade=lecture5 lecture5/linear.py::test_tensors`.

Loaded by every pytest of the environment, so it imports nothing until it is asked to grade.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.session.grading import Session

_session: pytest.StashKey[Session] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("gradlings", "grading exercises in neural networks")
    group.addoption(
        "--grade", action="append", metavar="UNIT[.EXERCISE]", help="grade these exercises; may be repeated"
    )
    group.addoption("--submission", action="append", metavar="PATH", help="what to grade (default: exercises/)")
    group.addoption("--grade-seed", type=int, metavar="N", help="repeat the inputs of the run that reported this seed")
    group.addoption("--course", metavar="PATH", help="the course's folder")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the sandboxes and put the checks of the exercises in place of the arguments."""
    if not config.getoption("--grade"):
        return
    from grader.errors import GraderError

    try:
        _start(config)
    except GraderError as error:
        raise pytest.UsageError(str(error)) from None


def _start(config: pytest.Config) -> None:
    from grader.course import find_course, read_submission
    from grader.errors import UsageError
    from grader.session.grading import Session, draw_seed, in_order
    from grader.session.options import RunOptions
    from grader.session.pytest_items import check_files
    from grader.session.pytest_names import CheckNames, named_by

    course_path = config.getoption("--course")
    course = find_course(Path(course_path) if course_path else None)
    exercises = course.resolve(config.getoption("--grade"))
    paths = config.getoption("--submission") or ["exercises"]
    if len(paths) > 1:
        raise UsageError(f"--submission was given {len(paths)} times ({' and '.join(paths)}): name one.")
    path = Path(paths[0] or "exercises")
    submission = read_submission(path, course, {exercise.id for exercise in exercises})
    asked: dict[str, list[str]] = {}
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        asked = named_by(config.args, exercises, submission)
        exercises = tuple(exercise for exercise in exercises if exercise.id in asked)
    plan = in_order(exercises, submission, course)  # with all that they build on: else nobody knows what is blocked
    seed = config.getoption("--grade-seed")
    if seed is None:
        # xdist's workers must collect and draw the same: they get the seed of the first process.
        seed = getattr(config, "workerinput", {}).get("grade_seed")
    if seed is None:
        seed = draw_seed()
    config.option.grade_seed = seed
    config.option.importmode = "importlib"  # as `grade` does: two units may have checks in files of one name
    config.args[:] = [
        f"{path}{'::' * bool(check)}{check}"
        for exercise, path in zip(plan, check_files(plan), strict=True)
        for check in asked.get(exercise.id) or [""]
    ]
    config.pluginmanager.register(CheckNames(plan), "gradlings-names")
    session = Session(course, plan, RunOptions(seed=seed))
    config.stash[_session] = session
    plugin = session.plugin(plan, submission, seed)
    config.pluginmanager.register(plugin, "gradlings-grading")
    config.add_cleanup(plugin.release)
    config.stash[_header] = f"gradlings: seed {seed}, isolation {plugin.given.isolation}"


_header = pytest.StashKey[str]()


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what repeats the run and how submissions are confined."""
    return config.stash.get(_header, None)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Hand the seed to an xdist worker."""
    seed = getattr(node.config.option, "grade_seed", None)  # type: ignore[attr-defined]
    if seed is not None:
        node.workerinput["grade_seed"] = seed  # type: ignore[attr-defined]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the sandboxes."""
    session = config.stash.get(_session, None)
    if session is not None:
        session.__exit__(None, None, None)
