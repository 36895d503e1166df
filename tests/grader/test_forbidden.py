"""Finding what an exercise forbids, in the source: what is a use, and, as important, what is none."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time

import pytest
from sandboxed import ROOT, solutions_with

from grader.course import SourceFile, find_course
from grader.course.forbidden import find_forbidden
from grader.diagnosis.bank import read_bank
from grader.reports.model import Status, Verdict

FORBIDS = (
    *("torch.autograd", "torch.func", "Tensor.backward"),
    *("torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss"),
)


def source(text, module="lecture5.linear"):
    return SourceFile(module, f"exercises/{module.replace('.', '/')}.py", textwrap.dedent(text))


def uses(text, forbids=FORBIDS, imported=()):
    return find_forbidden(source(text), forbids, [source(other, "lecture5.other") for other in imported])


# the code -> the forbidden name, the line, what the line is said to do
USES = {
    "import torch.autograd": ("torch.autograd", 1, "imports torch.autograd"),
    "import torch.autograd as ag": ("torch.autograd", 1, "imports torch.autograd"),
    "from torch import autograd": ("torch.autograd", 1, "imports torch.autograd"),
    "from torch import nn, autograd as a": ("torch.autograd", 1, "imports torch.autograd"),
    "from torch.autograd import grad": ("torch.autograd", 1, "imports torch.autograd.grad"),
    "from torch.autograd import *": ("torch.autograd", 1, "imports torch.autograd"),
    "from torch.autograd.functional import jacobian as j": ("torch.autograd", 1, "imports torch.autograd.functional"),
    "import torch\ng = torch.autograd.grad(y, x)": ("torch.autograd", 2, "uses torch.autograd.grad"),
    "import torch\ng = torch.autograd\ny = g.grad(l, x)": ("torch.autograd", 2, "uses torch.autograd"),
    "import torch as t\nt.autograd.backward(l)": ("torch.autograd", 2, "uses torch.autograd.backward"),
    "import torch.nn\nx = torch.autograd": ("torch.autograd", 2, "uses torch.autograd"),
    "import torch\nt = torch\nt.autograd.grad": ("torch.autograd", 3, "uses torch.autograd.grad"),
    "import torch\na, t = 1, torch\nt.autograd.grad": ("torch.autograd", 3, "uses"),
    "import torch\nif (t := torch).autograd.grad: pass": ("torch.autograd", 2, "uses"),
    "import torch\ndef f(x, t=torch): return t.autograd.grad(x)": ("torch.autograd", 2, "uses"),
    "import torch\ndef f():\n    def g():\n        return torch.func.grad\n": ("torch.func", 4, "uses torch.func.grad"),
    "def f():\n    import torch\n    return lambda x: torch.func.vjp(x)": ("torch.func", 3, "uses torch.func.vjp"),
    "import torch\nclass A:\n    t = torch\n    g = t.autograd.grad": ("torch.autograd", 4, "uses"),
    "def f():\n    global t\n    import torch as t\ndef g(): t.autograd": ("torch.autograd", 4, "uses"),
    "try:\n    import torch as t\nexcept ImportError:\n    t = None\nt.autograd": ("torch.autograd", 5, "uses"),
    'import torch\ngetattr(torch, "autograd").grad(y, x)': ("torch.autograd", 2, "uses torch.autograd.grad"),
    'import torch\ngetattr(torch, "auto" + "grad")': ("torch.autograd", 2, "reaches torch.autograd"),
    'import torch\nn = "auto"\ngetattr(torch, f"{n}grad")': ("torch.autograd", 3, "reaches torch.autograd"),
    'import torch\ngetattr(torch, "".join(["auto", "grad"]))': ("torch.autograd", 2, "reaches torch.autograd"),
    '__import__("torch.autograd")': ("torch.autograd", 1, "imports torch.autograd"),
    '__import__("torch").autograd.grad': ("torch.autograd", 1, "uses torch.autograd.grad"),
    'import importlib\nimportlib.import_module("torch.autograd")': ("torch.autograd", 2, "reaches torch.autograd"),
    'from importlib import import_module as i\ni("torch").autograd': ("torch.autograd", 2, "uses"),
    'import sys\nsys.modules["torch.autograd"].grad': ("torch.autograd", 2, "uses torch.autograd.grad"),
    'import sys\nsys.modules.get("torch").autograd': ("torch.autograd", 2, "uses torch.autograd"),
    'import torch\nvars(torch)["autograd"]': ("torch.autograd", 2, "reaches torch.autograd"),
    'import torch\ntorch.__dict__["autograd"]': ("torch.autograd", 2, "reaches torch.autograd"),
    'import torch\nexec("torch.autograd.grad")': ("torch.autograd", 2, "uses torch.autograd.grad"),
    "eval(\"__import__('torch').autograd\")": ("torch.autograd", 1, "uses torch.autograd"),
    "from torch import *\nautograd.grad(y, x)": ("torch.autograd", 2, "uses torch.autograd.grad"),
    "from torch.nn.functional import *\nl = cross_entropy(x, y)": ("torch.nn.functional.cross_entropy", 2, "uses"),
    "import torch\n@torch.enable_grad()\ndef f(): pass": ("torch.autograd", 2, "uses torch.enable_grad"),
    "import torch\nwith torch.enable_grad(): pass": ("torch.autograd", 2, "uses torch.enable_grad"),
    "import torch\ntorch.set_grad_enabled(True)": ("torch.autograd", 2, "asks autograd to record gradients"),
    "import torch\nwith torch.inference_mode(False): pass": ("torch.autograd", 2, "asks autograd"),
    "def f(x):\n    x = x.clone().requires_grad_()": ("torch.autograd", 2, "asks autograd to record gradients"),
    "def f(x): x.requires_grad_(True)": ("torch.autograd", 1, "(requires_grad_())"),
    "def f(x):\n    x.requires_grad = True": ("torch.autograd", 2, "(requires_grad = True)"),
    "import torch\nx = torch.zeros(3, requires_grad=True)": ("torch.autograd", 2, "(requires_grad=True)"),
    "def f(x): return x.new_tensor([1.0], requires_grad=True)": ("torch.autograd", 1, "(requires_grad=True)"),
    "def f(loss): loss.backward()": ("Tensor.backward", 1, "uses Tensor.backward"),
    "def f(loss): loss.sum().backward(retain_graph=True)": ("Tensor.backward", 1, "uses Tensor.backward"),
    "def f(c): c['loss'].backward()": ("Tensor.backward", 1, "uses Tensor.backward"),
    "def f(self): self.loss.backward()": ("Tensor.backward", 1, "uses Tensor.backward"),
    "def f(loss):\n    b = loss.backward\n    b()": ("Tensor.backward", 2, "uses Tensor.backward"),
    'def f(loss): getattr(loss, "backward")()': ("Tensor.backward", 1, "uses Tensor.backward"),
    'import operator as o\no.methodcaller("backward")(loss)': ("Tensor.backward", 2, "uses Tensor.backward"),
    "from .forward import forward\ndef f(x): forward(x).backward()": ("Tensor.backward", 2, "uses"),
    "from torch import Tensor\nTensor.backward(loss)": ("Tensor.backward", 2, "uses torch.Tensor.backward"),
    "import torch.nn.functional as F\nl = F.cross_entropy(x, y)": ("torch.nn.functional.cross_entropy", 2, "uses"),
    "from torch.nn import functional as F\nl = F.cross_entropy(x, y)": ("torch.nn.functional.cross_entropy", 2, ""),
    "from torch import nn\nl = nn.functional.nll_loss(x, y)": ("torch.nn.functional.nll_loss", 2, "uses"),
    "import torch\nl = torch.nn.functional.cross_entropy(x, y)": ("torch.nn.functional.cross_entropy", 2, "uses"),
    "from torch.nn.functional import cross_entropy as ce": ("torch.nn.functional.cross_entropy", 1, "imports"),
    "import torch.nn as nn\nl = nn.CrossEntropyLoss()(x, y)": ("torch.nn.CrossEntropyLoss", 2, "uses"),
    "from torch.nn.modules.loss import CrossEntropyLoss": ("torch.nn.CrossEntropyLoss", 1, "imports"),
    "import torch\ntorch.nn.modules.CrossEntropyLoss": ("torch.nn.CrossEntropyLoss", 2, "uses"),
    "import torch\ntorch.ops.aten.cross_entropy_loss(x, y)": ("torch.nn.functional.cross_entropy", 2, "uses"),
    "import torch\ntorch.ops.aten.mm(x, y)": ("torch.autograd", 2, "uses torch.ops.aten.mm"),
    "import torch\ntorch._C._nn.nll_loss(x, y)": ("torch.nn.functional.nll_loss", 2, "uses"),
    "import functorch": ("torch.autograd", 1, "imports functorch"),
}


@pytest.mark.parametrize("text", USES)
def test_a_use_is_found_with_its_line(text):
    found = uses(text)
    assert found, "not found"
    name, line, how = USES[text]
    assert (found[0].name, found[0].line) == (name, line)
    assert how in found[0].how
    assert found[0].text == text.split("\n")[line - 1].strip()


NO_USES = [
    "# torch.autograd.grad, loss.backward()",
    '"""Compare with torch.autograd.grad and loss.backward()."""',
    'def f():\n    """As loss.backward() does."""\n    return "torch.autograd"',
    'print("loss.backward()")',
    "import torch\nx = torch.softmax(y, 1)",
    "import torch.nn.functional as F\nx = F.softmax(y, 1); z = F.one_hot(y, 3); w = F.log_softmax(y, 1)",
    "from torch import nn\nx = nn.functional.softmax(y, 1)\nm = nn.Linear(3, 4)",
    "import torch\nwith torch.no_grad(): pass",
    "import torch\n@torch.no_grad()\ndef f(): pass",
    "import torch\n@torch.inference_mode()\ndef f(): pass",
    "from torch.autograd import no_grad",
    "import torch\ntorch.set_grad_enabled(False)\ntorch.is_grad_enabled()",
    "import torch\ntorch.manual_seed(1)\ng = torch.Generator()",
    "def f(x): return x.detach().requires_grad_(False)",
    "import torch\nx = torch.zeros(3, requires_grad=False)",
    "def f(x):\n    x.requires_grad = False",
    "def f(p):\n    p.grad = None\n    return p.grad, p.requires_grad",
    "autograd = 3\nprint(autograd)",
    "def f(autograd): return autograd.grad(3)",
    "class autograd:\n    grad = 1\nautograd.grad",
    "from .autograd import grad\ngrad(1)",
    "from . import autograd\nautograd.grad(1)",
    "from exercises.lecture5 import autograd\nautograd.grad(1)",
    "from micrograd.autograd import grad\ngrad(1)",
    "def cross_entropy(x, y): return x\nl = cross_entropy(1, 2)",
    "from torch.nn.functional import *\ndef cross_entropy(x, y): return x\nl = cross_entropy(1, 2)",
    "from .cross_entropy import cross_entropy\nl = cross_entropy(1, 2)",
    "class F:\n    def cross_entropy(x, y): return x\nl = F.cross_entropy(1, 2)",
    "import torch.nn.functional as F\nclass F:\n    cross_entropy = 1\nl = F.cross_entropy(1, 2)",
    "import torch.nn.functional as F\ndef f(F): return F.cross_entropy(1, 2)",
    "import torch.nn.functional as F\ng = lambda F: F.cross_entropy",
    "import torch.nn.functional as F\nx = [F.cross_entropy for F in things]",
    "self_entropy = losses.cross_entropy",
    "import torch\ndef f(torch): return torch.autograd",
    "def backward(c): return c\nd = backward(1)",
    "dlogits_backward = 3\nprint(dlogits_backward)",
    "from .linear import linear_backward\nlinear_backward(1, 2, 3)",
    "from . import linear\nlinear.backward(1)",
    "import linear\nlinear.backward(1)",
    "class A:\n    def backward(self, d): return d\n    def f(self): return self.backward(1)",
    "class A:\n    def backward(self, d): return d\ndef f(layer, d): return layer.backward(d)",
    "class A:\n    def backward(self, d): return d\nfor layer in layers: d = layer.backward(d)",
    "class A:\n    def backward(self, d): return super().backward(d)",
    "class A(B):\n    def f(self, d): return super().backward(d)",
    "class A(B): pass\nA().backward()",
    "class A(B): pass\na = A()\na.backward()",
    "class A(B): pass\nA.backward(1)",
    "from .head import Head\nhead = Head(3)\nhead.backward(1)",
    "from .head import Head\nHead(3).backward(1)",
    "from exercises.lecture7.head import Head\nHead(3).backward(1)",
    "import mine\nmine.Layer(3).backward(1)",
    "def f(out):\n    def back(): pass\n    out.backward = back\n    out.backward()",
    "from types import SimpleNamespace\nop = SimpleNamespace(backward=1)\nfor o in ops: o.backward(2)",
    "from collections import namedtuple\nOp = namedtuple('Op', 'forward backward')\nfor o in ops: o.backward(2)",
    "from typing import NamedTuple\nclass Op(NamedTuple):\n    backward: object\nfor o in ops: o.backward(2)",
    "class A:\n    def step(self): self.backward()",
    "class Value:\n    def __init__(self, requires_grad): self.requires_grad = 1\nValue(requires_grad=True)",
    "class Value:\n    def __init__(self, x): self.requires_grad = True\nv = make()\nv.requires_grad = True",
    "class Value:\n    def requires_grad_(self): return self\nmake().requires_grad_()",
    "def make(requires_grad=False): pass\nmake(requires_grad=True)",
    'if __name__ == "__main__":\n    import torch\n    torch.autograd.grad(y, x)\n    loss.backward()',
    "if '__main__' == __name__:\n    loss.backward()",
    "import numpy as np\nnp.func.grad(1)\nfunc = np.autograd",
    "import torch\nfunc = torch.tanh\nfunc(x).func",
    "import torch\nx = torch.functional.einsum('ij->i', y)",
    "import torch.nn as nn\nclass M(nn.Module):\n    def __init__(self): self.loss = nn.MSELoss()",
    "import torch\nopt = torch.optim.SGD([p], lr=1); opt.zero_grad(); opt.step()",
    "getattr(x, name)\nimport importlib\nimportlib.import_module(name)\n__import__(name)",
    'import importlib\nimportlib.import_module(".autograd", __package__).grad',
    "x: 'torch.autograd.Variable' = 1",
    "import torch\ngrad = {}\ngrad['autograd'] = torch",
]


@pytest.mark.parametrize("text", NO_USES)
def test_nobody_is_accused_of(text):
    compile(text, "x.py", "exec")
    assert uses(text) == ()


def test_only_what_is_forbidden_counts():
    text = "import torch\nloss.backward()\nx.requires_grad_()\ntorch.nn.functional.cross_entropy(x, y)\n"
    assert uses(text, ()) == ()
    assert [use.line for use in uses(text, ["torch.nn.functional.cross_entropy"])] == [4]
    assert [use.line for use in uses(text, ["Tensor.backward"])] == [2]
    assert [(use.line, use.name) for use in uses(text, ["torch.autograd"])] == [
        (2, "torch.autograd"),
        (3, "torch.autograd"),
    ]
    assert uses("import torch\ntorch.func.vmap(f)", ["torch.autograd"]) == ()


def test_a_function_of_functional_is_the_same_without_it():
    assert [use.line for use in uses("import torch\ntorch.batch_norm(x)", ["torch.nn.functional.batch_norm"])] == [2]
    assert uses("import torch\nx.var(0); torch.layer_norm(x)", ["torch.nn.functional.batch_norm"]) == ()


def test_any_package_can_be_forbidden():
    assert [use.how for use in uses("import numpy as np\nnp.linalg.solve(a, b)", ["numpy.linalg"])] == [
        "uses numpy.linalg.solve"
    ]
    assert [use.how for use in uses("total = sum(x)", ["builtins.sum"])] == ["uses builtins.sum"]
    assert uses("def sum(x): return x\ntotal = sum(x)", ["builtins.sum"]) == ()


def test_every_line_is_told_once_and_in_order():
    text = "import torch\ndef f(x):\n    x.requires_grad_(); x.requires_grad_()\n    x.backward()\ntorch.func.grad(f)\n"
    assert [(use.line, use.name) for use in uses(text)] == [
        *((3, "torch.autograd"), (4, "Tensor.backward"), (5, "torch.func")),
    ]


def test_methods_of_imported_classes_are_no_tensors():
    text = "def f(layers, d):\n    for layer in layers: d = layer.backward(d)\n"
    assert uses(text) != ()
    assert uses(text, imported=["class Linear:\n    def backward(self, d): return d\n"]) == ()


STRANGE = {
    "no Python": "def f(:",
    "empty": "",
    "a zero byte": "x = 1\0",
    "deeply nested": "x = " + "(" * 150 + "1" + ")" * 150,
    "too deeply nested": "x = " + "(" * 5000 + "1" + ")" * 5000,
    "a long sum": "x = " + " + ".join(["1"] * 3000),
    "a long text": "import torch\ngetattr(torch, " + " + ".join(["'a'"] * 3000) + ")",
    "a long chain": "x" + ".a()" * 900,
    "long lists": "x = [" + "1, " * 50_000 + "]",
    "many functions": "\n".join(f"def f{n}(x): return x.a" for n in range(5_000)),
    "many imports": "\n".join(f"import torch as t{n}\nt{n}.x" for n in range(5_000)),
    "an alias of itself": "import torch\nt = torch\n" + "t = t.t\n" * 5000,
    "a doubling alias": "import torch\nt = u = torch\n" + "t, u = (t or u), (u if t else t)\n" * 3000,
    "unicode": "ｔorch = 1\nimport torch\nt\u00fcr = torch.\U0001d41a\n",
    "a form feed": "import torch\n\f\nx = 1\n",
    "nested evals": "eval(" * 30 + "'1'" + ")" * 30,
    "an eval of itself": "e = 'eval(e)'\nexec(e)\neval(e)",
}


@pytest.mark.parametrize("what", STRANGE)
def test_no_content_makes_it_fail_or_wait(what):
    start = time.process_time()
    assert uses(STRANGE[what]) == ()
    assert time.process_time() - start < 4


def test_a_fault_is_not_looked_into():
    assert find_forbidden(SourceFile("a.b", "a/b.py", "", fault="no text"), FORBIDS) == ()


def course_texts():
    """Every correct or known-wrong answer of the course, with what its exercise forbids."""
    for exercise in find_course(ROOT).exercises:
        yield f"{exercise.id} solution", exercise, exercise.solution.read_text()
        yield f"{exercise.id} stub", exercise, exercise.stub.read_text()
        for path in sorted(exercise.alternatives.glob("*.py")):
            yield f"{exercise.id} {path.name}", exercise, path.read_text()
        for entry in read_bank(exercise.bank, exercise.solution):
            yield f"{exercise.id} {entry.name}", exercise, entry.source


def test_no_answer_of_the_course_is_accused():
    found = {name: find_forbidden(source(text, e.id), e.forbids) for name, e, text in course_texts()}
    assert len(found) > 50
    assert {name: uses for name, uses in found.items() if uses} == {}


# -- in a run ------------------------------------------------------------------------------------------------------

WHY = "this unit is about writing the gradient yourself"
RIGHT = """
import torch
import torch.nn.functional as F
def cross_entropy_backward(logits, targets):
    {first}
    d = torch.softmax(logits, 1)
    d[range(len(d)), targets] -= 1
    return d / len(d)
{below}
"""


def grade(session, first="pass", below=""):
    text = RIGHT.format(first=first, below=below)
    exercises = session.course.resolve(["lecture5.cross_entropy"])
    report = session.grade(exercises, solutions_with(session.course, cross_entropy=text), 5)
    assert report.faults == ()
    return report.exercises[0]


def test_a_use_in_the_source_fails_every_check_and_says_why(lecture5):
    result = grade(lecture5, "x = logits.clone().requires_grad_()\n    F.cross_entropy(x, targets).backward()")
    assert {check.verdict for check in result.checks} == {Verdict.FORBIDDEN}
    assert (result.earned, result.status) == (0, Status.FAILED)
    failure = result.checks[0].failure
    assert failure.headline == (
        f"Line 5 asks autograd to record gradients (requires_grad_()), which is not allowed here: {WHY}. "
        'The same goes for line 6. To compare with it, use it below if __name__ == "__main__":'
    )
    assert failure.location == "exercises/lecture5/cross_entropy.py:5"
    assert failure.traceback[0].source == "x = logits.clone().requires_grad_()"


def test_a_use_that_shows_only_while_it_runs_is_told_alike(lecture5):
    result = grade(lecture5, 'getattr(F, "_cross_entropy"[1:])(logits, targets)')
    assert {check.verdict for check in result.checks} <= {Verdict.FORBIDDEN, Verdict.BLOCKED}
    failure = result.checks[0].failure
    assert failure.headline == f"Line 5 uses torch.nn.functional.cross_entropy, which is not allowed here: {WHY}."
    assert failure.location == "exercises/lecture5/cross_entropy.py:5"


def test_a_use_while_importing_is_told_alike(lecture5):
    result = grade(lecture5, below='getattr(torch.zeros(2), "requires_" + "grad_".lower())()')
    assert {check.verdict for check in result.checks} == {Verdict.FORBIDDEN}
    assert result.checks[0].failure.headline.startswith("Line 9 uses requires_grad_(), which is not allowed here")


def test_a_comparison_below_the_main_guard_is_no_use(lecture5):
    result = grade(lecture5, below='if __name__ == "__main__":\n    F.cross_entropy(1, 2).backward()')
    assert result.status is Status.PASSED


def test_it_starts_fast():
    code = "import sys, grader.course.forbidden; sys.exit(bool({'torch', 'numpy', 'msgspec'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


GETS = "import torch\nh = torch.get if x else torch.a.get if y else torch.b.get if z else torch.c.get\n"
HOSTILE = {
    "names": "import torch\nn = 'a' if x else 'b' if y else 'c' if z else 'd'\nv = "
    + "getattr(" * 25 + "torch" + ", n)" * 25,
    "functions": GETS + "v = " + "h(" * 25 + "'a'" + ")" * 25,
    "methods": "import torch\nv = torch" + ".join(x)" * 200,
    "stars": "from torch import *\n" * 12_000 + "a\n" * 20_000,
    "packages": "".join(f"from p{i} import *\n" for i in range(12_000)) + "a\n" * 20_000,
    "guards": "if " + "-" * 900 + "1 == 2: pass\n",
    "chains": "if a" + ".b" * 1_500 + " == 2: pass\n",
    "setattr": "import torch\nbackward = 1\nv = setattr([" + "'a',\n" * 20_000 + "])" + ".setattr()" * 900,
    "sums": "x = " + "+".join(["'a'"] * 2_000),
    "choices": "v = " + "a if b else " * 900 + "c",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_keeps_the_reader_busy(text):
    start = time.process_time()
    uses(text)
    assert time.process_time() - start < 3


def test_what_stands_behind_costly_expressions_is_found_still():
    text = HOSTILE["names"] + "\n" + HOSTILE["methods"] + "\ntorch.autograd.grad(y, x)\n"
    assert uses(text)[-1].how == "uses torch.autograd.grad"
