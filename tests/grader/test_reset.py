"""`grade reset` and `grade solution`: an exercise begun anew without losing anything, and the course's own."""

from __future__ import annotations

import os
import subprocess

import pytest
from learner import GRADE, RIGHT, WRONG, Learner
from test_progress import on_a_terminal


@pytest.fixture
def learner(tmp_path):
    return Learner(tmp_path)


def state(path):
    """What there is, and since when."""
    status = path.lstat()
    return status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns


def kept(learner):
    """What the copies hold, in their order."""
    return [path.read_text() for path in sorted((learner.here / ".grade").glob("reset-*"))]


def test_reset_puts_the_stub_back_and_says_where_the_old_file_is(learner):
    stub = learner.file("alone").read_text()
    learner.write("alone", "# mine\n" + RIGHT)
    mine = learner.file("alone").read_text()
    said, _ = learner("reset", "day1.alone")
    assert learner.file("alone").read_text() == stub
    assert ".grade/reset-day1.alone-0001.py" in said
    assert f"`grade reset day1.alone --undo --course {learner.course.root}`" in said
    assert (learner.here / ".grade/reset-day1.alone-0001.py").read_text() == mine
    again, _ = learner("reset", "day1.alone")
    assert "there was nothing to reset" in again
    assert kept(learner) == [mine]
    learner("reset", "day1.alone", "--undo")
    assert learner.file("alone").read_text() == mine
    assert kept(learner) == [mine]


def test_undo_goes_back_through_every_copy_and_keeps_what_it_takes_out(learner):
    for body in ("# a\n", "# b\n", "# c\n"):
        learner.file("alone").write_text(body)
        learner("reset", "day1.alone")
    for body in ("# c\n", "# b\n", "# a\n"):
        learner("reset", "day1.alone", "--undo")
        assert learner.file("alone").read_text() == body
    _, told = learner("reset", "day1.alone", "--undo", code=2)
    assert "no older copy" in told
    learner.file("alone").write_text("# d\n")
    said, _ = learner("reset", "day1.alone", "--undo")
    assert learner.file("alone").read_text() == "# c\n"
    assert ".grade/reset-day1.alone-0004.py" in said
    assert kept(learner) == ["# a\n", "# b\n", "# c\n", "# d\n"]


def test_without_a_reset_there_is_nothing_to_undo(learner):
    _, told = learner("reset", "day1.alone", "--undo", code=2)
    assert "has not been reset here" in told


def test_a_file_that_is_missing_gets_its_stub(learner):
    stub = learner.file("alone").read_text()
    learner.file("alone").unlink()
    learner("reset", "day1.alone")
    assert learner.file("alone").read_text() == stub
    assert kept(learner) == []


def test_bytes_that_are_no_text_are_kept_as_they_are(learner):
    data = bytes(range(256)) + b"\r\n"
    learner.file("alone").write_bytes(data)
    learner("reset", "day1.alone")
    learner("reset", "day1.alone", "--undo")
    assert learner.file("alone").read_bytes() == data


@pytest.mark.parametrize("kind", ["link", "broken link", "folder", "fifo", "too large", "closed", "link of the unit"])
@pytest.mark.parametrize("undoing", [False, True])
def test_what_is_no_plain_file_is_left_alone(learner, tmp_path, kind, undoing):
    if kind == "closed" and os.geteuid() == 0:
        pytest.skip("root reads everything")
    learner.file("alone").write_text("# before\n")
    learner("reset", "day1.alone")
    path, victim = learner.file("alone"), tmp_path / "victim.py"
    path.unlink()
    victim.write_text("precious\n")
    if kind == "link of the unit":
        path.write_text("precious\n")
        path.parent.rename(tmp_path / "unit")
        path.parent.symlink_to(tmp_path / "unit")
    else:
        {
            "link": lambda: path.symlink_to(victim),
            "broken link": lambda: path.symlink_to(tmp_path / "nothing"),
            "folder": path.mkdir,
            "fifo": lambda: os.mkfifo(path),
            "too large": lambda: path.write_bytes(b"#" * (17 << 20)),
            "closed": lambda: (path.write_text("precious\n"), path.chmod(0)),
        }[kind]()
    before = state(path)
    _, told = learner("reset", "day1.alone", *["--undo"] * undoing, code=2)
    assert "exercises/day1" in told and "Traceback" not in told
    assert state(path) == before
    assert victim.read_text() == "precious\n"
    assert kept(learner) == ["# before\n"]


@pytest.mark.parametrize("kind", ["link", "file", "copies are links"])
def test_copies_go_nowhere_else(learner, tmp_path, kind):
    (tmp_path / "elsewhere").mkdir()
    learner.write("alone", WRONG)
    mine = learner.file("alone").read_text()
    folder = learner.here / ".grade"
    if kind == "link":
        folder.symlink_to(tmp_path / "elsewhere")
    elif kind == "file":
        folder.write_text("")
    else:
        folder.mkdir()
        victim = tmp_path / "elsewhere/victim"
        victim.write_text("precious")
        (folder / "reset-day1.alone-0001.py").symlink_to(victim)
        learner("reset", "day1.alone")
        assert victim.read_text() == "precious"
        assert (folder / "reset-day1.alone-0002.py").read_text() == mine
        return
    _, told = learner("reset", "day1.alone", code=2)
    assert ".grade" in told
    assert learner.file("alone").read_text() == mine
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_full_disk_costs_nothing(learner):
    learner.write("alone", "# much\n" * 10_000)
    mine = learner.file("alone").read_text()
    words = [*GRADE, "reset", "day1.alone", "--course", str(learner.course.root)]
    limited = ["sh", "-c", 'ulimit -f 8; trap "" XFSZ; exec "$@"', "sh", *words]
    done = subprocess.run(limited, cwd=learner.here, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "was left as it is" in done.stderr
    assert learner.file("alone").read_text() == mine
    assert kept(learner) == []


def test_resets_at_the_same_time_keep_everything(learner):
    words = [*GRADE, "reset", "day1.alone", "--course", str(learner.course.root)]
    learner.write("alone", WRONG)
    mine = learner.file("alone").read_text()
    running = [subprocess.Popen(words, cwd=learner.here, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert {process.wait(timeout=120) for process in running} <= {0, 2}
    assert mine in kept(learner)
    assert "NotImplementedError" in learner.file("alone").read_text()


def test_a_notebook_is_not_reset(learner):
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("def alone(x):\n    return 2 * x\n")])
    learner.file("alone").unlink()
    nbformat.write(book, learner.file("alone").with_suffix(".ipynb"))
    _, told = learner("reset", "day1.alone", code=2)
    assert "a notebook is not reset" in told
    assert not learner.file("alone").exists()


def test_elsewhere_it_says_where_to_go(learner, tmp_path):
    words = [*GRADE, "reset", "day1.alone", "--course", str(learner.course.root)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "Change to the folder that you work in" in done.stderr
    assert "Name one exercise of day1" in learner("reset", "day1", code=2)[1]


def test_a_solution_is_shown_once_yours_has_passed(learner):
    learner.write("alone", WRONG)
    learner("day1.alone", code=1)
    _, told = learner("solution", "day1.alone", code=2)
    assert "has not passed here yet" in told and "--anyway" in told
    learner.write("alone", "def {name}(x):\n    return x + x\n")
    learner("day1.alone")
    said, _ = learner("solution", "day1.alone")
    assert "-    return x + x" in said.splitlines()
    assert "+    return 2.0 * x" in said.splitlines()
    assert not {"# solution", "# end solution"} & {line.strip("+- ") for line in said.splitlines()}
    assert "hints" not in said
    assert "\x1b" not in said
    learner.write("alone", WRONG)  # that it passed is not forgotten
    learner("day1.alone", code=1)
    learner("solution", "day1.alone")


def test_anyway_shows_it_beside_whatever_is_there(learner):
    said, _ = learner("solution", "day1.alone", "--anyway")
    assert '-    raise NotImplementedError("day1.alone: alone is not written yet")' in said.splitlines()
    learner.file("alone").write_text("x = '\x1b]0;owned\x07'\n" + "y = 1\n" * 10)
    said, _ = learner("solution", "day1.alone", "--anyway", columns="20")
    assert "\x1b" not in said and "\x07" not in said
    learner.file("alone").unlink()
    alone, _ = learner("solution", "day1.alone", "--anyway")
    assert '    """Return 2x."""' in alone.splitlines()
    learner.file("alone").write_text(alone.rstrip("\n") + "\n")
    assert "to the letter" in learner("solution", "day1.alone", "--anyway")[0]


def test_a_diff_is_coloured_on_a_terminal(learner):
    learner.write("alone", WRONG)
    words = [*GRADE, "solution", "day1.alone", "--anyway", "--course", str(learner.course.root)]
    shown = on_a_terminal(words, learner.here)
    assert "\x1b[31m-    return 3.0 * x\x1b[0m" in shown
    assert "\x1b[32m+    return 2.0 * x\x1b[0m" in shown


def test_a_course_without_solutions_says_so(learner):
    solution = learner.course.root / "solutions/day1/alone.py"
    stub = learner.course.root / "exercises/day1/alone.py"
    stub.write_text(learner.file("alone").read_text())
    solution.unlink()
    assert "came without solutions" in learner("solution", "day1.alone", "--anyway", code=2)[1]
