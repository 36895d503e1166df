"""What helps with an exception, said of exceptions that torch, NumPy and Python raise themselves."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from grader.checks.context import CheckFailed, Mismatch
from grader.names import closest, nearest
from grader.sandbox.request import RaisedError
from grader.session.sentences import crash_of, exception_sentence, where_it_hides, while_loops_in


def sentence(function):
    """What a learner reads of what a function raises."""
    with pytest.raises(Exception) as caught:
        function()
    kinds = [base.__name__ for base in type(caught.value).__mro__[1:]]
    return exception_sentence(
        RaisedError({"type": type(caught.value).__name__, "message": str(caught.value), "bases": kinds}, None), "f", ""
    )


def _no_value():
    if not torch.ones(1):
        found = 1
    return found


def shadowed():
    """The function's own name hides that of the module."""
    sentence = sentence(lambda: None)  # noqa: F823, F841


@pytest.mark.parametrize(
    ("function", "help_"),
    [
        (lambda: nn.Embedding(3, 2)(torch.tensor([3])), "places 0 to T - 1 into one of positions"),
        (lambda: torch.ones(2, 3) + torch.ones(2), "only a 1 stretches"),
        (lambda: np.ones((2, 3)) + np.ones(2), "only a 1 stretches"),
        (lambda: torch.ones(2, 3) @ torch.ones(2, 3), "inner sizes must agree"),
        (lambda: np.ones((2, 3)) @ np.ones((2, 3)), "inner sizes must agree"),
        (lambda: F.linear(torch.ones(2, 3), torch.ones(4, 2)), "inner sizes must agree"),
        (lambda: torch.ones(9, 2, 5) @ torch.ones(10, 4), "here they are 5 and 10"),
        (lambda: torch.ones(9, 2, 5) @ torch.ones(10, 4), "Do the last two axes of the left one belong together"),
        (lambda: torch.ones(2, 3) @ torch.ones(2, 3), "Is a .T missing, or one too many?"),
        (lambda: torch.ones(2, 3, requires_grad=True).add_(1), "under torch.no_grad()"),
        (lambda: torch.ones(2, 3, requires_grad=True)[0].add_(1), "under torch.no_grad()"),
        (_no_value, "is a case missing?"),
        (lambda: torch.ones(2, 3) @ torch.ones(3, 2).double(), "Two dtypes meet"),
        (lambda: F.one_hot(torch.tensor([1, 0])) @ torch.ones(2, 3), "Integers meet floats: .float()"),
        (lambda: [].sort().copy(), "A function without a return gives None"),
        (lambda: [].sort()[0], "A function without a return gives None"),
        (lambda: [1.0] - [2.0], "[a - b for a, b in zip(A, B)]"),
        (lambda: [1.0] * [2.0], "[a - b for a, b in zip(A, B)]"),
        (lambda: 1.0 + [2.0], "[a - b for a, b in zip(A, B)]"),
        (lambda: 0.1 * torch.ones(2).grad, "and that of a tensor which was computed"),
        (lambda: {1: "a"}[torch.tensor([1])], ".item() makes an int of it"),
        (lambda: torch.ones(2)["a"], "A tensor is indexed by numbers"),
        (lambda: torch.ones(2).sum().backward(), "asks for a gradient: requires_grad=True"),
        (lambda: F.one_hot(torch.tensor([3]), num_classes=3), "how many classes are there?"),
        (shadowed, "is its own everywhere in it"),
        (lambda: "".join(map([].sort(), "ab")), "f = g keeps g"),
        (lambda: len(open("/nowhere").read()), "sees no files"),
        (lambda: input("?"), "use the function's arguments"),
    ],
)
def test_one_sentence_helps(function, help_, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: (_ for _ in ()).throw(EOFError()))
    said = sentence(function)
    assert help_ in said
    assert said.count("\n") == 0 and len(said) < 300


def test_a_product_that_no_transpose_repairs_asks_for_none():
    assert ".T" not in sentence(lambda: torch.ones(2, 3) @ torch.ones(4, 5))


@pytest.mark.parametrize(
    ("name", "lines"), [("f", [2]), ("A.g", [5, 6]), ("A", [5, 6]), ("g", [8]), ("A.f", []), ("h", [])]
)
def test_while_loops_are_found_where_they_are_called(name, lines):
    text = "def f():\n while 1: 2\nclass A:\n def g(self):\n  while 1:\n   while 2: 3\ndef g():\n while 1: 2"
    assert while_loops_in(text, name) == lines


def test_a_message_that_ends_in_a_full_stop_gets_no_second_one():
    said = sentence(lambda: nn.Linear(2, 2).load_state_dict({"weight": torch.ones(2, 2)}))
    assert '"bias". The check gives your module weights' in said


def test_nothing_usual_is_said_where_the_cause_is_known():
    error = RaisedError({"type": "ValueError", "message": "operands could not be broadcast together"}, None)
    assert exception_sentence(error, "f", "", helps=False) == "ValueError: operands could not be broadcast together"


def test_what_is_not_known_is_left_alone():
    assert sentence(lambda: {}["k"]) == "KeyError: 'k'"
    assert sentence(lambda: [1].pop(2)) == "IndexError: pop index out of range"


def test_where_a_recursion_goes_round():
    """An operator calls a method too, which a learner does not see."""
    line = ("value.py", 88, "__radd__", "return other + self")
    told = {"type": "RecursionError", "message": "too deep", "bases": ["RecursionError"]}
    said = exception_sentence(RaisedError({**told, "frames": [line, line]}, None), "f", "")
    assert said.endswith("a loop has no such bound. `return other + self` leads to __radd__ again.")
    for frames in ([], [line], [line, ("value.py", 90, "__add__", "return self.__radd__(other)")]):
        said = exception_sentence(RaisedError({**told, "frames": frames}, None), "f", "")
        assert said.endswith("a loop has no such bound.")


def said_of(kind, message, name="", names=(), exercises=()):
    error = RaisedError({"type": kind, "message": message, "name": name, "names": names, "bases": [kind]}, None)
    return exception_sentence(error, "f", "", exercises)


@pytest.mark.parametrize(
    ("kind", "message", "name", "names", "help_"),
    [
        ("AttributeError", "no", "sofmax", ["relu", "Softmax", "_softmax", "softmax", "log"], "Did you mean softmax?"),
        ("AttributeError", "no", "softmax", ["relu", "softmax"], ""),
        ("AttributeError", "no. Did you mean: 'relu'?", "rellu", ["relu"], ""),
        ("NameError", "name 'logit' is not defined", "", ["targets", "logits"], "Did you mean logits?"),
        ("NameError", "name 'h' is not defined", "", ["logits", "hidden"], ""),
        ("ImportError", "cannot import name 'lineer' from 'x'", "", ["linear", "tanh"], "It defines linear: did you"),
        (
            "ModuleNotFoundError",
            "No module named 'cross_entrpy'",
            "cross_entrpy",
            [],
            "Did you mean `from .cross_entropy",
        ),
        ("ModuleNotFoundError", "No module named 'einops'", "einops", [], "packages are numpy, torch"),
    ],
)
def test_what_may_have_been_meant(kind, message, name, names, help_):
    bases = ["ImportError"] if kind == "ModuleNotFoundError" else []
    error = RaisedError({"type": kind, "message": message, "name": name, "names": names, "bases": bases}, None)
    said = exception_sentence(error, "f", "", ["linear", "cross_entropy"])
    assert help_ in said
    assert ("Did you mean" in said.removeprefix(f"{kind}: {message}")) == ("Did you mean" in help_)


HOSTILE_NAMES = [
    ["aabb" * 14 + f"{i:07}" for i in range(2_000)],
    ["aabb" * 48 + f"{i:07}" for i in range(2_000)],
    ["aab" * 19 + f"{i:05}" for i in range(2_000)],
    [f"{i:04}" + "abba" * 15 for i in range(2_000)],
    ["a\u0301" * 100 + str(i) for i in range(2_000)],
    ["\u0130" * 200 + str(i) for i in range(2_000)],
]


@pytest.mark.parametrize("names", HOSTILE_NAMES, ids=range(len(HOSTILE_NAMES)))
@pytest.mark.parametrize("name", ["ab" * 32, "ab" * 99, "aabb" * 16, "\u0130" * 100])
def test_no_names_keep_the_grader_busy(name, names):
    start = time.process_time()
    for cutoff in (0.1, 0.6, 0.8):
        nearest(name, names, 4, cutoff=cutoff)
    said_of("AttributeError", "no", name, names)
    said_of("NameError", f"name '{name}' is not defined", name, names)
    said_of("ImportError", f"cannot import name '{name}' from 'x'", name, names)
    assert time.process_time() - start < 1  # 0.1 here; difflib takes minutes


def test_names_are_compared_in_one_place():
    root = Path(__file__).resolve().parents[2] / "grader"
    asks = [p.name for p in root.rglob("*.py") if "get_close_matches" in p.read_text("utf-8")]
    assert asks == ["names.py"]


@pytest.mark.parametrize(
    ("name", "candidates", "meant"),
    [
        ("crossentropy", ["linear", "cross_entropy"], "cross_entropy"),
        ("Cross-Entropy", ["cross_entropy"], "cross_entropy"),
        ("trian", ["train", "tanh"], "train"),
        ("zzz", ["train"], None),
        ("", ["train", ""], None),
        ("train", [""], None),
        ("x" * 300, ["x" * 299], "x" * 299),  # alike as far as anybody looks
    ],
)
def test_closest(name, candidates, meant):
    assert closest(name, candidates) == meant


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=20), st.floats(0.1, 1))
def test_the_quick_bound_hides_nothing_that_difflib_finds(name, names, cutoff):
    from difflib import get_close_matches

    from grader.names import plain

    keys = list(dict.fromkeys(filter(None, map(plain, names))))
    best = get_close_matches(plain(name), keys, 1, cutoff) if plain(name) else []
    found = nearest(name, names, 1, cutoff=cutoff)
    assert bool(found) == bool(best) or len(keys) > 4


WORDS = st.sampled_from(
    [
        "CUDA",
        "not compiled",
        "driver ",
        "size mismatch for ",
        "copying a param with shape torch.Size([",
        "1, ",
        "name '",
        "' is not defined",
        "cannot import name '",
        "The size of tensor a (",
        "expected ",
        "́",
        "\x1b[2J",
        "a" * 50,
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200), st.tuples(WORDS, WORDS, st.integers(1, 400)).map(lambda t: (t[0] + t[1]) * t[2])
)
KINDS = st.sampled_from(
    ["AttributeError", "NameError", "ImportError", "ModuleNotFoundError", "RuntimeError", "TypeError", "OSError", "X\n"]
)


@settings(max_examples=60, deadline=None)
@given(KINDS, TEXTS, TEXTS, st.lists(TEXTS, max_size=20))
def test_no_exception_keeps_the_grader_busy(kind, message, name, names):
    message, name = message[:4_000], name[:4_000]
    names = [text[:200] for text in names]
    start = time.process_time()
    assert said_of(kind, message, name, names, ["linear"]).startswith((kind, "MemoryError", "RuntimeError"))
    assert said_of(kind, "CUDA" * 1_000, name, names)
    assert time.process_time() - start < 0.5


def test_what_hides_is_found_in_expressions_of_any_depth():
    deep = "if a" + ".b" * 1_500 + ":\n    def f(): pass\n"
    assert where_it_hides(deep, "f") == " It is indented: move it to the top level."
    guarded = 'if __name__ == "__main__":\n    def f(): pass\n'
    assert "below `if __name__" in where_it_hides(guarded, "f")
    assert "inside the class A" in where_it_hides("class A:\n    def f(): pass\n", "f")


def caught(*ends):
    """Exceptions as Hypothesis hands them on, where the same input ended in several ways."""
    with pytest.raises(BaseExceptionGroup) as group:
        raise BaseExceptionGroup("flaky", ends)
    return group.value


def test_what_ends_a_check_of_itself_is_told_from_verdicts_with_its_place():
    verdict, raised = CheckFailed(Mismatch("values", "x", "no")), RaisedError({"type": "TypeError"}, None)
    assert crash_of(verdict, "test_x.py") == ""
    assert crash_of(caught(verdict, raised), "test_x.py") == ""
    assert crash_of(caught(verdict, ZeroDivisionError("division\nby zero")), "x.py").startswith(
        "ZeroDivisionError: div"
    )
    with pytest.raises(TypeError) as error:
        len(None)
    line = error.traceback[0].lineno + 1
    said = crash_of(error.value, "test_sentences.py")
    assert said.startswith("TypeError: ")
    assert said.endswith(f" (test_sentences.py:{line})")
    with pytest.raises(ValueError, match="shape") as deeper:
        np.broadcast_shapes((2,), (3,))
    assert f"(test_sentences.py:{deeper.traceback[0].lineno + 1}, in " in crash_of(deeper.value, "test_sentences.py")
