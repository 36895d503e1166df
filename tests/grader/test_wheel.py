"""The wheel carries the course: built, installed in a new environment, used in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from sandboxed import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A new virtual environment with the wheel in it; the dependencies are seen from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (wheel,) = (folder / "dist").glob("*.whl")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = environment / "lib" / version / "site-packages"
    # A plain line of a .pth file adds the folder, and does not process the .pth files in it: no editable install.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "install", "-q", "--no-deps"]
    done = subprocess.run([*pip, "--ignore-installed", str(wheel)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return environment


def run(environment, *words, cwd):
    clean = {"PATH": os.environ["PATH"], "HOME": str(cwd)}
    command = [str(environment / "bin" / "grade"), *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, env=clean)


def test_a_course_without_a_clone(installed, tmp_path):
    done = run(installed, "init", "my-course", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    mine = tmp_path / "my-course"
    done = run(installed, "lecture5", cwd=mine)
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("not started") == 7, done.stdout
    assert "isolation full" in done.stdout
    assert "<h1>lecture5" in (mine / ".grade/last.html").read_text()  # the templates are in the wheel too
    packaged = next(installed.glob("lib/*/site-packages/grader/_course"))
    solution = packaged / "solutions/lecture5/linear.py"
    (mine / "exercises/lecture5/linear.py").write_text(solution.read_text())
    done = run(installed, "lecture5.linear", "--require-isolation", cwd=mine)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_packaged_solutions_cannot_be_read_by_a_submission(installed, tmp_path):
    packaged = next(installed.glob("lib/*/site-packages/grader/_course"))
    file = tmp_path / "linear.py"
    secret = packaged / "solutions/lecture5/linear.py"
    file.write_text(
        f"import pathlib\ntext = pathlib.Path({str(secret)!r}).read_text()\nexec(compile(text, 'x', 'exec'))\n"
    )
    done = run(installed, "lecture5.linear", "--submission", str(file), cwd=tmp_path)
    assert done.returncode == 1
    assert "FileNotFoundError" in done.stdout, done.stdout


def test_nor_where_there_are_no_namespaces(installed, tmp_path):
    """In most containers: the course lies among the packages that a submission may import, and is closed."""
    packaged = next(installed.glob("lib/*/site-packages/grader/_course"))
    file = tmp_path / "linear.py"
    file.write_text(f"text = open({str(packaged / 'solutions/lecture5/linear.py')!r}).read()\nexec(text)\n")
    words = ["--isolation", "no-namespaces", "--require-confinement"]
    done = run(installed, "lecture5.linear", *words, "--submission", str(file), cwd=tmp_path)
    assert done.returncode == 1
    assert "isolation partial" in done.stdout
    assert "PermissionError" in done.stdout, done.stdout


def test_a_course_of_ones_own_without_a_clone(installed, tmp_path):
    done = run(installed, "init", "own", "--new-course", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    own = tmp_path / "own"
    assert not list(own.rglob("__pycache__"))
    assert (own / ".gitignore").is_file()
    done = run(installed, "lesson1", "--course", ".", "--submission", "solutions", cwd=own)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_holds_nothing_else(installed):
    top = {path.name for path in Path(next(installed.glob("lib/*/site-packages"))).iterdir()}
    assert {name for name in top if name.startswith(("exercises", "solutions", "tests", "benchmarks"))} == set()


def test_what_platforms_need_is_written_without_a_clone(installed, tmp_path):
    for words in (["github"], ["gitlab"], ["gradescope"], ["classroom50", "--output", "bundle"]):
        done = run(installed, "ci", words[0], "lecture5", *words[1:], cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    bundle = {"bundle/autograder.py", "bundle/requirements.txt"}
    assert written == {".github/workflows/grade.yml", ".gitlab-ci.yml", "autograder.zip", *bundle}
