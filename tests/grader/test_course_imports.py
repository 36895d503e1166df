"""What a file builds on is read from its imports."""

import pytest

from grader.course import SourceFile, find_course, imports_of


@pytest.fixture
def course(tmp_path):
    (tmp_path / "tests/hidden").mkdir(parents=True)
    for unit, names in {"lecture5": ["train"], "lecture7": ["head", "block"]}.items():
        folder = tmp_path / "exercises" / unit
        folder.mkdir(parents=True)
        (folder / "unit.toml").write_text(f'title = "t"\nexercises = {names}\n')
        for name in names:
            (folder / f"{name}.py").write_text('# /// exercise\n# title = "t"\n# ///\n')
    return find_course(tmp_path)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("from .head import Head", ["lecture7.head"]),
        ("from . import head", ["lecture7.head"]),
        ("from . import head as h, other", ["lecture7.head"]),
        ("from .head import *", ["lecture7.head"]),
        ("from ..lecture7.head import Head", ["lecture7.head"]),
        ("from ..lecture5 import train", ["lecture5.train"]),
        ("from .. import lecture5", []),
        ("from exercises.lecture5.train import train", ["lecture5.train"]),
        ("from exercises.lecture5 import train", ["lecture5.train"]),
        ("from lecture5.train import train", ["lecture5.train"]),
        ("import lecture5.train, lecture7.head as h", ["lecture5.train", "lecture7.head"]),
        ("import exercises.lecture7.head", ["lecture7.head"]),
        ("def f():\n    from .head import Head", ["lecture7.head"]),
        ("from .block import Block", []),
        ("from .head.deeper import x", ["lecture7.head"]),
        ("from ...lecture5.train import x", []),
        ("from ........ import x", []),
        ("import torch\nfrom torch.nn import head\nimport head", []),
        ("from .head import (", []),
        ("-" * 100_000 + "1", []),
        ("x = '\\d'\nfrom .head import Head", ["lecture7.head"]),
    ],
)
def test_imports(course, text, ids):
    assert imports_of(SourceFile("lecture7.block", "block.py", text), course) == tuple(ids)


def test_helpers_import_too(course):
    assert imports_of(SourceFile("mine", "mine.py", "from .lecture7.head import Head"), course) == ("lecture7.head",)
    deep = SourceFile("lecture7.tools.deep", "deep.py", "from ..head import Head")
    assert imports_of(deep, course) == ("lecture7.head",)


def test_a_faulty_file_imports_nothing(course):
    assert imports_of(SourceFile("lecture7.block", "b.py", "from .head import x", fault="It is."), course) == ()
