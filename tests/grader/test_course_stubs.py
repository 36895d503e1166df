"""Stubs are cut from solutions: valid Python, nothing given away, everything else kept."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course import CourseError, cut_stub

HEAD = '''"""Cross-entropy, backward."""

# /// exercise
# title = "cross-entropy in one step"
# forbids = ["torch.autograd"]
# hints = [
#   "nudge ] with a bracket",
#   "formula",  # and a comment
# ]
# packages = "torch"
# ///

'''
ID = "lecture5.cross_entropy"


def cut(body, head=HEAD):
    stub = cut_stub(head + textwrap.dedent(body), ID)
    ast.parse(stub)
    assert cut_stub(stub, ID) == stub
    return stub.removeprefix(head[: head.index("# hints")] + '# packages = "torch"\n# ///\n\n')


def test_a_function_keeps_its_docstring_and_names_itself():
    assert cut('''
        def backward(logits, targets):  # (N, C)
            """Formula."""
            # solution
            n = len(logits)

            return logits / n
            # end solution
        ''') == textwrap.dedent('''
        def backward(logits, targets):  # (N, C)
            """Formula."""
            raise NotImplementedError("lecture5.cross_entropy: backward is not written yet")
        ''')


def test_each_function_names_its_own_symbol():
    stub = cut('''
        @decorated
        async def one(x):
            # solution
            return x
            # end solution

        class Value:
            """A number."""

            def __init__(self, data):
                self.data = data

            def backward(self):
                """Chain rule."""
                # solution
                pass
                # end solution

            class Inner:
                def deep(self):
                    # solution
                    return 1
                    # end solution

        def outer():
            def inner():
                # solution
                return 1
                # end solution
            return inner
        ''')
    for symbol in ("one", "Value.backward", "Value.Inner.deep", "outer.inner"):
        assert f'"{ID}: {symbol} is not written yet"' in stub
    assert stub.count("raise NotImplementedError") == 4
    assert "self.data = data" in stub


def test_hints_go_and_the_rest_of_the_block_stays():
    stub = cut_stub(HEAD + "x = 1\n", ID)
    assert stub == (
        '"""Cross-entropy, backward."""\n\n# /// exercise\n# title = "cross-entropy in one step"\n'
        '# forbids = ["torch.autograd"]\n# packages = "torch"\n# ///\n\nx = 1\n'
    )


def test_a_part_of_a_function_can_be_marked():
    assert cut("""
        def f(x):
            y = 2 * x
            if x:
                # solution
                y += 1
                # end solution
            else:
                # solution
                y -= 1
                # end solution
            return y
        """) == textwrap.dedent("""
        def f(x):
            y = 2 * x
            if x:
                raise NotImplementedError("lecture5.cross_entropy: f is not written yet")
            else:
                raise NotImplementedError("lecture5.cross_entropy: f is not written yet")
            return y
        """)


def test_blocks_at_module_level_go_with_one_of_their_gaps():
    assert cut("""
        import torch

        # solution
        import math
        # end solution


        def f():
            # solution
            return _help()
            # end solution


        # solution
        def _help():
            return 1


        # end solution


        def g():
            return 2


        # solution
        TABLE = 1
        # end solution
        """) == textwrap.dedent("""
        import torch


        def f():
            raise NotImplementedError("lecture5.cross_entropy: f is not written yet")


        def g():
            return 2
        """)


def test_blocks_at_class_level_go():
    assert cut('''
        class Value:
            """A number."""

            a = 1

            # solution
            def __add__(self, other):
                return 1
            # end solution

            def b(self): ...
        ''') == textwrap.dedent('''
        class Value:
            """A number."""

            a = 1

            def b(self): ...
        ''')


def test_a_class_or_branch_left_empty_stays_valid():
    assert cut("""
        class Head:
            # solution
            a = 1
            # end solution
            # solution
            b = 1
            # end solution

        if True:
            # solution
            c = 1
            # end solution
        """) == textwrap.dedent("""
        class Head:
            pass

        if True:
            pass
        """)


def test_markers_inside_texts_and_similar_comments_do_not_count():
    body = '''
        def f():
            """Write
            # solution
            here."""
            # solution of the equation
            return """
            # end solution
            """
        '''
    assert cut(body) == textwrap.dedent(body)


def test_windows_line_ends_are_kept():
    text = (HEAD + "def f():\n    # solution\n    return 1\n    # end solution\n").replace("\n", "\r\n")
    stub = cut_stub(text, ID)
    assert stub.count("\n") == stub.count("\r\n")
    ast.parse(stub)


def test_handlers_cases_and_loops_can_hold_blocks():
    stub = cut("""
        def f(x):
            try:
                g()
            except ValueError:
                # solution
                x = 1
                # end solution
            match x:
                case 1:
                    # solution
                    x = 2
                    # end solution
            for _ in x:
                pass
            else:
                # solution
                x = 3
                # end solution
        """)
    assert stub.count("raise") == 3


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("def f():\n    # solution\n    return 1\n", 14, "without an `# end solution`"),
        ("def f():\n    return 1\n    # end solution\n", 15, "without a `# solution`"),
        (
            "def f():\n    # solution\n    # solution\n    x = 1\n    # end solution\n",
            15,
            "that line 14 opened",
        ),
        ("def f():\n    # solution\n    return 1\n# end solution\n", 16, "as `# solution` on line 14"),
        ("def f():\n  # solution\n    return 1\n  # end solution\n", 14, "as the statements between"),
        ("def f():\n    # solution\n    # words\n\n    # end solution\n    return 1\n", 14, "no statement"),
        ("# solution\n# end solution\n", 13, "no statement"),
        ("def f():\n    # Solution:\n    return 1\n    # end solution\n", 14, "write this marker as"),
        ("def f():\n    x = 1  # solution\n    return 1\n    # end solution\n", 14, "line of its own"),
        ("def f():\n    # solution\n    x = [\n    # end solution\n    ]\n", 14, "inside a statement"),
        (
            "def f():\n    return [\n    # solution\n    1,\n    # end solution\n    ]\n",
            15,
            "inside a statement",
        ),
        (
            'def f():\n    # solution\n    """Doc."""\n    return 1\n    # end solution\n',
            14,
            "docstring belongs",
        ),
        (
            "def f():\n    # solution\n    x = 1\ndef h():\n    # end solution\n    pass\n",
            14,
            "cuts through",
        ),
        ("def f(:\n", 13, "not valid Python"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(body, line, says):
    with pytest.raises(CourseError, match=says) as error:
        cut_stub(HEAD + body, ID)
    assert str(error.value).startswith(f"solutions/lecture5/cross_entropy.py, line {line}:")


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("", "no exercise block"),
        ('# /// exercise\n# title = "a"\nx = 1\n', "line 1: the exercise block is not closed"),
        ("# /// exercise\n# title = \n# ///\n", "line 1: the exercise block is not valid TOML"),
        ("# /// exercise\n# title = " + "[" * 100_000 + "\n# ///\n", "not valid TOML"),
        ('# /// exercise\n# titel = "a"\n# ///\n', "did you mean 'title'"),
        ("# /// exercise\n# forbids = []\n# ///\n", "needs a title"),
        ('# /// exercise\n# title = "a"\n# hints = ["a", ""]\n# ///\n', "hints must be a list of texts"),
        ('# /// exercise\n# title = "a"\n# forbids = "torch"\n# ///\n', "forbids must be a list of texts"),
        ('# /// exercise\n# title = "a"\n# why_forbidden = ""\n# ///\n', "why_forbidden must be a text"),
        ('# /// exercise\n# title = "a"\n# packages = "jax"\n# ///\n', 'packages must be "torch", "numpy" or "python"'),
    ],
)
def test_a_wrong_exercise_block_is_named(block, says):
    with pytest.raises(CourseError, match=says):
        cut_stub(block, ID)


def test_deeply_nested_source_is_an_error_and_no_crash():
    with pytest.raises(CourseError, match="cannot parse"):
        cut_stub("-" * 100_000 + "1", ID)


_STATEMENTS = st.sampled_from(["x = 1", "if x:\n    y = 2\nelse:\n    y = 3", "def f():\n    return 1", "pass"])


@st.composite
def solutions(draw):
    """Modules of functions and classes in which any run of statements may be marked."""
    lines = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["def f{}():", "class C{}:", "if {}:", ""]))
        depth = "    " if kind else ""
        lines += [kind.format(number)] if kind else []
        body = []
        for _ in range(draw(st.integers(1, 3))):
            marked = draw(st.booleans())
            block = draw(_STATEMENTS).split("\n")
            body += ["# solution", *block, "# end solution"] if marked else block
            body += [""] * draw(st.integers(0, 2))
        lines += [depth + line if line else "" for line in body]
    return HEAD + "\n".join(lines) + "\n"


@given(text=solutions())
def test_any_stub_is_python_without_markers_and_stays_as_it_is(text):
    stub = cut_stub(text, ID)
    ast.parse(stub)
    assert "# solution" not in stub
    assert "hints" not in stub
    assert cut_stub(stub, ID) == stub
