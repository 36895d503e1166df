"""CI starts as root: the whole catalogue is graded once more as an ordinary user."""

from __future__ import annotations

import os
import subprocess

import pytest
from users import ROOT, make_user

SHARDS = 6  # for several processes of xdist


RUNS = {
    **{
        f"catalogue-{shard}": ["tests/attacks/test_catalogue.py", f"--shard={shard}/{SHARDS}"]
        for shard in range(SHARDS)
    },
    "faults": ["tests/attacks/test_exit_codes.py", "tests/attacks/test_faults_of_ours.py"],
}


@pytest.mark.parametrize("what", RUNS)
def test_the_attacks_as_an_ordinary_user(folder, isolation, what):
    if isolation != "auto":
        pytest.skip("the run as root has the isolation that is asked about")
    user = make_user("ordinary", folder)
    scratch = folder / "scratch"
    scratch.mkdir()
    user.own(scratch)
    command = [
        *user.words, user.python, "-m", "pytest", *RUNS[what], "-q",
        "-p", "no:cacheprovider", f"--basetemp={scratch / 'pytest'}", "--maxfail=5",
    ]  # fmt: skip
    clean = {"PATH": os.environ["PATH"], "HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1"}
    clean["HYPOTHESIS_STORAGE_DIRECTORY"] = str(scratch / "hypothesis")  # that of the checkout may be root's
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
