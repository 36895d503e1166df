"""Hand-ins of four kinds: right, wrong, crashing and looping, made of the solutions and of the misconception bank."""

from __future__ import annotations

import ast
import itertools
import json
import shutil
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GIVEN = Path(__file__).parent / "given"
KINDS = ("right", "wrong", "crashing", "looping")
FUNCTIONS = {
    "cross_entropy": "cross_entropy_backward(logits, targets)",
    "linear": "linear_backward(dout, x, W)",
    "tanh_embedding": "tanh_backward(dh, h)",
}
# What every learner meets sooner or later, and what takes the whole process with it.
CRASHES = ("raise IndexError('index 5 is out of bounds for dimension 0 with size 5')", "__import__('os')._exit(1)")
PLAIN = 8  # of each bank the first, which are wrong by a formula; what only a view or float32 shows comes after them


class HandIn(NamedTuple):
    """What one learner handed in: the text of each exercise's file."""

    name: str
    kind: str
    texts: dict[str, str]


def solution(exercise: str) -> str:
    return (ROOT / "solutions" / "lecture5" / f"{exercise}.py").read_text(encoding="utf-8")


def mistakes(exercise: str) -> list[str]:
    """The bank's wrong functions, each as a text that stands by itself after the solution's."""
    text = (ROOT / "tests" / "misconceptions" / "lecture5" / f"{exercise}.py").read_text(encoding="utf-8")
    shared, wrong = [], []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            node.decorator_list = []
            wrong.append(ast.unparse(node))
        elif isinstance(node, ast.Import | ast.FunctionDef):
            shared.append(ast.unparse(node))
    return ["\n\n".join([*shared, function]) for function in wrong[:PLAIN]]


def overridden(exercise: str, body: str) -> str:
    """The solution, with its first function defined once more."""
    return f"{solution(exercise)}\n\ndef {FUNCTIONS[exercise]}:\n    {body}\n"


def give(folder: Path, exercises: list[str], seconds: int) -> None:
    """Put the demands on these exercises into a folder, with the time-out of each."""
    shutil.copy(GIVEN / "demands.py", folder)
    (folder / "settings.json").write_text(json.dumps({"exercises": exercises, "seconds": seconds}))


def hand_in(kind: str, number: int, exercises: list[str]) -> HandIn:
    """Wrong: a mistake in every exercise. Crashing and looping: in one of them, the others being right."""
    texts = {exercise: solution(exercise) for exercise in exercises}
    unlucky = exercises[number % len(exercises)]
    if kind == "wrong":
        for exercise in exercises:
            bank = mistakes(exercise)
            texts[exercise] += "\n\n" + bank[number % len(bank)] + "\n"
    elif kind == "crashing":
        texts[unlucky] = overridden(unlucky, CRASHES[number % len(CRASHES)])
    elif kind == "looping":
        texts[unlucky] = overridden(unlucky, "while True:\n        pass")
    return HandIn(f"{kind}-{number:03d}", kind, texts)


def cohort(shares: dict[str, int], exercises: list[str]) -> list[HandIn]:
    """So many of each kind, in turns, so that no kind comes last."""
    turns = itertools.zip_longest(*([hand_in(kind, i, exercises) for i in range(n)] for kind, n in shares.items()))
    return [one for turn in turns for one in turn if one is not None]
