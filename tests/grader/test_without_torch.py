"""Exercises that need no torch are graded where it is not installed; the others are named."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sandboxed import ROOT

MISSING = """
import importlib.abc
import sys


class Nowhere(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "torchvision"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


import importlib.util

sys.meta_path.insert(0, Nowhere())
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "torch" else found(name, package)
"""


@pytest.fixture
def without(tmp_path):
    """Call grade in an interpreter, and with a zygote, that know of no torch."""
    (tmp_path / "sitecustomize.py").write_text(MISSING)

    def call(*arguments):
        environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-c", "from grader.cli.main import main; main()", *arguments, "--submission", "solutions"],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    return call


def test_units_in_python_and_numpy_are_graded(without):
    done = without("lecture1", "lecture9.pairs", "lecture9.codec", "day3.neuron", "day3.mlp", "day3.sgd", "-j", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 of 11 exercises done" in done.stdout


def test_exercises_that_need_it_are_named(without):
    done = without("day3.neuron", "day3.torch_twin", "lecture5.linear")
    assert done.returncode == 3
    assert "PyTorch is not installed here, and lecture5.linear, day3.torch_twin need it" in done.stderr
    assert "The others go without it: `grade day3.neuron`." in done.stderr


def test_the_requirements_are_those_of_the_package_without_torch():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    lines = Path(ROOT / "requirements-numpy.txt").read_text().splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    assert named == [line for line in wanted if not line.startswith("torch")]
