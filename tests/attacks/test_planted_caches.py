"""What anybody may put among the temporary files: no file there keeps a check from training."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from leftovers import ROOT
from test_exit_codes import shell

TRAINS = f"chapter0.train --submission {shlex.quote(str(ROOT / 'solutions'))} --seed 7"


@pytest.mark.parametrize("planted", ["a file", "a link to nothing"])
def test_nobody_else_decides_about_the_caches_of_torch(tmp_path, planted):
    cache = tmp_path / "torchinductor"
    if planted == "a file":
        cache.touch()
    else:
        cache.symlink_to(tmp_path / "not" / "there")
    before = set(Path("/").iterdir())
    done = shell(f"grade {TRAINS}", tmp_path, TMPDIR=str(tmp_path), TORCHINDUCTOR_CACHE_DIR=str(cache))
    assert done.returncode == 0, (done.stdout, done.stderr)
    assert set(Path("/").iterdir()) == before
    assert not (tmp_path / "not").exists()
