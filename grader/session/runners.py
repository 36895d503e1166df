"""Where CI runs: what kind of machine this is, by what it says of itself, and what to add there for full isolation."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from grader.session.capacity import cores, free_memory

_ENOUGH = 700 << 20  # bytes that one exercise with torch takes: the grader, its sandbox and a worker

_DOCKER = "--security-opt seccomp=unconfined --security-opt apparmor=unconfined"
_NO_LANDLOCK = (
    "A submission can read files here, hidden checks and solutions too: grade nothing that counts. It takes Linux 5.13 "
    "or later with Landlock among its LSMs, which is the host's affair, and a seccomp profile that lets its calls "
    "through, as those of Docker 23 and Podman 4 do."
)


class Runner(msgspec.Struct, frozen=True):
    """A kind of machine that jobs run on.

    Attributes:
        name: what it is called.
        namespaces: what to add where it refuses namespaces.
        confinement: what to do where Landlock or seccomp is missing.
    """

    name: str
    namespaces: str
    confinement: str = _NO_LANDLOCK


_GITHUB = Runner(
    "GitHub Actions, on its own machine",
    "Ubuntu 24.04 keeps programs out of user namespaces. Add a step before the one that grades: `run: sudo sysctl -w "
    "kernel.apparmor_restrict_unprivileged_userns=0`. `grade ci github` writes it.",
)
_GITHUB_CONTAINER = Runner(
    "GitHub Actions, in a container",
    f"Grade on the machine itself (leave `container:` out), or give the container `options: {_DOCKER}` beside its "
    "`image:`, and the machine the step `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`.",
)
_GITLAB = Runner(
    "GitLab, in a container",
    'Whoever runs the runner adds `security_opt = ["seccomp=unconfined", "apparmor=unconfined"]` below '
    "[runners.docker] in its config.toml. GitLab.com's own runners need nothing: their containers are privileged.",
)
_GITLAB_SHELL = Runner(
    "GitLab, on a machine",
    "Whoever runs the runner installs bubblewrap there, or lets programs use namespaces: `sudo sysctl -w "
    "kernel.apparmor_restrict_unprivileged_userns=0` on Ubuntu 24.04.",
)
_GRADESCOPE = Runner(
    "Gradescope's container",
    "The container is Gradescope's, and takes no options. What is missing lets a submission see that files exist and "
    "which processes run, and not what is in them: `--require-confinement` grades here.",
)
_CODESPACES = Runner(
    "GitHub Codespaces",
    'Add to .devcontainer/devcontainer.json, and rebuild: "securityOpt": ["seccomp=unconfined", '
    '"apparmor=unconfined"].',
)
_POD = Runner(
    "a pod of Kubernetes",
    "Add to the container's securityContext: `seccompProfile: {type: Unconfined}` and, where nodes have AppArmor, "
    "`appArmorProfile: {type: Unconfined}`. The node must allow unprivileged user namespaces.",
)
_CONTAINER = Runner("a container", f"Start it with `{_DOCKER}`.")
_MACHINE = Runner(
    "a machine",
    "Install bubblewrap, or let programs use namespaces: `sudo sysctl -w "
    "kernel.apparmor_restrict_unprivileged_userns=0` on Ubuntu 24.04.",
)


def find_runner(environment: Mapping[str, str], root: Path = Path("/")) -> Runner:
    """What kind of machine this is.

    Args:
        environment: the variables that platforms set.
        root: where their files lie.
    """
    contained = any((root / mark).exists() for mark in (".dockerenv", "run/.containerenv"))
    pod = "KUBERNETES_SERVICE_HOST" in environment
    if environment.get("CODESPACES") == "true":
        return _CODESPACES
    if environment.get("GITHUB_ACTIONS") == "true":
        return _GITHUB_CONTAINER if contained or pod else _GITHUB
    if environment.get("GITLAB_CI") == "true" and not pod:
        return _GITLAB if contained else _GITLAB_SHELL
    if (root / "autograder" / "source").is_dir():
        return _GRADESCOPE
    if pod:
        return _POD
    return _CONTAINER if contained else _MACHINE


def advise_runner(runner: Runner, missing: Sequence[str]) -> tuple[str, ...]:
    """What to add to a runner for each part of the isolation that is missing."""
    told: dict[str, None] = {}
    for part in missing:
        if part == "no namespaces":
            told[runner.namespaces] = None
        elif part in ("no landlock", "no seccomp"):
            told[runner.confinement] = None
    return tuple(told)


def facts(runner: Runner) -> tuple[tuple[str, str], ...]:
    """What a job has: its machine, and what of it may be used."""
    memory = free_memory()
    room = "not told" if memory is None else f"{memory >> 20} MB free"
    return (("runner", runner.name), ("cores", str(cores())), ("memory", room))


def short_of_memory() -> str:
    """A sentence where there is less memory than one exercise with torch takes; else empty."""
    memory = free_memory()
    if memory is None or memory >= _ENOUGH:
        return ""
    return (
        f"There are {memory >> 20} MB of memory left, and an exercise with torch takes {_ENOUGH >> 20}: the machine "
        "may end the grader in the middle of it. Give the job more, or grade exercises in NumPy here."
    )


def this_runner() -> Runner:
    """What kind of machine the grader runs on."""
    return find_runner(os.environ)
