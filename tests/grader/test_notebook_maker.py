"""`grade init --notebooks`: notebooks that are valid; they run to "not started", and with solutions to "passed"."""

import ast
import re

import nbformat
import pytest
from notebook_runs import execute, html_of, text_of

from grader.cli.main import cli
from grader.course import find_course
from grader.course.header import without_header
from grader.study.notebook_maker import code_of, kept_names, notebooks_of

COURSE = find_course(None)


@pytest.fixture(scope="module")
def made():
    """Every unit's notebook, by its name."""
    return {name.removeprefix("notebooks/").removesuffix(".ipynb"): data for name, data in notebooks_of(COURSE).items()}


def read(data):
    notebook = nbformat.reads(data.decode(), as_version=4)
    nbformat.validate(notebook)
    return notebook


def with_solutions(notebook, unit):
    """The notebook with each stub's cell filled in."""
    texts = [(exercise.name, exercise.stub.read_text()) for exercise in unit.exercises]
    for place, exercise in enumerate(unit.exercises):
        (cell,) = [cell for cell in notebook.cells if cell.id == f"{place}-code"]
        cell.source = code_of(exercise.solution.read_text(), unit, texts[:place])
    return notebook


def gradings(cells):
    return {cell.source.split()[1]: cell for cell in cells if cell.source.startswith("%grade ")}


@pytest.mark.parametrize("unit", [unit.name for unit in COURSE.units])
def test_every_unit_has_a_valid_notebook_of_all_its_exercises(made, unit):
    notebook = read(made[unit])
    sources = [cell.source for cell in notebook.cells]
    assert "%load_ext grader.notebook" in sources[next(i for i, c in enumerate(notebook.cells) if c.id == "load")]
    for place, exercise in enumerate(COURSE.unit(unit).exercises):
        by_id = {cell.id: cell for cell in notebook.cells}
        text, code, grade = (by_id[f"{place}-{part}"] for part in ("text", "code", "grade"))
        assert (text.cell_type, code.cell_type, grade.source) == ("markdown", "code", f"%grade {exercise.id}")
        assert exercise.title in text.source and exercise.name in text.source
        body = ast.parse(code.source).body
        assert not any(isinstance(node, ast.ImportFrom) and node.level for node in body)
        assert "# /// exercise" not in code.source
        stub = ast.parse(exercise.stub.read_text())
        own = {node.name for node in stub.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert own <= {getattr(node, "name", "") for node in body}
        assert sources.index(code.source) == sources.index(grade.source) - 1
    readme = (COURSE.root / "exercises" / unit / "README.md").read_text()
    told = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for line in re.split(r"(?m)^## Run it$", readme)[0].splitlines():
        assert line in told
    assert made[unit] == notebooks_of(COURSE)[f"notebooks/{unit}.ipynb"]  # the same bytes each time


def test_the_rows_of_the_readme_stand_above_their_exercises(made):
    cells = {cell.id: cell.source for cell in read(made["lecture7"]).cells}
    assert "**You write**: `Head(n_embd, head_size, block_size, dropout)`" in cells["4-text"]
    assert "**Points to watch**: mask, then softmax; √head_size; dropout on the weights" in cells["4-text"]


def test_a_name_that_two_exercises_define_is_kept_for_the_third(made):
    cells = {cell.id: cell.source for cell in read(made["day3"]).cells}
    names = [exercise.name for exercise in COURSE.unit("day3").exercises]
    stubs = [(exercise.name, exercise.stub.read_text()) for exercise in COURSE.unit("day3").exercises]
    kept = {name: kept_names(name, stubs) for name in names}
    (covers,) = [name for name in names if kept[name]]
    assert kept[covers] == ["mlp_backward = backward", "mlp_forward = forward"]
    assert "mlp_forward = forward" in cells[f"{names.index(covers)}-kept"]
    assert "forward = mlp_forward  # that of mlp" in cells[f"{names.index('sgd')}-code"]


@pytest.mark.parametrize("unit", ["lecture5", "day3"])
def test_run_as_it_is_nothing_is_started(made, unit):
    cells = execute(read(made[unit]))
    assert not [cell.source for cell in cells for output in cell.outputs if output.output_type == "error"]
    graded = gradings(cells)
    assert len(graded) == len(COURSE.unit(unit).exercises)
    for name, cell in graded.items():
        assert re.search(rf"· {name.partition('.')[2]}\b", text_of(cell)) and "✗" not in text_of(cell), text_of(cell)
        assert html_of(cell)


@pytest.mark.parametrize("unit", ["lecture1", "day3"])
def test_with_the_solutions_everything_is_passed(made, unit):
    cells = execute(with_solutions(read(made[unit]), COURSE.unit(unit)))
    assert not [cell.source for cell in cells for output in cell.outputs if output.output_type == "error"]
    for name, cell in gradings(cells).items():
        assert re.search(rf"✓ {name.partition('.')[2]}\b", text_of(cell)), text_of(cell)


def test_they_come_with_init_and_into_a_folder_of_their_own(tmp_path):
    folder = tmp_path / "mine"
    cli.main(["init", str(folder), "--notebooks"], standalone_mode=False)
    assert {path.stem for path in (folder / "notebooks").iterdir()} == {unit.name for unit in COURSE.units}
    assert (folder / "exercises/lecture5/linear.py").is_file()
    cli.main(["init", str(tmp_path / "without")], standalone_mode=False)
    assert not (tmp_path / "without/notebooks").exists()


def test_a_header_is_taken_out_and_nothing_else():
    assert without_header('"""A."""\n\n# /// exercise\n# title = "a"\n# ///\n\nx = 1\n') == '"""A."""\n\n\nx = 1\n'
    assert without_header("x = 1\n") == "x = 1\n"
