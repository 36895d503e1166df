"""`grade doctor`: what this machine has, and what to do about what it lacks."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.options import course_option
from grader.course import find_course


@click.command()
@click.option("--ci", is_flag=True, help="Say what to add where this job runs: GitHub, GitLab, a container, a pod.")
@course_option
def doctor(ci: bool, course_path: Path | None) -> int:
    """Show versions, the course that is found, and the isolation level, found by trying what it forbids."""
    from grader.session.doctor import examine

    examination = examine(find_course(course_path), ci=ci)
    for name, value in examination.facts:
        click.echo(f"{name:<12} {value}")
    for advice in examination.advice:
        click.echo(f"\n! {advice}")
    if not examination.advice:
        click.echo("\nNothing is lacking.")
    return 0 if examination.isolation.level == "full" else 1
