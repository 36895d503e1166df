"""A learner's folder is written whole, and never over anything."""

import pytest

from grader.course import CourseError, find_course, init_course
from grader.errors import UsageError

SOLUTION = (
    '# /// exercise\n# title = "t"\n# hints = ["h"]\n# ///\n\n\n'
    "def f(x):\n    # solution\n    return 42\n    # end solution\n"
)


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    for folder in ("exercises/lecture1", "solutions/lecture1", "tests/hidden"):
        (root / folder).mkdir(parents=True)
    (root / "exercises/lecture1/unit.toml").write_text('title = "micrograd"\nexercises = ["value", "train"]\n')
    (root / "exercises/lecture1/README.md").write_text("# micrograd\n")
    for name in ("value", "train"):
        (root / f"solutions/lecture1/{name}.py").write_text(SOLUTION)
    return find_course(root)


def test_it_writes_stubs_readmes_and_gitignore(course, tmp_path):
    target = tmp_path / "mine"
    written = init_course(target, course)
    assert sorted(str(p.relative_to(target)) for p in written) == [
        ".gitignore",
        ".vscode/launch.json",
        ".vscode/tasks.json",
        "README.md",
        "exercises/lecture1/README.md",
        "exercises/lecture1/train.py",
        "exercises/lecture1/unit.toml",
        "exercises/lecture1/value.py",
        "pyproject.toml",
    ]
    stub = (target / "exercises/lecture1/value.py").read_text()
    assert 'raise NotImplementedError("lecture1.value: f is not written yet")' in stub
    assert "42" not in stub
    assert "hints" not in stub
    assert ".grade/" in (target / ".gitignore").read_text()
    readme = (target / "README.md").read_text()
    assert "grade lecture1.value" in readme
    assert "`lecture1`: micrograd" in readme


def test_a_course_with_a_title_and_another_place_is_told_so(course, tmp_path):
    (course.root / "exercises/course.toml").write_text('title = "nets"\nunits = ["lecture1"]\n')
    init_course(tmp_path / "mine", find_course(course.root), " --course ../course")
    readme = (tmp_path / "mine/README.md").read_text()
    assert readme.startswith("# Nets\n")
    assert "`grade lecture1.value --course ../course`" in readme
    assert "`grade all --course ../course`" in readme
    assert (tmp_path / "mine/exercises/course.toml").read_text().startswith('title = "nets"')


def test_without_solutions_the_stubs_are_copied(course, tmp_path):
    init_course(tmp_path / "one", course)
    one = tmp_path / "one"
    (one / "tests/hidden").mkdir(parents=True)
    init_course(tmp_path / "two", find_course(one))
    assert (tmp_path / "two/exercises/lecture1/train.py").read_text() == (
        one / "exercises/lecture1/train.py"
    ).read_text()


def test_existing_exercises_are_refused(course, tmp_path):
    (tmp_path / "exercises").mkdir()
    init_course(tmp_path, course)
    with pytest.raises(UsageError, match="Name another folder, or move it away"):
        init_course(tmp_path, course)


def test_files_that_are_there_stay(course, tmp_path):
    target = tmp_path / "mine"
    target.mkdir()
    (target / "README.md").write_text("my own")
    (target / ".gitignore").symlink_to(tmp_path / "outside")
    written = init_course(target, course)
    assert (target / "README.md").read_text() == "my own"
    assert not (tmp_path / "outside").exists()
    assert not {"README.md", ".gitignore"} & {p.name for p in written if p.parent == target}


def test_a_link_in_the_place_of_exercises_is_refused(course, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/exercises").symlink_to(tmp_path / "real")
    with pytest.raises(UsageError):
        init_course(tmp_path / "mine", course)
    assert not list((tmp_path / "real").iterdir())


def test_a_file_as_target_is_refused(course, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        init_course(tmp_path / "file", course)


def test_an_unmarked_solution_is_never_handed_out(course, tmp_path):
    course.exercises[1].solution.write_text('# /// exercise\n# title = "t"\n# ///\n\n\ndef f(): return 42\n')
    with pytest.raises(CourseError, match="give the solution away"):
        init_course(tmp_path / "mine", course)
    assert not (tmp_path / "mine").exists()
