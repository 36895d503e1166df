"""Reading a text costs no more than a few seconds, whatever it holds, and each text is parsed once."""

from __future__ import annotations

import ast
import io
import signal
import subprocess
import sys
import time
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course import SourceFile, find_course, imports_of, parsing
from grader.course.faults import fault_of
from grader.course.forbidden import find_forbidden
from grader.errors import GraderError
from grader.session.sentences import has_code_before, parameters_in, where_it_hides

ROOT = Path(__file__).resolve().parents[2]
DEEP = "x = " + "(" * 40 + "1" + ")" * 40 + "\n"


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(parsing, "_KEPT", parsing._Kept())


@pytest.fixture
def processes(monkeypatch):
    """The processes that were started."""
    started = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *args, **how: started.append(args) or run(*args, **how))
    return started


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            'f"""' + ("{a}" + " " * 20) * 32_000 + '"""\n',
            marks=pytest.mark.skipif(sys.version_info >= (3, 12), reason="not the square of one string's length there"),
        ),
        "a" + "\u0301\u0327" * 45_000 + " = 1\n",
        "a" + "\u0301\u0327" * 45_000 + " $\n",
    ],
)
def test_what_parses_slowly_is_given_up(text):
    start = time.process_time()
    assert fault_of(text, "x.py", must_hold_code=True).startswith("Python takes more than 2 s to read this file. No ")
    assert parsing.tree_of(text) is None
    assert parsing.nodes_of(text) == ()
    assert time.process_time() - start < 2


def test_one_submission_has_one_allowance(processes):
    allowance = parsing.Allowance()
    slow = "a" + "\u0301\u0327" * 45_000 + " = 1\n"
    for i in range(5):
        assert parsing.parse(f"{slow}# {i}\n", allowance).tree is None
    assert len(processes) == 2
    assert parsing.parse("x = 1\n", allowance).tree is not None
    assert "taken together" in fault_of(DEEP, "x.py", must_hold_code=True, allowance=allowance)
    assert fault_of(DEEP, "x.py", must_hold_code=True) == ""


def test_solutions_are_ordinary_and_parsed_here(processes):
    for path in sorted((ROOT / "solutions").glob("*/*.py")):
        assert fault_of(path.read_text("utf-8"), path.name, must_hold_code=True) == ""
    assert processes == []


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        "# )\n".join(["x = [", *["["] * 30, *["]"] * 30, "]\n"]),
        "".join(["x = [", *['")", ['] * 30, *["]"] * 30, "]\n"]),
        "x = f'{'}' + \"))))\" }'\n",
        "x = 1\n" * 20_000,
        "#" * 70_000 + "\nx = 1",
        "x = '" + "\u0301" * 500 + "'\n",
    ],
)
def test_what_is_not_ordinary_goes_to_another_process_first(text, processes):
    assert parsing.parse(text).error is None or isinstance(parsing.parse(text).error, SyntaxError)
    assert len(processes) == 1


@given(st.lists(st.sampled_from([*"([{}])'\"f#\\\n a,", "f'", "'''", '"""', "{{", "((((", "]]]]", "r'"]), max_size=60))
def test_no_brackets_are_overlooked(parts):
    text = "".join(parts)
    if not parsing.is_ordinary(text, 0):
        return
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
                assert depth <= parsing._ORDINARY_DEPTH
    except (tokenize.TokenError, SyntaxError):
        pass


@pytest.mark.parametrize(
    "text",
    ["'" * 60_000, '\\"""' * 15_000, "'\\" * 30_000, "{" * 60_000, "f'" + "{{" * 20_000 + "{", "f\"{'" * 15_000],
)
def test_the_look_at_a_text_takes_no_time(text):
    start = time.process_time()
    parsing.is_ordinary(text, 0)
    assert time.process_time() - start < 1


def test_each_text_is_parsed_once(monkeypatch):
    text = (
        "from .cross_entropy import f\nimport torch\n\n\ndef g(x):\n    y = x.backward\n    raise NotImplementedError\n"
    )
    parses = []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda *args, **how: parses.append(args[0]) or parse(*args, **how))
    source = SourceFile("lecture5.linear", "linear.py", text)
    course = find_course(ROOT)
    for _ in range(3):
        assert fault_of(text, "linear.py", must_hold_code=True) == ""
        assert imports_of(source, course) == ("lecture5.cross_entropy",)
        assert find_forbidden(source, ["Tensor.backward"])
        assert has_code_before(text, 7)
        assert where_it_hides(text, "h") == ""
        assert parameters_in(text, "g") == ["x"]
    assert parses.count(text) == 1


def test_no_more_is_kept_than_one_submission_holds():
    for i in range(100):
        parsing.parse(f"x = {i}\n")
    assert len(parsing._KEPT) == 64
    for i in range(6):
        parsing.parse(f"x = {i}\n" * 12_000)
    assert parsing._KEPT.tokens == sum(parsed.tokens for parsed in parsing._KEPT.values()) <= 200_000


@pytest.mark.parametrize(
    ("program", "error", "says"),
    [
        (
            f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})",
            None,
            "Python itself crashes when it reads this file",
        ),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGXCPU)})", None, "Python takes more than 2 s to read"),
        (f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})", GraderError, "ended with -9"),
        ("raise SystemExit('no room')", GraderError, "ended with 1. no room"),
    ],
)
@pytest.mark.confined
def test_how_the_other_process_ends(monkeypatch, program, error, says):
    monkeypatch.setattr(parsing, "_PARSE", program)
    if error is None:
        assert says in fault_of(DEEP, "x.py", must_hold_code=True)
        return
    with pytest.raises(error, match=says):
        parsing.parse(DEEP)


@pytest.mark.confined
def test_a_crowded_machine_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr(parsing, "_PARSE", "import time; time.sleep(60)")
    monkeypatch.setattr(parsing, "_MOST_WAITING", 0.2)
    with pytest.raises(GraderError, match="too busy"):
        parsing.parse(DEEP)
