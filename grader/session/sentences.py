"""What usually helps with an exception: one true sentence, for learners who are alone with it."""

from __future__ import annotations

import ast
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.checks.context import CheckFailed
from grader.course.parsing import nodes_of, tree_of
from grader.course.scan import is_main_guard
from grader.names import closest, printable
from grader.sandbox.request import Interrupted, RaisedError

_ROOT = "exercises."  # the package that a submission is imported in
_CRASH = 200  # characters of a message
_NETWORK = {"URLError", "gaierror", "ConnectionError", "ConnectionRefusedError", "HTTPError", "MaxRetryError"}
_ALIASES = {
    "torch": "import torch",
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "np": "import numpy as np",
    "numpy": "import numpy",
    "math": "import math",
    "Tensor": "from torch import Tensor",
}
_NO_FILES = "A submission sees no files but those it writes itself: use the function's arguments."
_NOTHING_ELSE = "The sandbox grants no files, network or other processes: an exercise needs none."
_REAL = ("numpy", "torch", "matplotlib", *sorted(sys.stdlib_module_names))
_NO_SCREEN = "There is no screen here: leave out what draws."
_OTHERWISE = {"pytorch": "PyTorch is imported as `import torch`.", "tkinter": _NO_SCREEN, "_tkinter": _NO_SCREEN}
_MISFIT = (
    r"size mismatch for ([\w.]+): copying a param with shape torch\.Size\(\[([\d, ]*)\]\) from checkpoint, "
    r"the shape in current model is torch\.Size\(\[([\d, ]*)\]\)"
)
_ALIKE = 0.6
_VERY_ALIKE = 0.8  # what is imported may be a package that the learner knows and the course lacks
_MEMORY = "It needs more than the 2 GB that a submission may use."


def crash_of(error: BaseException, checks: str) -> str:
    """The exception that a check ended with of itself, and where: for the author of the check.

    Args:
        error: the exception; of several that Hypothesis found the first that is the check's own.
        checks: the name of the file of checks, whose lines say most.

    Returns:
        A line; empty where each of several is a verdict.

    Example:
        TypeError: 'int' object is not callable (test_linear.py:31, in compare.py:12)
    """
    ends = getattr(error, "exceptions", (error,))
    own = next((end for end in ends if not isinstance(end, CheckFailed | RaisedError | Interrupted)), None)
    if own is None:
        return ""
    frames = [(Path(frame.filename).name, frame.lineno) for frame in traceback.extract_tb(own.__traceback__)]
    in_checks = [frame for frame in frames if frame[0] == checks][-1:]
    places = [f"{file}:{line}" for file, line in dict.fromkeys([*in_checks, *frames[-1:]])]
    text = " ".join(str(own).split())
    text = text if len(text) <= _CRASH else f"{text[:_CRASH]} …"
    return f"{type(own).__name__}{': ' * bool(text)}{text}" + f" ({', in '.join(places)})" * bool(places)


def exception_sentence(
    error: RaisedError,
    name: str,
    signature: str,
    exercises: Sequence[str] = (),
    *,
    quiz: bool = False,
    helps: bool = True,
) -> str:
    """An exception of the learner's code, and what usually helps.

    Args:
        error: the exception.
        name: the function that was called.
        signature: how it is called.
        exercises: the exercises of the unit, which a learner may try to import.
        quiz: whether the file holds answers, so that a bare name is one that lacks its quotes.
        helps: whether to say what usually helps.
    """
    if error.type_name == "StandInError":
        return _of_stand_in(error, exercises)
    if error.type_name == "TypeError" and error.signature and not error.frames and signature:
        return f"{name} is called as {signature}, and yours takes {error.signature}."
    if error.type_name == "RuntimeError" and "modified by an inplace operation" in error.message:
        return "RuntimeError: backward() needs a tensor that was changed in place since. Is step() before backward()?"
    shapes = re.search(_MISFIT, error.message)
    if error.type_name == "RuntimeError" and shapes is not None:
        return f"{shapes[1]} of your module has shape ({shapes[3]}); ({shapes[2]}) is wanted."
    if error.type_name == "RuntimeError" and "can't allocate memory" in error.message:
        return f"MemoryError: {_MEMORY}"
    message = error.message.rstrip()
    text = f"{error.type_name}: {message}" if message else error.type_name
    if not helps:
        return text
    hint = _unquoted(error) if quiz else ""
    hint = hint or next((found for help_ in _HELPS if (found := help_(error))), "") or _import_hint(error, exercises)
    separator = " " if text.endswith((".", "!", "?")) else ". "
    return f"{text}{separator}{hint}" if hint else text


def _by_type(error: RaisedError) -> str:
    kinds = {error.type_name, *error.bases}
    if kinds & _NETWORK:
        return "There is no network here: an exercise needs none."
    by_name = {
        "SystemExit": "Your code ends the program (sys.exit or exit). Return a value, or raise an exception.",
        "EOFError": "Nobody is there to answer input(): use the function's arguments.",
        "BdbQuit": "A breakpoint() has nobody to talk to here: run `grade --debug`, or take it out.",
        "PermissionError": _NOTHING_ELSE,
        "RecursionError": "The recursion has no end, or is too deep for Python: use a loop.",
        "MemoryError": _MEMORY,
        "TclError": _NO_SCREEN,
        "InductorError": "torch.compile needs a C++ compiler, and none is here: leave it out.",
    }
    return by_name.get(error.type_name, "")


# What is found in messages, the first that fits: the type (of any, where it is empty), a pattern, what helps.
_MESSAGES: tuple[tuple[str, str, str], ...] = (
    ("", "Operation not permitted|Read-only file system", _NOTHING_ELSE),
    ("", "File too large|inline_container", "A file may have 16 MB at most."),
    (
        "",
        r"\A(?=.*CUDA)(?=.*(?:not compiled|No CUDA|driver))",  # each looked for once, however often the other is said
        "Grading runs on the CPU: leave .cuda() and device='cuda' out.",
    ),
    ("", "Cannot load backend|no display", _NO_SCREEN),
    (
        "",
        r"expected (scalar type|m1 and m2 to have the same dtype)|same dtype|but found (Double|Float|Long)",
        "Two dtypes meet. Give new tensors that of the input, torch.ones(T, T, dtype=x.dtype), and a model its data's.",
    ),
    (
        "",
        r"Error\(s\) in loading state_dict",
        "The check gives your module weights under the names that the exercise states.",
    ),
    (
        "",
        "mismatch in its core dimension",
        "The inner sizes must agree, (n, k) @ (k, m): print both shapes. Is a .T missing, or one too many?",
    ),
    (
        "",
        r"The size of tensor a \(\d+\) must match the size of tensor b|operands could not be broadcast",
        "Shapes are matched from the right, and only a 1 stretches: print both.",
    ),
    (
        "RuntimeError",
        "stack expects each tensor to be equal size",
        "The tensors have different lengths: a slice that reaches beyond the end is shorter.",
    ),
    (
        "IndexError",
        "index out of range in self",
        "An nn.Embedding has no such row: tokens go into a table of tokens, places 0 to T - 1 into one of positions.",
    ),
    (
        "",
        "'NoneType' object (has no attribute|is not)",
        "A function without a return gives None, and so does a method that changes its object in place.",
    ),
    (
        "RuntimeError",
        "a (leaf Variable|view of a leaf Variable) that requires grad is being used in an in-place operation",
        "A parameter may be changed in place through p.data, or under torch.no_grad(), where nothing is recorded.",
    ),
    (
        "UnboundLocalError",
        "",
        "No line that ran before this one gives it a value: is a case missing?",
    ),
    (
        "RuntimeError",
        "view size is not compatible",
        "An argument may be a view of another tensor, as a transposed one is.",
    ),
    (
        "RuntimeError",
        "more than one element of the written-to tensor refers to a single memory location",
        "You write into an argument, one that was expanded: work on a copy of it.",
    ),
    ("FileNotFoundError", "", _NO_FILES),
)


def _by_message(error: RaisedError) -> str:
    if error.type_name in {"FileNotFoundError", "OSError"} and any("DataLoader" in frame[3] for frame in error.frames):
        return "A DataLoader cannot start workers here: num_workers=0 is the default."
    for kind, pattern, help_ in _MESSAGES:
        if kind in {"", error.type_name} and re.search(pattern, error.message, re.DOTALL):
            return help_
    return ""


def _by_product(error: RaisedError) -> str:
    """Which sizes of a matrix product do not agree, and what could bring them together."""
    found = re.search(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)", error.message)
    if found is None:
        return ""
    n, k, inner, m = map(int, found.groups())
    said = f"The inner sizes must agree, (n, k) @ (k, m), and here they are {k} and {inner}: print both shapes."
    if k > 0 and inner % k == 0 and n % (inner // k) == 0:  # torch counts all axes before the last as rows
        return f"{said} Do the last two axes of the left one belong together, by .reshape?"
    return f"{said} Is a .T missing, or one too many?" if n == inner or k == m else said


def _by_attribute(error: RaisedError) -> str:
    if error.type_name != "AttributeError" or not error.name:
        return ""
    return _did_you_mean(error.name, error)


def _by_name(error: RaisedError) -> str:
    found = re.match(r"name '(\w+)' is not defined", error.message)
    if error.type_name != "NameError" or found is None:
        return ""
    missing = found[1]
    if missing in _ALIASES:
        return f"Add `{_ALIASES[missing]}` at the top."
    return _did_you_mean(missing, error)


def _did_you_mean(missing: str, error: RaisedError) -> str:
    near = _near(missing, error)
    return f"Did you mean {near}?" if near and "Did you mean" not in error.message else ""


def _near(missing: str, error: RaisedError) -> str | None:
    """The name that was likely meant, of those that came with the exception; they are the submission's word."""
    names = (name for name in error.names if name != missing)
    return closest(missing, names, cutoff=_ALIKE)


def _unquoted(error: RaisedError) -> str:
    found = re.match(r"name '(\w+)' is not defined", error.message)
    if error.type_name != "NameError" or found is None or found[1] in _ALIASES:
        return ""
    return f'{"Letters" if len(found[1]) == 1 else "Answers"} go in quotes: "{found[1]}".'


_HELPS: tuple[Callable[[RaisedError], str], ...] = (_by_type, _by_product, _by_message, _by_name, _by_attribute)


def where_it_hides(text: str, name: str) -> str:
    """Where a file defines a name, if not at its top level: in a class, a function, or below ``__main__``."""
    tree = tree_of(text)
    for outer in tree.body if tree is not None else ():
        for node in ast.walk(outer):
            if node is outer or getattr(node, "name", None) != name or not isinstance(node, _DEFINITIONS):
                continue
            if isinstance(outer, ast.ClassDef):
                place = f"inside the class {printable(outer.name)}"
            elif isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
                place = f"inside the function {printable(outer.name)}"
            else:
                below_main = isinstance(outer, ast.If) and is_main_guard(outer.test)
                place = 'below `if __name__ == "__main__":`' if below_main else "indented"
            return f" It is {place}: move it to the top level."
    return ""


def while_loops_in(text: str, name: str) -> list[int]:
    """The lines of the ``while`` loops of a function, of a method, ``Head.forward``, or of a whole class."""
    tree = tree_of(text)
    found: list[ast.AST] = [tree] if tree is not None else []
    for part in name.split("."):
        found = [node for outer in found for node in getattr(outer, "body", ()) if getattr(node, "name", None) == part]
    return sorted({node.lineno for part in found for node in ast.walk(part) if isinstance(node, ast.While)})


def has_code_before(text: str, line: int) -> bool:
    """Whether a function's ``raise`` on this line has code of the learner's above it."""
    for node in nodes_of(text):
        if isinstance(node, ast.FunctionDef):
            body = [
                part for part in node.body if not isinstance(part, ast.Expr) or not isinstance(part.value, ast.Constant)
            ]
            if len(body) > 1 and any(isinstance(part, ast.Raise) and part.lineno == line for part in body[1:]):
                return True
    return False


def parameters_in(text: str, name: str) -> list[str]:
    """The parameters with which a file defines a function, or a method: ``Head.forward``, without its self."""
    owner, _, name = name.rpartition(".")
    tree = tree_of(text)
    body = tree.body if tree is not None else []
    if owner:
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == owner), [])
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return [arg.arg for arg in [*node.args.posonlyargs, *node.args.args]][bool(owner) :]
    return []


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _of_stand_in(error: RaisedError, exercises: Sequence[str]) -> str:
    """A package was used that is not there; importing it had cost nothing."""
    package = error.name.partition(".")[0]
    hint = _instead_of(package, exercises)
    if not hint:
        real = closest(package, _REAL, cutoff=_VERY_ALIKE)
        if real and real != package and abs(len(real) - len(package)) <= 1:
            hint = f"Did you mean {real}?"
    return f"{error.message}. {hint or 'Write what is graded without it; an import that is never used costs nothing.'}"


def _instead_of(package: str, exercises: Sequence[str]) -> str:
    """What was meant by a package that is not there, where that is the learner's own file or another name."""
    if package in exercises:
        return f"Write `from .{package} import …`, with the dot: it lies beside this file."
    near = closest(package, exercises, cutoff=_VERY_ALIKE)
    if near:
        return f"Did you mean `from .{near} import …`?"
    return _OTHERWISE.get(package, "")


def _import_hint(error: RaisedError, exercises: Sequence[str]) -> str:
    if "ImportError" not in (error.type_name, *error.bases):
        return ""
    if "attempted relative import" in error.message:
        return "Import other exercises as the stubs do: from .forward import forward"
    if "partially initialized module" in error.message:
        return "The files import each other in a circle, or one imports itself."
    wanted = re.match(r"cannot import name '(\w+)' from", error.message)
    if wanted is not None:
        near = _near(wanted[1], error)
        return f"It defines {near}: did you mean that?" if near else ""
    name = error.name.rpartition(".")[2]
    if error.type_name != "ModuleNotFoundError" or not name:
        return ""
    if error.name.startswith(_ROOT) and (name in exercises or not closest(name, exercises, cutoff=_VERY_ALIKE)):
        path = error.name.removeprefix(_ROOT).replace(".", "/")
        return f"{path}.py is not in the submission: it is looked for beside this file. Hand it in, too."
    return _instead_of(name, exercises) or "The course's packages are numpy, torch and the standard library."
