"""Notebooks that are executed, by a real kernel."""

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from grader.course.header import without_header


def run(*cells, load=True):
    """Run cells one after the other; the cells, with their outputs."""
    sources = [*(["%load_ext grader.notebook"] if load else []), *cells]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    return execute(notebook)[1 if load else 0 :]


def execute(notebook):
    """Run a notebook to its end, whatever its cells raise; its cells of code."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["kernelspec"] = kernel
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=600, allow_errors=True).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell):
    """All that a cell says, as text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(output.text if output.output_type == "stream" else output.data["text/plain"])
    return "\n".join(parts)


def html_of(cell):
    """The page that a cell shows."""
    (html,) = [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]
    return html


def solution(course, exercise):
    """The code of a solution, as a learner would paste it."""
    return without_header(course.exercise(exercise).solution.read_text())
