"""Release writes what is out of date and nothing else."""

import pytest
from click.testing import CliRunner

from grader.author.release import release
from grader.cli.release import release as command
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
    said = CliRunner().invoke(command, ["--course", str(root)], standalone_mode=False).output
    assert said.splitlines() == [f"without a solution, and left as it is: {path}" for path in stale]


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


def test_solutions_without_a_unit_toml_are_told_what_to_write(root):
    (root / "exercises/lecture1/unit.toml").unlink()
    says = r'solutions/lecture1 belongs to no unit, .* exercises/lecture1/unit\.toml.*= \["train", "value"\]`'
    for check in (True, False):
        with pytest.raises(CourseError, match=says) as error:
            release(find_course(root), check=check)
        assert "course.toml" not in str(error.value)
    assert not list(root.glob("exercises/*/*.py"))


def test_the_order_of_units_is_asked_for_where_the_course_has_one(root):
    (root / "exercises/course.toml").write_text('title = "t"\nunits = ["lecture1"]\n')
    release(find_course(root), check=False)
    (root / "exercises/lecture2").mkdir()
    (root / "exercises/lecture2/value.py").write_text(SOLUTION)
    with pytest.raises(CourseError, match=r'exercises/lecture2 belongs .* put "lecture2" in `units` of exercises/cour'):
        release(find_course(root), check=True)


def test_a_folder_of_other_things_is_no_unit(root):
    for name in ("exercises/pictures/net.svg", "exercises/README.md", "solutions/lecture1/_shared.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("")
    release(find_course(root), check=False)
    assert release(find_course(root), check=True) == []


@pytest.mark.parametrize("name", ["solutions/lecture1/extra.py", "exercises/lecture1/extra.graph.toml"])
def test_what_no_unit_toml_lists_is_told_where(root, name):
    (root / name).write_text(SOLUTION)
    says = rf'{name} is of no exercise: put "extra" in `exercises` of exercises/lecture1/unit\.toml'
    with pytest.raises(CourseError, match=says):
        release(find_course(root), check=True)


def test_a_course_without_units_is_told_how_to_begin(tmp_path):
    for folder in ("exercises", "solutions", "tests/hidden"):
        (tmp_path / folder).mkdir(parents=True)
    with pytest.raises(UsageError, match="has no units: .* `grade init FOLDER --new-course` makes a course"):
        release(find_course(tmp_path), check=True)
