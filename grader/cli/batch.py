"""`grade batch`: grade a class."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.batch_progress import watching
from grader.cli.options import NamedPath, course_option, demand_unconfined, isolation_option, worker_option
from grader.cli.output import say
from grader.course import find_course
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.cohort.batch import Executor
    from grader.cohort.gradebook import Gradebook
    from grader.cohort.learners import Roster


@click.command()
@click.argument("hand_ins", nargs=-1, type=NamedPath(exists=True), metavar="HAND-INS…", required=True)
@click.option("--gradebook", type=NamedPath(dir_okay=False), required=True, help="Where grades are kept; made if new.")
@click.option("--only", multiple=True, metavar="UNIT|UNIT.EXERCISE", help="What to grade; several times. Else all.")
@click.option("--roster", type=NamedPath(exists=True, dir_okay=False), help="Who takes the course: a CSV file.")
@click.option(
    "--layout",
    type=click.Choice(["auto", "plain", "canvas", "moodle", "gradescope", "git"]),
    default="auto",
    show_default=True,
    help="How the platform lays hand-ins out.",
)
@click.option(
    "--policies",
    "policies_path",
    type=NamedPath(exists=True, dir_okay=False),
    help="cohort.toml: of clones what had been committed when a unit was due is graded, too.",
)
@click.option("--seed", type=click.IntRange(0), help="From which each learner's own comes. Else the gradebook's.")
@click.option("--never-lower", is_flag=True, help="What is graded anew counts only where it has as many points.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Hand-ins at a time. Else as cores and memory allow.")
@click.option(
    "--scheduler", metavar="tcp://HOST:PORT", help="Grade on a Dask cluster (pip install 'gradlings[cluster]')."
)
@click.option("--full", is_flag=True, help="Run the checks of full mode, too.")
@click.option("--no-training", is_flag=True, help="Leave out the checks that train, and their points: a quick look.")
@click.option(
    "--require-isolation/--allow-less-isolation",
    default=True,
    help="Whether to refuse to grade below full isolation.  [default: refuse]",
)
@click.option("--wait", is_flag=True, help="Wait while another run writes to the gradebook.")
@click.option("--log", type=NamedPath(dir_okay=False), help="Add a line of JSON for each hand-in to this file.")
@click.option("-v", "--verbose", is_flag=True, help="A line for each hand-in.")
@isolation_option
@worker_option
@course_option
def batch(
    hand_ins: tuple[Path, ...],
    gradebook: Path,
    only: tuple[str, ...],
    roster: Path | None,
    layout: str,
    policies_path: Path | None,
    seed: int | None,
    never_lower: bool,
    jobs: int | None,
    scheduler: str | None,
    full: bool,
    no_training: bool,
    require_isolation: bool,
    wait: bool,
    log: Path | None,
    verbose: bool,
    isolation: str,
    worker: str,
    course_path: Path | None,
) -> int:
    """Grade a class: folders, archives, files and notebooks, as a platform gives them, into a gradebook.

    What was graded before on the same files, with the same checks and the same grader, is not graded again: call it
    again after a hand-in came or a check was mended. Exit codes: 0 all were graded, whatever their points; 1 some
    could not be; 2 wrong usage; 3 the machine.
    """
    if isolation == "none" and require_isolation:
        raise UsageError("--isolation none confines nothing: it needs --allow-less-isolation, too.")
    demand_unconfined(worker, isolation, require_isolation=require_isolation)
    course = find_course(course_path)
    exercises = course.resolve(only)

    from grader.cohort.batch import Batch
    from grader.cohort.gradebook import Gradebook
    from grader.cohort.hand_ins import find_hand_ins
    from grader.cohort.learners import read_roster
    from grader.cohort.prints import prints_of
    from grader.session.options import RunOptions

    people = read_roster(roster) if roster is not None else None
    found = find_hand_ins(hand_ins, layout, people, course)
    if policies_path is not None:
        from grader.cohort.in_time import in_time
        from grader.cohort.policies import read_policies

        units = list(dict.fromkeys(exercise.unit for exercise in exercises))
        found = in_time(found, read_policies(policies_path, course), units)
    options = RunOptions(
        isolation=isolation,
        worker=worker,
        require_isolation=require_isolation,
        full=full,
        training=not no_training,
    )
    with Gradebook(gradebook, write=True, wait=wait) as book, watching(len(found), log, verbose=verbose) as watch:
        if book.copy is not None:
            say(f"{gradebook} was of an older version; a copy is in {book.copy}.")
        seed = _seed(book.fact("seed"), seed)
        book.keep_fact("seed", str(seed))
        if people is not None:
            _enrol(book, people)
        prints = prints_of(course, options)
        work = Batch(course, exercises, options, prints, seed, watch, never_lower=never_lower)
        with _executor(scheduler, jobs, len(found)) as executor:
            try:
                work.run(book, found, executor, shlex.join(["grade", *sys.argv[1:]]))
            except KeyboardInterrupt:
                say(f"What was graded is kept in {gradebook}: the same command goes on from there.")
                raise
    watch.summary(work.isolation, gradebook)
    return _UNGRADED if work.ungraded else 0


_UNGRADED = 1  # some hand-in could not be graded


def _seed(kept: str, wanted: int | None) -> int:
    """The seed of the run: what is asked for, else the gradebook's, else a new one."""
    if wanted is not None:
        return wanted
    from grader.session.grading import draw_seed

    return int(kept) if kept else draw_seed()


def _enrol(book: Gradebook, roster: Roster) -> None:
    """Note who takes the course, also those who hand in nothing."""
    from grader.cohort.batch import about

    for person in roster.people:
        book.learner(person.learner.key, enrolled=True, **about(person.learner))


@contextlib.contextmanager
def _executor(scheduler: str | None, jobs: int | None, count: int) -> Iterator[Executor]:
    """Where hand-ins are graded: processes of this machine, or a cluster."""
    if scheduler is not None:
        from grader.cohort.cluster import Cluster

        with Cluster(scheduler, seats=jobs) as cluster:
            yield cluster
        return
    from grader.session.capacity import room
    from grader.session.pool import Pool

    with Pool(max(1, min(jobs or room(), count))) as pool:
        yield pool
