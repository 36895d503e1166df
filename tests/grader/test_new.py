"""`grade new` writes an exercise that fails validation by its TODOs alone; CONTRIBUTING.md says what is true."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from sandboxed import ROOT

import grader.checks
from grader.author.release import release
from grader.author.scaffold import scaffold, todos, write
from grader.author.validate import validate
from grader.checks import (
    CheckFailed,
    assert_responds,
    generator,
    generators,
    integer,
    integers,
    new_seed,
    normal,
    uniform,
)
from grader.course import Course, find_course, read_submission
from grader.errors import UsageError
from grader.session.grading import Session

EXERCISES = {
    "lecture4.kaiming": {},
    "lecture4.batchnorm": {"title": 'the norm of a "batch"'},
    "day4.relu": {"packages": "numpy"},
    "day4.sums": {"packages": "python"},
    "day4.questions": {"packages": "numpy", "quiz": True},
}


def empty_course(root):
    for folder in ("exercises", "solutions", "tests/hidden"):
        (root / folder).mkdir(parents=True)
    return root


def add(root, name, **options):
    plan = scaffold(find_course(root), name, **options)
    write(plan)
    return plan


def without_todos(root):
    """A copy in which their author has filled in every TODO."""
    copy = root.with_name(f"{root.name}_done")
    shutil.copytree(root, copy)
    for path in copy.rglob("*.*"):
        path.write_text(path.read_text().replace("TODO", "Done"))
    return find_course(copy)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = empty_course(tmp_path_factory.mktemp("new") / "course")
    for name, options in EXERCISES.items():
        add(root, name, **options)
    return root


def test_a_new_unit_is_put_at_the_end_of_the_course(tmp_path):
    root = empty_course(tmp_path)
    (root / "exercises/course.toml").write_text('title = "t"\nunits = [\n  "lecture3",  # first\n]\n')
    course = Course(root, ())
    write(scaffold(course, "lecture4.kaiming"))
    text = (root / "exercises/course.toml").read_text()
    assert text == 'title = "t"\nunits = [\n  "lecture3",\n  "lecture4",  # first\n]\n'


def test_what_is_new_is_listed_released_and_has_all_its_files(root):
    course = find_course(root)
    assert {exercise.id for exercise in course.exercises} == set(EXERCISES)
    assert course.exercise("lecture4.batchnorm").title == EXERCISES["lecture4.batchnorm"]["title"]
    assert course.exercise("day4.relu").packages == "numpy"
    assert course.exercise("day4.questions").quiz
    assert release(course, check=True) == []
    for exercise in course.exercises:
        assert len(exercise.hints) == 3
        assert exercise.checks.is_file()
        assert exercise.bank.is_file()
        assert len(list((root / "tests/alternatives" / exercise.unit / exercise.name).glob("*.py"))) == 3
        readme = (exercise.stub.parent / "README.md").read_text()
        assert len(re.findall(rf"^\| `{exercise.name}` \|", readme, re.MULTILINE)) == 2


def test_ruff_finds_nothing(root):
    for command in (["check"], ["format", "--check", "--diff"]):
        words = [*command, "--no-cache", "--config", str(ROOT / "pyproject.toml"), "--config", f'src=["{ROOT}"]']
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ruff"), *words, "."], cwd=root, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_todos_are_said_of_each_file_and_of_no_other_exercise(root):
    course = find_course(root)
    said = list(todos(course, course.exercise("lecture4.kaiming")))
    files = ["solutions/lecture4/kaiming.py", "exercises/lecture4/unit.toml", "exercises/lecture4/README.md"]
    assert [re.match("a TODO is left in (.*?), line", text)[1] for text in said] == files
    readme = (root / files[2]).read_text().splitlines()
    lines = [int(number) for number in re.findall(r"\d+", said[2].partition("lines")[2])]
    assert any(readme[line - 1].startswith("| `kaiming`") for line in lines)
    assert not any(readme[line - 1].startswith("| `batchnorm`") for line in lines)
    done = without_todos(root)
    assert [text for exercise in done.exercises for text in todos(done, exercise)] == []


def test_the_course_itself_has_no_todos():
    course = find_course(ROOT)
    assert [text for exercise in course.exercises for text in todos(course, exercise)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", EXERCISES)
def test_validation_fails_for_the_todos_alone(root, name):
    course = find_course(root)
    result = validate(course, [course.exercise(name)], seeds=2)
    expected = [f"{name}: {text}" for text in todos(course, course.exercise(name))]
    assert expected
    assert [f"{problem.exercise}: {problem.text}" for problem in result.problems] == expected
    assert len(result.matrix.rows) >= 5
    assert result.alternatives == 3


@pytest.mark.slow
def test_what_is_filled_in_proves_itself(root, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(root, copy)
    course = without_todos(copy)
    assert validate(course, course.exercises, seeds=5).problems == ()


@pytest.mark.parametrize("name", ["lecture4.kaiming", "day4.relu"])
@pytest.mark.parametrize("answer", ["None", "args[-1]", "args[0] * 0"])
def test_answers_without_thought_earn_nothing(root, tmp_path, name, answer):
    course = find_course(root)
    file = tmp_path / f"{name.partition('.')[2]}.py"
    file.write_text("\n".join(f"def {f}(*args):\n    return {answer}\n" for f in course.exercise(name).symbols))
    wanted = [course.exercise(name)]
    with Session(course, wanted) as session:
        report = session.grade(wanted, read_submission(file, course, {name}), 1)
    passed = {check.name for check in report.exercises[0].checks if check.verdict == "passed"}
    assert report.faults == ()
    assert passed <= ({"test_arguments_stay_as_they_are"} if answer == "args[-1]" else set())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('exercises = ["a"]\n', 'exercises = ["a", "kaiming"]\n'),
        ("exercises = ['a',]", "exercises = ['a', \"kaiming\",]"),
        ('exercises = [\n  "a", "b",  # ["x"]\n]\n', 'exercises = [\n  "a", "b", "kaiming",  # ["x"]\n]\n'),
        ('exercises = [\r\n  "a",\r\n  "b"\r\n]\r\n', 'exercises = [\r\n  "a",\r\n  "b",\r\n  "kaiming"\r\n]\r\n'),
    ],
)
def test_an_entry_is_added_and_all_else_stays(tmp_path, before, after):
    root = course_with(tmp_path, 'title = "exercises = [1]"\n' + before)
    add(root, "lecture4.kaiming")
    assert (root / "exercises/lecture4/unit.toml").read_bytes().decode() == 'title = "exercises = [1]"\n' + after
    assert tomllib.loads(after)["exercises"][-1] == "kaiming"


def course_with(root, toml, readme=None):
    empty_course(root)
    (root / "exercises/lecture4").mkdir()
    (root / "exercises/lecture4/unit.toml").write_bytes(toml.encode())
    for name in "ab":
        (root / f"exercises/lecture4/{name}.py").write_text('# /// exercise\n# title = "t"\n# ///\n')
    if readme is not None:
        (root / "exercises/lecture4/README.md").write_bytes(readme.encode())
    return root


def test_rows_are_added_to_both_tables_and_all_else_stays(tmp_path):
    head = "# lecture 4\r\n\r\n| exercise | you write | watch |\r\n| --- | --- | --- |\r\n| `a` | f | g |\r\n"
    tail = "\r\n## graded\r\n\r\n| Exercise | graded by |\r\n|:--|--:|\r\n| `a` | h |"
    root = course_with(tmp_path, 'title = "t"\nexercises = ["a"]\n', head + tail)
    add(root, "lecture4.kaiming")
    added = "| `kaiming` | TODO: you write | TODO: watch |\r\n", "\r\n| `kaiming` | TODO: graded by |\r\n"
    text = (root / "exercises/lecture4/README.md").read_bytes().decode()
    assert text == head + added[0] + tail + added[1]


def test_a_readme_without_a_table_gets_one(tmp_path):
    root = course_with(tmp_path, 'title = "t"\nexercises = ["a"]\n', "# lecture 4\n")
    add(root, "lecture4.kaiming")
    assert "| `kaiming` | TODO" in (root / "exercises/lecture4/README.md").read_text()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lecture4", "names no exercise"),
        ("lecture4.a.b", "names no exercise"),
        ("lecture4.", "names no exercise"),
        ("lecture4.Batch", "names no exercise"),
        ("../x.y", "names no exercise"),
        ("lecture4.bätch", "names no exercise"),
        ("lecture4.kaiming\n", "names no exercise"),
        ("lecture4.class", "meaning of its own"),
        ("all.kaiming", "meaning of its own"),
        ("lecture4.a", "there already"),
        ("lecture4.b", "there already"),  # its stub is, though no unit lists it
    ],
)
def test_a_name_that_cannot_be_used_is_refused(tmp_path, name, said):
    root = course_with(tmp_path, 'title = "t"\nexercises = ["a"]\n')
    refused(root, name, said)


@pytest.mark.parametrize("title", ["two\nlines", " blank", "x" * 81, "\x7f"])
def test_a_title_that_no_line_holds_is_refused(tmp_path, title):
    refused(empty_course(tmp_path), "lecture4.kaiming", "one line", title=title)


def test_a_course_without_solutions_is_refused(tmp_path):
    root = empty_course(tmp_path)
    (root / "solutions").rmdir()
    refused(root, "lecture4.kaiming", "no solutions/")


def refused(root, name, said, **options):
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=said) as caught:
        add(root, name, **options)
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("closed", ["tests/alternatives", "exercises/lecture4/unit.toml"])
def test_what_cannot_be_written_leaves_nothing(tmp_path, monkeypatch, closed):
    root = course_with(tmp_path, 'title = "t"\nexercises = ["a"]\n')
    if closed == "tests/alternatives":
        (root / closed).write_text("a file where a folder is wanted")
    else:  # tests may run as root, to whom no file is read-only

        def write_bytes(self, data, real=Path.write_bytes):
            if self == root / closed and b"kaiming" in data:
                raise PermissionError(13, "Permission denied", str(self))
            return real(self, data)

        monkeypatch.setattr(Path, "write_bytes", write_bytes)
    refused(root, "lecture4.kaiming", "cannot be written")


def test_the_command_says_what_to_do_next(tmp_path):
    root = empty_course(tmp_path)
    command = [str(Path(sys.executable).parent / "grade"), "new", "lecture4.kaiming", "--course", str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "written: tests/hidden/lecture4/test_kaiming.py" in done.stdout
    assert f"grade validate lecture4.kaiming --course {root}" in done.stdout
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 2
    assert again.stderr == "Error: lecture4.kaiming is there already. Choose another name for the exercise.\n"


# -- one set of drawing functions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda: generator(7), lambda: np.random.default_rng(7)])
def test_draws_serve_both_kinds_of_generator(make):
    rng, kind = make(), torch.Tensor if isinstance(make(), torch.Generator) else np.ndarray
    for drawn, shape, dtype in (
        (normal(rng, 4, 3), (4, 3), "float64"),
        (normal(rng), (), "float64"),
        (uniform(rng, 2, 3, 5), (5,), "float64"),
        (integers(rng, 1, 2, 50), (50,), "int64"),
    ):
        assert type(drawn) is kind
        assert tuple(drawn.shape) == shape
        assert str(drawn.dtype).endswith(dtype)
    assert {integer(rng, 1, 2) for _ in range(50)} == {1, 2} == set(integers(rng, 1, 2, 50).tolist())
    assert all(2 <= float(x) < 3 for x in uniform(rng, 2, 3, 50))
    assert type(new_seed(rng)) is int
    one, two = generators(rng)
    assert type(one) is type(two) is type(rng)
    assert (normal(one, 3) == normal(two, 3)).all()
    assert (normal(make(), 3) == normal(make(), 3)).all()


@pytest.mark.parametrize(
    ("first", "second", "passes"),
    [
        (torch.zeros(3), -torch.zeros(3), False),
        (torch.ones(3), torch.zeros(3), True),
        (torch.ones(3), torch.ones(4), True),
        (None, None, False),
        (None, torch.ones(3), False),
        ((torch.ones(2), 1.0), (torch.ones(2), 2.0), True),
        ((torch.ones(2), 1.0), (torch.ones(2), 1.0), False),
        (np.full(2, np.nan), np.full(2, np.nan), False),
    ],
)
def test_an_answer_responds_or_does_not(first, second, passes):
    if passes:
        assert_responds(first, second)
    else:
        with pytest.raises(CheckFailed, match="is None; a value is wanted|is the same for two inputs|finite numbers"):
            assert_responds(first, second)


def test_torch_draws_what_it_always_drew():
    rng, twin = generator(3), torch.Generator().manual_seed(3)
    assert torch.equal(normal(rng, 2, 3, scale=2.0), 2.0 * torch.randn((2, 3), generator=twin, dtype=torch.float64))
    assert integer(rng, 2, 9) == int(torch.randint(2, 10, (), generator=twin))
    assert new_seed(rng) == int(torch.randint(0, 2**31, (), generator=twin))


# -- CONTRIBUTING.md ------------------------------------------------------------------------------------------------

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
LEARNERS = """
import torch

def cross_entropy_backward(logits, targets):
    p = torch.softmax(logits, 1)
    p[torch.arange(len(targets)), targets] -= 1
    return p / len(logits)

def softmax(z):
    return z.softmax(-1)

def gain(name):
    if name not in ("linear", "tanh", "relu"):
        raise ValueError(name)
    return {"linear": 1.0, "tanh": 5 / 3, "relu": 2**0.5}[name]

class BatchNorm1d:
    def __init__(self, dim):
        self.gamma, self.training = torch.ones(dim), False
    def __call__(self, x):
        assert self.training
        return self.gamma * (x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-5).sqrt()

class Scale:
    def __init__(self, dim):
        self.gamma = torch.ones(dim, dtype=torch.float64)
    def __call__(self, x):
        return self.gamma * x

def train(model, x=None):
    assert model is not None

def forward(x):
    return x**2, {"x": x}

def backward(dout, cache):
    return 2 * cache["x"] * dout

answers = {"collapse": "(B)"}
"""


def imported_from_checks(tree):
    return [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "grader.checks"
        for alias in node.names
    ]


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_examples_parse_and_import_what_there_is(block):
    names = imported_from_checks(ast.parse(block))
    assert set(names) <= set(grader.checks.__all__)


def test_every_name_that_checks_may_use_is_explained():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [name for name in grader.checks.__all__ if not re.search(rf"\b{name}\b", text)] == []


def test_examples_run(ask, monkeypatch):
    """Every check of the examples passes in a sandbox for what it asks for."""
    import types

    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    reference = types.ModuleType("reference")
    exec(LEARNERS, vars(reference))
    ran = []
    for block in BLOCKS:
        space = {}
        exec(compile(block, "<CONTRIBUTING.md>", "exec", dont_inherit=True), space)
        for name, check in space.items():
            if not name.startswith("test_"):
                continue
            given = {"submission": ask(LEARNERS), "rng": generator(1), "reference": reference, "device": "cpu"}
            if getattr(check, "is_hypothesis_test", False):
                check(given["submission"])
            else:
                code = check.__code__
                for dims in (1, 2, 3) if "dims" in code.co_varnames else (0,):
                    check(**{key: ({**given, "dims": dims})[key] for key in code.co_varnames[: code.co_argcount]})
            ran.append(name)
    assert len(ran) == len(set(ran)) >= 10
