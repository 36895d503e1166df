"""Paths that a learner has prepared in the folder that is graded: no device is written to, no terminal commanded."""

from __future__ import annotations

import os
import shlex
import stat
import sys

import pytest
from test_exit_codes import POINTS, RIGHT, shell

from grader.cli.output import write_file
from grader.errors import GraderError


@pytest.mark.parametrize("device", ["/dev/null", "fifo", "/dev/fd/2"])
def test_a_link_to_a_device_is_replaced_and_the_device_left_alone(tmp_path, device):
    if device == "fifo":
        os.mkfifo(tmp_path / "fifo")
    report = tmp_path / "report.json"
    report.symlink_to(device)
    write_file(report, b"content")
    assert stat.S_ISREG(report.lstat().st_mode)
    assert report.read_bytes() == b"content"


def test_a_disk_is_never_written_to(tmp_path):
    disk = tmp_path / "report.json"
    try:
        os.mknod(disk, stat.S_IFBLK | 0o600, os.makedev(7, 1 << 19))  # a loop device that is not there
    except PermissionError:
        pytest.skip("only root makes devices")
    with pytest.raises(GraderError, match="it is a disk"):
        write_file(disk, b"content")


def test_the_systems_own_links_to_devices_are_followed(tmp_path):
    done = shell(f"grade {RIGHT} --format json --output /dev/stdout", tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("{")
    done = shell(f"grade {RIGHT} --format json --output >(cat >&2)", tmp_path)
    assert done.returncode == 0
    assert '"schema"' in done.stderr


def test_the_name_of_a_folder_commands_no_terminal(tmp_path):
    folder = tmp_path / "\x1b[2J\x07"
    folder.mkdir()
    (folder / ".grade").touch()
    done = shell(f"grade {RIGHT}", folder)
    assert POINTS in done.stdout
    assert "No report is kept" in done.stderr
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr
    done = shell("grade --submission $'\\x1b[2J\\x07.py' all", folder)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("module", ["grader", "grader.cli.main"])
def test_as_a_module_it_grades_nothing_and_says_so(tmp_path, module):
    (tmp_path / "rich.py").write_text("raise SystemExit(0)")
    line = f"{shlex.quote(sys.executable)} {{}} -m {module} {RIGHT}"
    done = shell(line.format(""), tmp_path)
    assert done.returncode == 3
    assert "Call `grade`" in done.stderr
    done = shell(line.format("-P"), tmp_path)
    assert done.returncode == 0
    assert POINTS in done.stdout


def test_a_mask_that_lets_nobody_in_costs_no_verdict(tmp_path):
    done = shell(f"umask 0777; grade {RIGHT}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert POINTS in done.stdout
