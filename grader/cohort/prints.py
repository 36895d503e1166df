"""Fingerprints: what a verdict depends on beside the hand-in. While they stay, nothing is graded twice."""

from __future__ import annotations

import contextlib
import importlib.metadata
import platform
import sys
from pathlib import Path

import msgspec

from grader import __version__
from grader.cohort.batch import Prints
from grader.course import Course
from grader.course.fingerprints import fingerprint, fingerprint_of_exercise
from grader.session.options import RunOptions

_GRADER = Path(__file__).resolve().parents[1]
_DECIDING = ("checks", "course", "data", "diagnosis", "reports", "sandbox", "session")  # packages of ours
_PACKAGES = ("hypothesis", "msgspec", "numpy", "pillow", "pytest", "regex", "tiktoken", "torch", "torchvision")


def prints_of(course: Course, options: RunOptions) -> Prints:
    """What verdicts on the exercises of a course depend on."""
    return Prints(
        course={exercise.id: fingerprint_of_exercise(exercise) for exercise in course.exercises},
        grader=fingerprint_of_grader(),
        options=fingerprint(msgspec.json.encode(options)),
    )


def fingerprint_of_grader() -> str:
    """Our code that has a part in verdicts and their words, and what it runs on; not the commands, nor the pages."""
    parts: list[str | bytes] = [__version__, f"{sys.version_info[:2]} {sys.platform} {platform.machine()}"]
    files = [path for name in _DECIDING for path in (_GRADER / name).rglob("*.py") if "html" not in path.parts]
    for path in sorted([*files, *_GRADER.glob("*.py")]):
        parts += [path.relative_to(_GRADER).as_posix(), path.read_bytes()]
    for package in _PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            parts += [package, importlib.metadata.version(package)]
    return fingerprint(*parts)
