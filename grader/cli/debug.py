"""`grade debug`: stop in one's own code, on the input of a check that fails."""

from __future__ import annotations

from pathlib import Path, PurePath

import click

from grader.cli.options import NamedPath, course_option, default_submission, the_only
from grader.course import find_course, read_submission
from grader.course.editors import PORT
from grader.errors import UsageError
from grader.session.options import RunOptions


@click.command()
@click.argument("name", metavar="UNIT.EXERCISE[:CHECK]")
@click.option(
    "--submission",
    "submissions",
    type=NamedPath(),
    multiple=True,
    help="A folder laid out as exercises/, a unit's folder, or one file. Without it: exercises/ of the course.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeat the inputs of the run that reported this seed.")
@click.option(
    "--listen",
    type=click.IntRange(0, 65535),
    is_flag=False,
    flag_value=PORT,
    metavar="[PORT]",
    help=f"Wait on this port of the machine ({PORT}) for an editor's debugger, instead of starting pdb here.",
)
@course_option
def debug(
    name: str, submissions: tuple[Path, ...], seed: int | None, listen: int | None, course_path: Path | None
) -> int:
    """Stop in your code on the smallest input of the first check that fails, or of CHECK; `q` leaves.

    The exercise is graded in its sandbox first; then the one call is made again in this process, unconfined.
    """
    course = find_course(course_path)
    named, _, wanted = name.partition(":")
    exercises = course.resolve([_exercise_of(named)])
    if len(exercises) != 1:
        raise UsageError(f"Name one exercise of {named}, as in `grade debug {exercises[0].id}`.")
    path = the_only(submissions) or default_submission(course.root)
    submission = read_submission(path, course, {exercises[0].id})

    from grader.study.debugger import Debugger, Debugpy, Pdb, is_debugged
    from grader.study.debugging import debug as stop_in_code

    def debugger() -> Debugger:
        if listen is not None or is_debugged():
            return Debugpy(None if is_debugged() else listen, click.echo)
        return Pdb()

    return stop_in_code(course, exercises[0], submission, wanted, RunOptions(seed=seed), debugger, click.echo)


def _exercise_of(name: str) -> str:
    """`lecture5.linear`, of that or of the path of its file: an editor knows the file that is open."""
    path = PurePath(name.replace("\\", "/"))
    return f"{path.parent.name}.{path.stem}" if path.suffix == ".py" and path.parent.name else name
