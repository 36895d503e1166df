"""Notebooks and whole scripts are submissions: what they define is graded, and what they run beside is not."""

from __future__ import annotations

import ast
import json
import time

import pytest
from sandboxed import ROOT

from grader.course import find_course, missing_hint, read_submission
from grader.course.definitions import blank, definitions_of, without_own_imports
from grader.course.notebooks import cells_of, notebook_of, plain_python
from grader.reports.model import Status, Verdict
from grader.session.grading import Session
from grader.session.options import RunOptions

COURSE = find_course(ROOT)
HEAD = (ROOT / "solutions/lecture7/head.py").read_text("utf-8")
MULTI = (ROOT / "solutions/lecture7/multi_head.py").read_text("utf-8")
FEED = (ROOT / "solutions/lecture7/feed_forward.py").read_text("utf-8")
AVERAGE = (ROOT / "solutions/lecture7/averaging.py").read_text("utf-8")


def notebook(*sources, version=4, **more):
    """The bytes of a notebook with these cells of code, and one of words before each."""
    cells = []
    for source in sources:
        cells.append({"cell_type": "markdown", "metadata": {}, "source": ["# words"]})
        text = {"input" if version < 4 else "source": source.splitlines(keepends=True)}
        outputs = [{"output_type": "stream", "name": "stdout", "text": ["printed\n"]}]
        cells.append({"cell_type": "code", "metadata": {}, "execution_count": 3, "outputs": outputs, **text})
    whole = {"nbformat": version, "nbformat_minor": 0, "metadata": {}}
    if version < 4:
        for cell in cells:
            cell |= {"language": "python", "prompt_number": 3}
        whole["worksheets"] = [{"cells": cells, "metadata": {}}]
    else:
        whole["cells"] = cells
    return json.dumps({**whole, **more}).encode()


def text_of(*sources):
    cells, fault = cells_of(notebook(*sources))
    assert fault == ""
    return notebook_of(cells)


# cells


@pytest.mark.parametrize("version", [2, 3, 4])
def test_cells_of_code_are_read_in_order_whatever_the_version(version):
    cells, fault = cells_of(notebook("x = 1", "def f():\n    return x", version=version))
    assert (fault, [cell.number for cell in cells], cells[0].text) == ("", [1, 2], "x = 1")
    assert [line.strip() for line in cells[1].text.split("\n") if line] == ["def f():", "return x"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "This notebook is empty"),
        (b'{"cells": [', "damaged: its JSON ends or breaks on line 1"),
        (b"x" * 100, "damaged"),
        (b"[" * 1_000_000, "damaged"),
        (b'{"a":' * 100_000, "damaged"),
        (b"[]", "is not a notebook, though it is named as one"),
        (b"3", "is not a notebook"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"PK\x03\x04\x80", "not UTF-8"),
        (b"{}", "no cell of code"),
        (b'{"nbformat": 4, "cells": {"a": 1}}', "no cell of code"),
        (b'{"nbformat": 4, "cells": [3, null, {"cell_type": ["code"]}]}', "no cell of code"),
        (b'{"nbformat": "4", "cells": []}', "is not a notebook"),
        (b'{"nbformat": true, "cells": []}', "is not a notebook"),
        (notebook("x", version=4, nbformat=99), "format that cannot be read (Unsupported nbformat version 99)"),
        (notebook("x", metadata={"kernelspec": {"language": "R"}}), "written in R; Python is wanted"),
        (notebook("x", metadata={"language_info": {"name": "ju\x1b\nlia"}}), "written in ju??lia"),
        (notebook(*["x"] * 2_001), "more than 2,000 cells"),
        (b" " * (8 << 20) + b"{}", "larger than 8 MiB"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_what_is_no_notebook_is_said(data, says):
    cells, fault = cells_of(data)
    assert cells == []
    assert says in fault
    assert fault.isprintable()


def test_a_strange_cell_is_an_empty_one():
    whole = {"nbformat": 4, "nbformat_minor": [], "metadata": 3, "cells": []}
    whole["cells"] = [
        {"cell_type": "code", "source": source} for source in ({"a": 1}, 7, ["x", 3], None, "y = 1\ud800")
    ]
    cells, fault = cells_of(json.dumps(whole).encode())
    assert fault == ""
    assert [cell.text for cell in cells] == ["", "", "", "", "y = 1?"]


def test_a_notebook_of_empty_lists_costs_seconds():
    start = time.process_time()
    assert "2,000 cells" in cells_of(b'{"nbformat":4,"cells":[' + b"[]," * 2_700_000 + b"1]}")[1]
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "\nx = 1"),
        ("!pip install torch\nx = 1", "\nx = 1"),
        ("pip install torch\nx = 1", "\nx = 1"),
        ("x = 1\nx?", "x = 1\n"),
        ("x = 1\ntorch.nn.Linear??", "x = 1\n"),
        ("?print\nx = 1", "\nx = 1"),
        ("files = !ls *.txt\nx = 1", "\nx = 1"),
        ("t = %timeit -o f()\nx = 1", "\nx = 1"),
        ("if True:\n    !ls\nx = 1", "if True:\n    pass\nx = 1"),
        ("!wget \\\n  https://a \\\n  b\nx = 1", "\n\n\nx = 1"),
        ("%%time\ndef f(): pass", "\ndef f(): pass"),
        ("%%bash\nls -l\nrm x", "\n\n"),
        ("%%writefile head.py\nclass Head: ...", "\n"),
        ("x = (7\n % 2)", "x = (7\n % 2)"),
        ("%cd x\ns = '''\n%no magic\n!either\n'''", "\ns = '''\n%no magic\n!either\n'''"),
        ("%cd x\nf(1,\n  2 \n  %3)  # it's", "\nf(1,\n  2 \n  %3)  # it's"),
        ("x = 1 # what?", "x = 1 # what?"),
    ],
)
def test_what_only_a_notebook_understands_is_dropped_and_lines_stay(cell, python):
    assert plain_python(cell) == python


def test_a_cell_that_is_no_python_costs_what_is_in_it():
    found = text_of("x = 1", "def f(:\n    pass\nclass G: ...", "def h(): return x")
    assert ast.parse(found.text)
    assert "def h" in found.text and "def f" not in found.text
    assert dict(found.lost).keys() == {"f", "G"}
    assert dict(found.lost)["f"].startswith("Cell 2 defines it, and cannot be read. Line 1: ")
    assert found.notes[0].startswith("Cell 2 was left out. Line 1: ")


def test_what_must_come_first_does():
    found = text_of("x = 1", '"""words"""\nfrom __future__ import annotations\ndef f(x: Nothing): ...')
    compile(found.text, "x", "exec")
    assert found.text.startswith("from __future__ import annotations\n")


def test_lines_are_found_in_their_cells(tmp_path):
    (tmp_path / "hw.ipynb").write_bytes(notebook("import torch\n\n", "# one\n\nclass Head:\n    x = 1"))
    file = read_submission(tmp_path / "hw.ipynb", COURSE, {"lecture7.head"}).files["lecture7.head"]
    line = file.text.split("\n").index("class Head:") + 1
    assert file.place(line) == (f"{tmp_path}/hw.ipynb, cell 2", 3)
    assert file.line_in_words(line) == "Line 3 of cell 2"


# what a script runs


SCRIPT = """import torch, sys
import wandb
from google.colab import drive
drive.mount("/content")
sys.setrecursionlimit(10_000)
with open("input.txt") as f:
    text = f.read()
size, rate = 8, 0.1
table = []
for i in range(size):
    table.append(i)
unused = [0]; scale = 2

def fill():
    global known
    known = {1: 2}

fill()

@torch.no_grad()
def estimate(model):
    loss = model(text)
    return loss

class Head:
    many = table[0]
    def __call__(self, x):
        loss = x * scale + known[1]
        return loss

def helper(x=rate): return x

model = Head()
for step in range(10**9):
    loss = model(3)
    print(loss)
Head.extra = 3
setattr(Head, "name", "head")
print(model,
      step)
if __name__ == "__main__":
    print(1)
"""


def test_of_a_script_stays_what_a_definition_needs():
    text = definitions_of(SCRIPT, {"Head"}, {"Head"})
    assert text.count("\n") == SCRIPT.count("\n")
    namespace = {"__name__": "script"}
    exec(compile(text, "script", "exec"), namespace)
    head = namespace["Head"]
    assert (head()(3), head.extra, head.name, head.many) == (8, 3, "head", 0)
    assert not {"text", "model", "step", "wandb", "drive", "unused", "helper", "estimate"} & set(namespace)
    assert "setrecursionlimit" in text


def test_where_a_name_is_missing_all_definitions_stay_and_no_loop_runs():
    text = definitions_of(SCRIPT, {"Haed"}, {"Haed"})
    assert all(word in text for word in ("class Head", "def estimate", "def helper", "rate = ", "def fill"))
    assert "range(10**9)" not in text and "drive.mount" not in text


@pytest.mark.parametrize("text", ["", "print(1)\n", "def f(:\n", "x = 1\n" * 3])
def test_where_nothing_is_needed_a_text_stays_as_it_is(text):
    assert definitions_of(text, {"f"}, {"f"}) == text


def test_many_statements_are_looked_at_quickly():
    chain = "".join(f"a{i} = a{i - 1}\n" for i in range(1, 15_000))
    start = time.process_time()
    assert definitions_of(f"a0 = 1\n{chain}def f(): return a14999\n", {"f"}, {"f"}).startswith("a0 = 1\na1 = a0\n")
    assert time.process_time() - start < 10
    nested = "def f():\n    return " + "[x for x in " * 300 + "y" + "]" * 300 + "\nprint(f())\n"
    assert "def f" in definitions_of(nested, {"f"}, {"f"})


def test_statements_are_blanked_where_they_stand():
    text = "a = 1; b = (2,\n  3); c = 4\n@d\ndef e():\n    pass\né = 'ü'; f = 6\n"
    body = ast.parse(text).body
    assert blank(text, body[1:2]) == "a = 1; pass\n; c = 4\n@d\ndef e():\n    pass\né = 'ü'; f = 6\n"
    assert blank(text, body[3:4]) == "a = 1; b = (2,\n  3); c = 4\n\n\n\né = 'ü'; f = 6\n"
    assert blank(text, body[5:6]).endswith("é = 'ü'; pass\n")


def test_a_script_that_was_several_files_imports_nothing_from_itself():
    imports = "from .head import Head\nfrom .block import Block\nfrom .helpers import tool\n"
    text = f"{imports}class Block(Head): ...\nclass Head: ...\n"
    assert without_own_imports(text, {"lecture7"}, ()).split("\n")[:3] == ["", "", "from .helpers import tool"]
    assert "from .head" in without_own_imports(text, {"lecture7"}, {"head"})


# graded


@pytest.fixture(scope="module")
def grade():
    names = ["lecture7.averaging", "lecture7.head", "lecture7.multi_head", "lecture7.feed_forward"]
    exercises = [COURSE.exercise(name) for name in names]
    with Session(COURSE, exercises, RunOptions(names=False)) as session:

        def grade(path, *wanted):
            asked = [exercise for exercise in exercises if exercise.id in (wanted or names)]
            report = session.grade(asked, read_submission(path, COURSE, {exercise.id for exercise in asked}), 5)
            assert report.faults == ()
            return {result.name: result for result in report.exercises}

        yield grade


def statuses(results):
    return {name: str(result.status) for name, result in results.items()}


BESIDE = (
    "!wget https://example.org/input.txt\n%matplotlib inline\nfrom google.colab import drive\ndrive.mount('/content')"
)
TRAINS = "%%time\ntext = open('input.txt').read()\nfor step in range(10**9):\n    pass"
DONE = {"averaging": "passed", "head": "passed", "multi_head": "passed", "feed_forward": "passed"}


@pytest.mark.parametrize("place", ["lecture7.ipynb", "ada/all of it.ipynb", "ada/exercises/lecture7/hw.ipynb"])
def test_a_notebook_of_a_whole_unit(grade, tmp_path, place):
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_bytes(notebook(BESIDE, AVERAGE, HEAD, MULTI, TRAINS, FEED, "Head?"))
    assert statuses(grade(tmp_path / place.partition("/")[0])) == DONE


def test_a_notebook_for_each_exercise(grade, tmp_path):
    (tmp_path / "lecture7").mkdir()
    for name, text in (("averaging", AVERAGE), ("head", HEAD), ("multi_head", MULTI), ("feed_forward", FEED)):
        (tmp_path / f"lecture7/{name}.ipynb").write_bytes(notebook(BESIDE, text, TRAINS))
    assert statuses(grade(tmp_path)) == DONE


def test_a_whole_script(grade, tmp_path):
    parts = [
        MULTI,
        HEAD,
        AVERAGE,
        "text = open('input.txt').read()",
        "while True:\n    pass",
        FEED,
        "import wandb",
        "wandb.init()",
    ]
    (tmp_path / "my_gpt.py").write_text("\n".join(parts))
    assert statuses(grade(tmp_path / "my_gpt.py")) == DONE
    (tmp_path / "my_gpt.py").write_text("\n".join(parts[1:]))
    results = grade(tmp_path / "my_gpt.py")
    assert statuses(results) == {**DONE, "multi_head": "failed"}
    assert {check.verdict for check in results["multi_head"].checks} == {Verdict.MISSING}


def test_a_mistake_is_shown_in_its_cell(grade, tmp_path):
    raising = HEAD.replace("k = self.key(x)", "k = self.kee(x)")
    (tmp_path / "hw.ipynb").write_bytes(notebook("import torch", "x = 1", raising))
    (check, *_) = grade(tmp_path / "hw.ipynb", "lecture7.head")["head"].checks
    line = raising.split("\n").index(next(line for line in raising.split("\n") if "self.kee" in line)) + 1
    frame = check.failure.traceback[-1]
    assert frame.place == check.failure.location == f"{tmp_path}/hw.ipynb, cell 3, line {line}"
    assert "self.kee(x)" in frame.source


def test_what_is_forbidden_is_shown_in_its_cell(grade, tmp_path):
    body = "def forward(self, x):\n        return F.scaled_dot_product_attention(x, x, x)"
    fused = f"class Head(torch.nn.Module):\n    {body}"
    (tmp_path / "hw.ipynb").write_bytes(notebook("import torch\nimport torch.nn.functional as F", fused))
    (check, *_) = grade(tmp_path / "hw.ipynb", "lecture7.head")["head"].checks
    assert check.verdict is Verdict.FORBIDDEN
    assert check.failure.headline.startswith("Line 3 of cell 2 uses torch.nn.functional.scaled_dot_product_attention")
    assert check.failure.location == f"{tmp_path}/hw.ipynb, cell 2, line 3"


def test_what_is_used_beside_the_exercise_is_not_forbidden(grade, tmp_path):
    beside = "import torch.nn.functional as F\ndef other(x): return F.scaled_dot_product_attention(x)\nother(3)"
    (tmp_path / "hw.ipynb").write_bytes(notebook(HEAD, beside))
    assert statuses(grade(tmp_path / "hw.ipynb", "lecture7.head")) == {"head": "passed"}


def test_what_a_broken_cell_defines_is_told(grade, tmp_path):
    (tmp_path / "hw.ipynb").write_bytes(notebook(HEAD, FEED.replace("def __init__(", "def __init__((")))
    results = grade(tmp_path / "hw.ipynb", "lecture7.head", "lecture7.feed_forward")
    assert statuses(results) == {"head": "passed", "feed_forward": "failed"}
    headline = results["feed_forward"].checks[0].failure.headline
    assert "The file defines no class FeedForward" in headline
    assert "Cell 2 defines it, and cannot be read. Line " in headline


def test_the_output_of_nbconvert(grade, tmp_path):
    text = (
        "#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n\nget_ipython().run_line_magic('matplotlib', 'inline')\n"
        f"get_ipython().system('pip install torch')\nif True:\n    get_ipython().system('ls')\n\n\n{HEAD}\n\n"
        "get_ipython().run_cell_magic('time', '', 'x = 1\\n')\n"
    )
    (tmp_path / "lecture7").mkdir()
    (tmp_path / "lecture7/head.py").write_text(text)
    result = grade(tmp_path, "lecture7.head")["head"]
    assert result.status is Status.PASSED
    assert ["began with %%" in note for note in result.notes] == [True]


def test_a_damaged_notebook_is_a_sentence(grade, tmp_path):
    (tmp_path / "head.ipynb").write_bytes(notebook(HEAD)[:-40])
    result = grade(tmp_path / "head.ipynb", "lecture7.head")["head"]
    assert result.checks[0].failure.headline.startswith("This notebook is damaged: its JSON ends or breaks on line 1.")
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    result = grade(tmp_path / "link.ipynb", "lecture7.head")["head"]
    assert "is a symbolic link" in result.checks[0].failure.headline


def test_notebooks_are_bounded_together(tmp_path, monkeypatch):
    from grader.course import reading

    monkeypatch.setattr(reading, "_MOST_IN_NOTEBOOKS", 2 * len(notebook(HEAD)) - 1)
    (tmp_path / "lecture7").mkdir()
    for name in ("averaging", "head", "multi_head"):
        (tmp_path / f"lecture7/{name}.ipynb").write_bytes(notebook(HEAD))
    files = read_submission(tmp_path, COURSE).files
    assert sorted("taken together" in file.fault for file in files.values()) == [False, True, True]


def test_a_notebook_of_another_name_is_told_where_it_holds_nothing_of_the_exercise(tmp_path):
    (tmp_path / "lecture7").mkdir()
    (tmp_path / "lecture7/heads.ipynb").write_bytes(notebook("x = 1"))
    (tmp_path / "lecture7/averaging.py").write_text(AVERAGE)
    found = read_submission(tmp_path, COURSE)
    assert "Did you mean lecture7/heads.ipynb? Rename it to head.ipynb." in missing_hint(
        found, COURSE.exercise("lecture7.head")
    )
