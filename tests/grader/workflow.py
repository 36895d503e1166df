"""Runs the scripts of a workflow as GitHub's runner does, and of a pipeline as GitLab's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml


def read(path):
    """A file of YAML. Its `on:` is read as True, by the rules of YAML 1.1; GitHub reads it as a text."""
    found = yaml.safe_load(Path(path).read_text())
    return {("on" if key is True else key): value for key, value in found.items()}


def grader_in(folder):
    """A folder with bin/grade and bin/python: the grader as it was installed, or restored from a cache."""
    binaries = folder / "bin"
    binaries.mkdir(parents=True)
    for name in ("grade", "python"):
        program = binaries / name
        program.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).parent}/{name}" "$@"\n')
        program.chmod(0o755)
    return folder


def environment(folder, **variables):
    """What a runner gives to a script: a home of its own, programs, and nothing of whoever runs the tests.

    The sudo among the programs only notes what it is called with: no test may change the machine.
    """
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    sudo = programs / "sudo"
    sudo.write_text(f'#!/bin/sh\necho "$@" >> "{folder}/sudo.log"\n')
    sudo.chmod(0o755)
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8", **variables}


def run_job(job, workspace, temp, variables, *, skip=(), values=None):
    """Run the scripts of a job, one after the other, until one fails; the last one that ran.

    Args:
        job: the job, as it was read.
        workspace: the checkout.
        temp: the runner's own folder.
        variables: the environment.
        skip: names of steps that do not run, since their condition is not met.
        values: what stands for expressions, beside the runner's folder.
    """
    known = {"runner.temp": str(temp), **(values or {})}

    def filled(text):
        return re.sub(r"\$\{\{\s*(.+?)\s*\}\}", lambda found: known[found[1]], text)

    done = None
    for step in job["steps"]:
        if "run" not in step or step.get("name") in skip:
            continue
        own = {**job.get("env", {}), **step.get("env", {})}
        own = {name: filled(str(value)) for name, value in own.items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-c", filled(step["run"])],
            cwd=filled(step.get("working-directory", str(workspace))),
            env={**variables, **own, **{name: variables[name] for name in own if name in variables}},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            return done
    return done


def run_pipeline(job, project, variables):
    """Run the script of a GitLab job, in one shell, as its runner does."""
    own = {name: str(value).replace("$CI_PROJECT_DIR", str(project)) for name, value in job["variables"].items()}
    script = "set -eo pipefail\n" + "\n".join(job["script"])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", script],
        cwd=project,
        env={**own, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )
