"""Every fault of a file becomes a sentence that is true and says what to do next."""

import codecs
import json
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course import SourceFile
from grader.course.faults import fault_of, notes_of
from grader.course.source import decode


def fault(data, name="train.py", must_hold_code=True):
    if isinstance(data, str):
        data = data.encode()
    text, found = decode(data, name)
    found = found or fault_of(text, name, must_hold_code=must_hold_code)
    assert not any(ord(char) < 32 and char != "\n" for char in found)
    return found


NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": ["x = 1"]}], "metadata": {}, "nbformat": 4})


@pytest.mark.parametrize(
    "data",
    [
        b"x = 1\n",
        codecs.BOM_UTF8 + b"x = 1\n",
        b"x = 1\r\ny = 2\r\n",
        b"x = 1\ry = 2\r",
        "# é\nλ = 'ü'\n".encode(),
        b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
        b"x = '\\d'\n",
        b'"""Doc."""\n',
        b"x = 5\nx = (x\n  % 3)\n",
        b"\x0c\nx = 1\n",
        b"{'cells': 1}\n",
        b'{"cells": print}\n',
        b"x = 1",
    ],
)
def test_good_files_have_no_fault(data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fault(data) == ""


def test_text_comes_as_python_reads_it():
    assert decode(codecs.BOM_UTF8 + b"a\r\nb\rc\n", "x.py") == ("a\nb\nc\n", "")
    assert decode(b"# coding: latin-1\n'\xe9'", "x.py") == ("# coding: latin-1\n'é'", "")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("x = 1\n".encode("utf-16"), ["saved as UTF-16", "save it as UTF-8"]),
        (codecs.BOM_UTF16_BE + "x = 1\n".encode("utf-16-be"), ["saved as UTF-16", "save it as UTF-8"]),
        ("x = 1\n".encode("utf-32"), ["saved as UTF-32"]),
        (codecs.BOM_UTF32_BE + b"\0\0\0x", ["saved as UTF-32"]),
        ("x = 1\n".encode("utf-16-le"), ["seems to be saved as UTF-16"]),
        ("x = 1\n".encode("utf-16-be"), ["seems to be saved as UTF-16"]),
        (b"x = 1\ny = '\0'\n", ["zero bytes", "line 2", "save it as UTF-8"]),
        (b"x = 1\ny = '\xe9'\n", ["Line 2", "0xe9", "not UTF-8"]),
        (b"# caf\xe9\n", ["Line 1", "0xe9", "not UTF-8"]),
        (b"# coding: nonsense\n", ["does not know", "delete the line"]),
        (b"# coding: utf-7\nx\n", ["the encoding utf-7", "delete the line"]),
        (b"# coding: rot13\nk = 1\n", ["the encoding rot13"]),
        (b"# coding: punycode\n" + b"a" * 500_000 + b"-" + b"9" * 500_000, ["the encoding punycode"]),
        (b"# coding: unicode_escape\n\\x00\n", ["the encoding unicode"]),
        (b"# coding: zlib\n", ["the encoding zlib"]),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", ["not saved in"]),
        (b"# coding: ascii\nx = '\xc3\xa9'\n", ["Line 2", "not ascii"]),
        (b"# coding: " + b"x" * 1_000_000, ["does not know"]),
        (b"# coding:" * 10_000, ["only comments"]),
    ],
)
def test_encodings(data, says):
    start = time.perf_counter()
    found = fault(data)
    for part in says:
        assert part in found
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    "text",
    [
        NOTEBOOK,
        "\ufeff\n" + NOTEBOOK,
        NOTEBOOK[:-20],
        json.dumps({"cells": []}),
        '{"cells": [{"cell_type": "code", "source": ["%s"]}]}' % ("x" * (1 << 20)),
    ],
)
def test_a_notebook(text):
    assert fault(text) == "This file is a notebook (JSON), not Python. Rename it to train.ipynb."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "%matplotlib inline\nx = 1\n",
            "Line 1 is a notebook command (%matplotlib inline), not Python. Remove it",
        ),
        ("x = 1\n!pip install torch\n", "Line 2 is a notebook command (!pip install torch)"),
        ("%%time\nx = 1\n", "Line 1 is a notebook command (%%time)"),
        ("import torch\ntorch.Tensor?\n", "Line 2 is a notebook command (torch.Tensor?)"),
        ("```python\nx = 1\n```\n", "Line 1 is a Markdown fence"),
        ("x = 1\n```\n", "Line 2 is a Markdown fence"),
        (
            "x = 1\n<<<<<<< HEAD\ny = 1\n=======\ny = 2\n>>>>>>> main\n",
            "Line 2 looks like the mark of a merge conflict",
        ),
        (">>> x = 1\n1\n", "Line 1 begins with a prompt (>>>). Delete the prompts"),
        ("pip install torch\n", "Line 1 is a command for the terminal"),
        ("", "This file is empty. Perhaps your work is not saved yet"),
        (" \n\t\n", "This file is empty"),
        ("# only\n# words\n", "only comments"),
    ],
)
def test_what_is_not_a_program(text, says):
    assert says in fault(text)


def test_an_empty_helper_is_fine():
    assert fault("", "__init__.py", must_hold_code=False) == ""
    assert fault("# words\n", "mine.py", must_hold_code=False) == ""


@pytest.mark.parametrize(
    ("text", "line", "says", "shown"),
    [
        ("x = 1\ny = f(1\nz = 2\n", 2, "this '(' is never closed", "y = f(1\n     ^"),
        ("x = 1)\n", 1, "this ')' closes a bracket that was never opened", "x = 1)\n     ^"),
        ("x = (1]\n", 1, "']' does not close the '('", "x = (1]\n      ^"),
        ("def f(x)\n    return x\n", 1, "a colon is missing here", "def f(x)\n        ^"),
        (
            "def f(x):\nreturn x\n",
            2,
            "nothing is indented below the function definition on line 1",
            "return x\n^",
        ),
        ("x = 1\n  y = 2\n", 2, "this line is indented further", "y = 2"),
        ("if x:\n        y = 2\n    z = 3\n", 3, "the indentation matches no line above", "z = 3"),
        ("if x:\n\ty = 2\n        z = 3\n", 3, "tabs and spaces are mixed. Indent with 4 spaces", "z = 3"),
        ("x = 'abc\n", 1, "no closing quote on its line", "x = 'abc\n    ^"),
        ("x = '''abc\n\n", 1, "in triple quotes is never closed", "x = '''abc\n    ^"),
        ("x = “abc”\n", 1, "“ is a typographic quote, where Python needs ' or \"", "x = “abc”\n    ^"),
        ("x = 3 − 1\n", 1, "cannot read the character − (U+2212)", "x = 3 − 1\n      ^"),
        ("x =\u00a01\n", 1, "invisible character (U+00A0)", "x = 1"),
        ("x = 1 +\n", 1, "missing here or just before", "x = 1 +\n       ^"),
        ("def f():\n    x = x y\n", 2, "missing here or just before", "x = x y"),
        ("print 'x'\n", 1, "Missing parentheses in call to 'print'", "print 'x'\n^"),
        (
            "x = f'{a b}'\n",
            1,
            "the f-string is not right: invalid syntax. Perhaps you forgot a comma. Py",
            "x = f",
        ),
        ("if x = 1:\n    pass\n", 1, "Maybe you meant '=='", "if x = 1:\n   ^"),
        ("x = [1 2]\n", 1, "Perhaps you forgot a comma", "x = [1 2]\n     ^"),
        ("f(x) = 1\n", 1, "cannot assign to function call", "f(x) = 1\n^"),
        ("x = 012\n", 1, "leading zeros", "x = 012"),
        ("x = " + "1 + " * 100 + "2 2\n", 1, "missing here or just before", "^"),
        ("\tx = 1 +\n", 1, "indented further", "x = 1 +"),
        ("x = '\x1b[31m'; y = = 1\n", 1, "missing here", "y = = 1"),
        ("é = ü ö\n", 1, "missing here", "é = ü ö\n      ^"),
    ],
)
def test_syntax_errors_in_plain_words(text, line, says, shown):
    found = fault(text)
    assert found.startswith(f"Line {line}: ")
    assert says in found
    assert shown in "\n".join(row.removeprefix("    ") for row in found.split("\n")[1:])
    assert all(len(row) < 200 for row in found.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "-" * 1_000_000 + "1",
        "x" + ".a" * 40_000,
        "x" + "()" * 30_000,
        "1" + "+1" * 40_000,
        "(" * 1_000_000,
        "[" * 190,
        "lambda: " * 50_000 + "1",
        "not " * 90_000 + "1",
        "if 1:pass\n" + "elif 1:pass\n" * 20_000,
        "1 if 1 else " * 20_000 + "1",
        "9" * 1_000_000,
        "\n".join(" " * i + "if 1:" for i in range(1_000)),
        "a\n" * 500_000,
        "1," * 500_000,
        "f'{" * 300,
        "{" * 1_000_000,
        '{"cells":' * 100_000,
        '{"cells":' + "[" * 1_000_000,
        "\\\n" * 500_000 + "1",
    ],
)
def test_hostile_source_is_a_fault_and_soon(text):
    start = time.perf_counter()
    found = fault(text)
    assert found
    assert len(found) < 500
    assert time.perf_counter() - start < 10


@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200),
        st.text("()[]{}'\"\\\n\t :=%!#fr09.\ufeff\x0c", max_size=60),
    )
)
def test_no_content_raises(data):
    found = fault(data)
    notes_of(data if isinstance(data, str) else "", "x.py", is_exercise=False)
    found.encode()


def test_notes():
    assert notes_of("x = 1\n", "cross_entropy.py", is_exercise=True) == ()
    (note,) = notes_of("x = 1\n", "random.py", is_exercise=False)
    assert "Rename it, for example to my_random.py" in note
    assert notes_of("", "torch.py", is_exercise=False)
    assert notes_of("", "types.py", is_exercise=False)
    assert notes_of("x = 1\n", "tokenize.py", is_exercise=True) == ()
    (note,) = notes_of("x = 1\nget_ipython().run_line_magic('a', 'b')\n", "train.py", is_exercise=True)
    assert note.startswith("Line 2 calls get_ipython()")


def test_source_files_are_frozen():
    file = SourceFile("lecture1.value", "value.py", "")
    with pytest.raises(AttributeError):
        file.text = "x"
