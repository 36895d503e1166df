"""`grade ci`: the files with which a platform grades hand-ins by this course, filled in from `ci_templates/`."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grader import __version__
from grader.errors import UsageError

if TYPE_CHECKING:
    import jinja2

    from grader.course import Course

TEMPLATES = Path(__file__).parent / "ci_templates"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"  # PyPI's torch for Linux brings gigabytes for graphics cards
PYTHON = "3.12"
PROGRAMS = ("run_autograder", "setup.sh")
_COURSE = ("exercises", "solutions", "tests/hidden", "tests/misconceptions")
_REPOSITORY = r"[\w.-]+(/[\w.-]+)+|https://[\w.-]+(:\d+)?(/[\w.-]+)+"
_VERSION = r"(?!-)[\w./+-]+"
_MOST = 10 << 20  # bytes of a bundle of Classroom 50


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be graded on a platform, and by what.

    Attributes:
        names: units and exercises, as they are named in the command.
        submission: where the work lies in a learner's repository.
        install: what pip installs as the grader: a requirement, or the path of a wheel.
        course: the course's own folder; None for the course that comes with the grader.
        repository: where platforms fetch it from, ``owner/name`` or an address; empty for the grader's own.
        ref: its version there: a commit or a tag.
    """

    names: tuple[str, ...]
    submission: str = "exercises"
    install: str = ""
    course: Path | None = None
    repository: str = ""
    ref: str = ""


def plan(
    course: Course, names: Sequence[str], *, own: bool, submission: str, install: str, repository: str, ref: str
) -> Plan:
    """See that what is wanted can be written down.

    Args:
        course: what is graded by.
        names: units, exercises, or ``all``.
        own: whether it is the course that comes with the grader.
        submission: where the work lies in a learner's repository.
        install: what pip installs as the grader; this version without it.
        repository: where the course is fetched from.
        ref: its version there.

    Raises:
        UsageError: a name is not known, or a place cannot be written into a script.
    """
    course.resolve(names)
    place = Path(submission)
    if place.is_absolute() or ".." in place.parts or not submission.isprintable():
        raise UsageError(
            f"--submission {submission}: name where the work lies in a learner's repository, as exercises."
        )
    if bool(repository) != bool(ref):
        raise UsageError("--repository and --at belong together: where the course is fetched from, and which version.")
    if repository and own:
        raise UsageError("--repository says where a course of your own is fetched from: name it with --course, too.")
    if repository and not re.fullmatch(_REPOSITORY, repository):
        raise UsageError(f"--repository {repository}: write OWNER/NAME, or an address that begins with https://.")
    if ref and not re.fullmatch(_VERSION, ref):
        raise UsageError(f"--at {ref}: write a commit or a tag.")
    if not install.isprintable():
        raise UsageError("--install is one line: a requirement as pip reads it, or the path of a wheel.")
    return Plan(
        names=tuple(names),
        submission=place.as_posix(),
        install=install or f"gradlings=={__version__}",
        course=None if own else course.root,
        repository=repository,
        ref=ref,
    )


def github(wanted: Plan) -> bytes:
    """A workflow for learners' repositories on GitHub.

    Raises:
        UsageError: it would not know where to fetch the course, or the grader.
    """
    _demand_fetched(wanted)
    url = wanted.repository if "://" in wanted.repository else f"https://github.com/{wanted.repository}"
    return _filled("github.yml.j2", wanted, repository_url=url, comment=_comment())


def gitlab(wanted: Plan) -> bytes:
    """A pipeline for learners' projects on GitLab.

    Raises:
        UsageError: it would not know where to fetch the course, or the grader.
    """
    _demand_fetched(wanted)
    url = shlex.quote(wanted.repository)
    if "://" not in wanted.repository:
        url = f'"https://gitlab-ci-token:$CI_JOB_TOKEN@$CI_SERVER_HOST:$CI_SERVER_PORT/{wanted.repository}.git"'
    return _filled("gitlab.yml.j2", wanted, repository_url=url)


def gradescope(wanted: Plan) -> dict[str, bytes]:
    """What Gradescope's ``autograder.zip`` holds.

    Raises:
        UsageError: a file of the course cannot be read.
    """
    files = {
        "setup.sh": _filled("setup.sh.j2", wanted),
        "run_autograder": _filled("run_autograder.j2", wanted),
    }
    return files | _packed(wanted)


def classroom50(wanted: Plan) -> dict[str, bytes]:
    """A bundle for Classroom 50: what lies in ``autograders/ASSIGNMENT/``.

    Raises:
        UsageError: a file of the course cannot be read, or there is more than a bundle may hold.
    """
    files = {"autograder.py": _filled("classroom50.py.j2", wanted)} | _packed(wanted)
    if (size := sum(map(len, files.values()))) > _MOST:
        raise UsageError(
            f"The bundle would have {size >> 20} MiB, and Classroom 50 takes {_MOST >> 20}. Put fewer units into the "
            "course, or leave --course out and install the grader from where your course is its own: --install."
        )
    return files


def requirements(install: str) -> list[str]:
    """What pip is to install: the grader, and the versions of what it needs that it was called with here.

    A build's own mark is left out, as in ``2.9.0+cpu``: the index that is added has it. What is missing here, as torch
    may be where only NumPy is taught, is taken as it comes.
    """
    lines = [install]
    for line in importlib.metadata.requires("gradlings") or ():
        name = re.match(r"[\w.-]+", line)
        if name and "extra ==" not in line:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                lines.append(f"{name[0]}=={importlib.metadata.version(name[0]).partition('+')[0]}")
    return lines


def _demand_fetched(wanted: Plan) -> None:
    """See that a job that has only the network can fetch all that it needs."""
    if wanted.course is not None and not wanted.repository:
        raise UsageError(
            "A job must fetch your course from where learners cannot write, at one version: --repository OWNER/NAME "
            "--at COMMIT."
        )
    if wanted.install.endswith(".whl") and "://" not in wanted.install:
        raise UsageError("A job cannot fetch a wheel that lies here. Give --install its https:// address.")


def _packed(wanted: Plan) -> dict[str, bytes]:
    """What goes with a script: the course, if it is one's own, and what pip is to install."""
    files: dict[str, bytes] = {}
    install = wanted.install
    if install.endswith(".whl") and "://" not in install:
        wheel = Path(install)
        files[wheel.name] = _read(wheel)
        install = f"./{wheel.name}"
    files["requirements.txt"] = "\n".join([*requirements(install), ""]).encode()
    if wanted.course is not None:
        for part in _COURSE:
            for path in sorted((wanted.course / part).rglob("*")):
                hidden = any(name.startswith(".") or name == "__pycache__" for name in path.parts[-8:])
                if path.is_file() and not hidden:
                    files[f"course/{path.relative_to(wanted.course).as_posix()}"] = _read(path)
    return files


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def _comment() -> str:
    return (TEMPLATES / "comment.py").read_text("utf-8").rstrip()


def _inside(course: Path | None) -> str:
    """Where the course lies in its repository: empty, or a path that begins with a slash."""
    if course is not None:
        for folder in (course, *course.parents):
            if (folder / ".git").exists():
                inside = course.relative_to(folder).as_posix()
                return "" if inside == "." else f"/{inside}"
    return ""


def _filled(template: str, wanted: Plan, **values: Any) -> bytes:
    lines = requirements(wanted.install)
    named = (
        f"{wanted.repository}, a repository that learners cannot write" if wanted.repository else "the grader itself"
    )
    return (
        _environment()
        .get_template(template)
        .render(
            version=__version__,
            python=PYTHON,
            cpu_index=CPU_INDEX,
            names=wanted.names,
            submission=wanted.submission,
            requirements=lines,
            key=hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12],
            course=wanted.course,
            repository=wanted.repository,
            ref=wanted.ref,
            inside=_inside(wanted.course),
            course_in_words=named,
            **values,
        )
        .encode()
    )


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(  # noqa: S701 - scripts come of it, no HTML; marks that no platform uses itself
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="%>",
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    filters: Mapping[str, Callable[..., str]] = {"sh": shlex.quote, "sh_all": shlex.join, "py": json.dumps}
    environment.filters |= dict(filters)
    return environment
