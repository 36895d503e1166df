"""Release writes what is out of date and nothing else."""

import pytest

from grader.author.release import release
from grader.course import CourseError, find_course
from grader.errors import UsageError

SOLUTION = '# /// exercise\n# title = "t"\n# ///\n\n\ndef f(x):\n    # solution\n    return 42\n    # end solution\n'


@pytest.fixture
def root(tmp_path):
    for folder in ("exercises/lecture1", "solutions/lecture1", "tests/hidden"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "exercises/lecture1/unit.toml").write_text('title = "t"\nexercises = ["value", "train"]\n')
    for name in ("value", "train"):
        (tmp_path / f"solutions/lecture1/{name}.py").write_text(SOLUTION)
    return tmp_path


def test_check_names_and_writes_nothing(root):
    stubs = [root / "exercises/lecture1/value.py", root / "exercises/lecture1/train.py"]
    assert release(find_course(root), check=True) == stubs
    assert not any(path.exists() for path in stubs)
    assert release(find_course(root), check=False) == stubs
    assert "42" not in stubs[0].read_text()
    assert release(find_course(root), check=True) == []
    assert release(find_course(root), check=False) == []


def test_only_what_changed_is_written(root):
    release(find_course(root), check=False)
    value = root / "exercises/lecture1/value.py"
    before = (root / "exercises/lecture1/train.py").stat().st_mtime_ns
    value.write_text("edited\n")
    assert release(find_course(root), check=False) == [value]
    assert "lecture1.value: f is not written yet" in value.read_text()
    assert (root / "exercises/lecture1/train.py").stat().st_mtime_ns == before


def test_stubs_without_a_solution_are_named_and_left(root):
    release(find_course(root), check=False)
    (root / "solutions/lecture1/train.py").unlink()
    orphan = root / "exercises/lecture1/forgotten.py"
    orphan.write_text("x = 1\n")
    stale = [orphan, root / "exercises/lecture1/train.py"]
    assert release(find_course(root), check=True) == stale
    assert release(find_course(root), check=False) == stale
    assert orphan.read_text() == "x = 1\n"


def test_one_wrong_solution_leaves_every_stub_as_it_was(root):
    (root / "solutions/lecture1/train.py").write_text(SOLUTION.replace("    # end solution\n", ""))
    with pytest.raises(CourseError, match="line 7"):
        release(find_course(root), check=False)
    assert not (root / "exercises/lecture1/value.py").exists()


def test_a_course_without_solutions_has_nothing_to_release(root):
    release(find_course(root), check=False)
    for path in (root / "solutions/lecture1").iterdir():
        path.unlink()
    (root / "solutions/lecture1").rmdir()
    (root / "solutions").rmdir()
    with pytest.raises(UsageError, match="no solutions/"):
        release(find_course(root), check=True)
