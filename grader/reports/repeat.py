"""The command that repeats an exercise of a run with the same inputs."""

from __future__ import annotations

import shlex

from grader.reports.model import Report

_KEPT = ("--submission", "--course", "--isolation", "--device")
_FLAGS = ("--full",)  # without it a check of full mode would not run again


def repeat_command(report: Report, exercise: str, seed: int | None = None) -> str:
    """``grade lecture5.linear --seed 7``, with the options of the run that decide what is graded.

    An exercise's inputs depend on the seed and on the exercise alone, not on what else was graded.

    Args:
        report: the report.
        exercise: the exercise's id.
        seed: the exercise's own, where it is not the report's.
    """
    drawn = report.seed if seed is None else seed
    return shlex.join(["grade", exercise, *_options(report.command), "--seed", str(drawn)])


def _options(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:  # a command that was edited
        return []
    kept: list[str] = []
    for place, word in enumerate(words):
        if word in _FLAGS:
            kept.append(word)
        elif word.partition("=")[0] in _KEPT:
            kept += [word] if "=" in word else words[place : place + 2]
    return kept
