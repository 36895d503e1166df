"""The package on other Pythons, with the oldest dependencies that it allows, with each extra alone, and as PyPI wants.

Slow: each needs the package registry. ``pytest -m slow tests/grader/test_versions.py``
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sandboxed import ROOT

pytestmark = pytest.mark.slow

UV = Path(sys.executable).with_name("uv")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WITHOUT_TORCH = ("lecture1", "lecture9", "day3.neuron", "day3.activations", "day3.mlp", "day3.sgd")
EXTRAS = {
    "cluster": "import distributed, grader.cohort.cluster",
    "debug": "import debugpy, grader.cli.debug",
    "notebook": "import IPython, grader.notebook",
    "similarity": "import copydetect, grader.cohort.similarity",
}


def uv(*words, cwd=None):
    pyenv = [str(path) for path in Path("~/.pyenv/versions").expanduser().glob("*/bin")]  # its shims answer for one
    path = os.pathsep.join([*pyenv, os.environ["PATH"]])
    settings = {**os.environ, "UV_SYSTEM_CERTS": "1", "PATH": path}
    done = subprocess.run([UV, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=settings)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def environment(folder, python=sys.executable):
    uv("venv", "--python", python, folder)
    return folder / "bin" / "python"


def grade(python, *names):
    command = [python.with_name("grade"), *names, "--submission", ROOT / "solutions"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=python.parents[1], timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pythons():
    """Every Python that the package is for and that there is here, by its version; other than this one."""
    found = uv("python", "list", "--only-installed", "--output-format", "json") if UV.exists() else "[]"
    ours = {line.rsplit(" ", 1)[1] for line in PROJECT["classifiers"] if ":: Python :: 3." in line}
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    there = {}
    for one in json.loads(found):
        version = "{major}.{minor}".format(**one["version_parts"])
        if one["implementation"] == "cpython" and version in ours - {this}:
            there.setdefault(version, one["path"])
    return there


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_another_python(version, tmp_path):
    """Units without torch: torch's build for CPUs is not to be had for every Python everywhere."""
    path = pythons().get(version)
    if path is None:
        pytest.skip(f"Python {version} is not installed here")
    python = environment(tmp_path / "env", path)
    uv("pip", "install", "--python", python, "-r", ROOT / "requirements-numpy.txt")
    uv("pip", "install", "--python", python, "--no-deps", ROOT)
    assert "Every check passed" in grade(python, *WITHOUT_TORCH)


def test_the_oldest_dependencies(tmp_path):
    """All but torch's are the oldest; torch is that of constraints.txt: older ones have no build for CPUs here."""
    python = environment(tmp_path / "env")
    requirements = ROOT / "requirements-numpy.txt"
    uv("pip", "install", "--python", python, "--resolution", "lowest-direct", "-r", requirements)
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line[:40])
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps"]
    torch = [f"{name}=={pins[name]}" for name in ("torch", "torchvision")]
    subprocess.run(
        [*pip, *torch, "filelock", "typing_extensions", "sympy", "mpmath", "networkx", "fsspec", ROOT], check=True
    )
    assert "Every check passed" in grade(python, *WITHOUT_TORCH, "lecture5.cross_entropy", "lecture7.head")


@pytest.mark.parametrize("extra", sorted(PROJECT["optional-dependencies"].keys() - {"dev"}))
def test_each_extra_alone(extra, tmp_path):
    python = environment(tmp_path / "env")
    uv("pip", "install", "--python", python, "-r", ROOT / "requirements-numpy.txt")
    uv("pip", "install", "--python", python, *PROJECT["optional-dependencies"][extra])
    uv("pip", "install", "--python", python, "--no-deps", ROOT)
    subprocess.run([python, "-c", EXTRAS[extra]], check=True, cwd=tmp_path)
    assert "Every check passed" in grade(python, "lecture1.value")


def test_what_goes_to_pypi_is_in_order(tmp_path):
    """sdist and wheel are built, the wheel from the sdist, and twine finds nothing wrong with either."""
    subprocess.run([sys.executable, "-m", "build", "--outdir", tmp_path, ROOT], check=True, capture_output=True)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert [name.rpartition(".")[2] for name in made] == ["whl", "gz"], made
    said = uv("tool", "run", "twine", "check", "--strict", *tmp_path.iterdir())
    assert said.count("PASSED") == 2, said
