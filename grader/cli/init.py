"""`grade init`: a folder to work in."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from grader.cli.options import NamedPath, course_option, to_course
from grader.course import find_course, init_course
from grader.course.starter import write_new
from grader.errors import UsageError


@click.command()
@click.argument("folder", type=NamedPath(file_okay=False))
@click.option("--new-course", is_flag=True, help="Make FOLDER a small course of your own, to write exercises in.")
@click.option("--notebooks", is_flag=True, help="Write a notebook for each unit, too, into FOLDER/notebooks.")
@course_option
def init(folder: Path, new_course: bool, notebooks: bool, course_path: Path | None) -> None:
    """Make FOLDER with the course's exercises, ready to be filled in."""
    if new_course and course_path is not None:
        raise UsageError("--new-course makes a course and takes nothing from another; leave --course away.")
    if new_course and notebooks:
        raise UsageError("--new-course makes a course to write exercises in; notebooks come of one that is written.")
    if new_course:
        from grader.author.new_course import init_new_course

        written = init_new_course(folder)
        commands = ["grade list --course .", "grade validate --seeds 3 --course ."]
    else:
        course = find_course(course_path)
        option = to_course(course)
        made = {}
        if notebooks:
            from grader.study.notebook_maker import notebooks_of

            made = notebooks_of(course, option)
        written = [*init_course(folder, course, option), *write_new(folder, made, ())]
        commands = [f"grade list{option}", f"grade {course.units[0].name}{option}"]
    click.echo(f"{len(written)} files in {folder}. Next:\n")
    click.echo("\n".join(f"  {command}" for command in (f"cd {shlex.quote(str(folder))}", *commands)))
    if new_course:
        click.echo("\nIts README.md says what each file is for.")
