"""CI starts as root: the whole catalogue is graded once more as an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UID = 12345
SHARDS = 6  # for several processes of xdist
AS_USER = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]


def _interpreter() -> str:
    """A Python of this version that an ordinary user may run; root's own often lies in root's home."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    for path in (os.path.realpath(sys.executable), f"/usr/bin/python{wanted}", f"/usr/local/bin/python{wanted}"):
        if subprocess.run([*AS_USER, "test", "-x", path]).returncode == 0:
            return path
    return ""


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="gradlings-user-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


RUNS = {
    **{
        f"catalogue-{shard}": ["tests/attacks/test_catalogue.py", f"--shard={shard}/{SHARDS}"]
        for shard in range(SHARDS)
    },
    "faults": ["tests/attacks/test_exit_codes.py", "tests/attacks/test_faults_of_ours.py"],
}


@pytest.mark.parametrize("what", RUNS)
def test_the_attacks_as_an_ordinary_user(folder, isolation, what):
    if os.getuid() != 0:
        pytest.skip("this run is an ordinary user's already")
    if isolation != "auto":
        pytest.skip("the run as root has the isolation that is asked about")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux) is not installed")
    python = _interpreter()
    if not python:
        pytest.skip("no Python of this version can be run by another user")
    environment = folder / "venv"
    subprocess.run([python, "-m", "venv", "--without-pip", str(environment)], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
    scratch = folder / "scratch"
    scratch.mkdir()
    os.chown(scratch, UID, UID)
    command = [
        *AS_USER, str(environment / "bin" / "python"), "-m", "pytest", *RUNS[what], "-q",
        "-p", "no:cacheprovider", f"--basetemp={scratch / 'pytest'}", "--maxfail=5",
    ]  # fmt: skip
    clean = {"PATH": os.environ["PATH"], "HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1"}
    clean["HYPOTHESIS_STORAGE_DIRECTORY"] = str(scratch / "hypothesis")  # that of the checkout may be root's
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
