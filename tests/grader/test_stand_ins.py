"""What is imported and not there: the import costs nothing, annotations and decorators neither, only the use does."""

from __future__ import annotations

import builtins
import contextlib
import textwrap

import numpy as np
import pytest
from sandboxed import ROOT, ask_in, solutions_with, workers

from grader.course import SourceFile, find_course
from grader.course.forbidden import find_forbidden
from grader.reports.model import Status, Verdict
from grader.reports.text_page import render_text
from grader.sandbox.choice import choose
from grader.sandbox.client import ZygoteProcess
from grader.sandbox.peers import RemotePeer
from grader.sandbox.proxy import Conversation, SubmissionProxy
from grader.sandbox.reading import Reading
from grader.sandbox.request import RaisedError
from grader.sandbox.stand_ins import StandIn, StandIns
from grader.sandbox.zygote import Setup
from grader.session.grading import Session
from grader.session.options import RunOptions
from grader.session.sentences import exception_sentence

NUMPY_ALONE = "this exercise is written with NumPy alone"


@pytest.fixture(scope="module")
def numpy_alone():
    barred = dict.fromkeys(("torch", "torchvision"), NUMPY_ALONE)
    with workers(Setup(packages="numpy", hidden=(str(ROOT),), barred=barred)) as process:
        yield process


@pytest.fixture
def ask(numpy_alone):
    with contextlib.ExitStack() as stack:
        yield lambda text, seconds=10.0: ask_in(numpy_alone, text, stack, seconds)


@pytest.fixture
def uses(ask):
    """What a call of f says of a use, as the learner reads it."""

    def said(text, *args):
        with pytest.raises(RaisedError) as caught:
            ask(text).f(*args)
        assert caught.value.type_name == "StandInError"
        return exception_sentence(caught.value, "f", "f(x)", ["linear", "softmax"])

    return said


RIGHT = "\ndef f(x):\n    return x + 1\n"
IMPORTS = {
    "plain": "import nowhere\nimport nowhere.inside.deeper as deep\nfrom nowhere.other import This, that as those\n",
    "in a function": "def g():\n    import nowhere\n    from nowhere import this\n    return 1\ng()\n",
    "a part of what is there": "from matplotlib.nowhere import this\n",
    "star": "from nowhere import *\n",
    "torch": "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nfrom torch import Tensor\n",
    "hidden": "import pytest, hypothesis, sympy, requests\nfrom sympy.abc import x as unknown\n",
    "top level": """
        import seaborn_of_nobody as sns, wandb_of_nobody as wandb
        from google.colab import drive
        drive.mount("/content/drive")
        sns.set(style="dark")
        sns.options.depth.max = 3
        sns.params["font"] = 12
        run = wandb.init(project=f"{sns.__version__}")
        with sns.style("dark") as style:
            style.set()
        X, y = sns.load()
        (a, b, c), *rest = sns.split(X, y)
        total = 2 * X.sum() + y[0] - a
        print(f"{total:.3f}", total, X)
        if total > 3 or not total:
            pass
    """,
    "progress": """
        from tqdm import tqdm, trange
        seen = 0
        for i in tqdm(range(4), desc="steps"):
            seen += i
        bar = trange(2)
        for i in bar:
            bar.set_postfix(seen=seen)
        assert seen == 6 and i == 1
    """,
    "annotations": """
        from jaxtyping_of_nobody import Float, Int, jaxtyped
        from torch import Tensor
        from typing import Optional
        from dataclasses import dataclass
        def g(x: Float[Tensor, "b t"], n: Int | None = None, m: None | Int = None, *a: Optional[Float]) -> "Tensor": ...
        @dataclass
        class Config:
            x: Float[Tensor, "b"]
            y: Optional[Tensor] = None
        rows: list[Tensor] = []
    """,
    "decorators": """
        import numba_of_nobody as numba, functools
        from beartype_of_nobody import beartype as typechecker
        from jaxtyping_of_nobody import jaxtyped
        @numba.njit
        def g(x): return x + 1
        @jaxtyped(typechecker=typechecker)
        @numba.njit(cache=True)
        def h(x): return g(x) - 1
        @functools.partial(numba.njit, parallel=True)
        def i(x):
            @numba.njit
            def inner(x): return x + 0
            return inner(x)
        @typechecker
        class A:
            @numba.jit
            def method(self): return 3
            @typechecker
            @property
            def size(self): return 4
            @typechecker
            @staticmethod
            def three(): return 3
        assert A().method() == A.three() == 3 and A().size == 4 and i(h(2)) == 2
    """,
    "classes": """
        import lightning_of_nobody as pl
        class Model(pl.LightningModule, frozen=True):
            def __init__(self, n): super().__init__()
        class Mixed(dict, pl.Mixin): ...
        class Deeper(Model): ...
        model = Model(3)
    """,
    "isinstance": "import torch\nassert not isinstance(3, torch.Tensor) and not issubclass(int, (torch.Tensor, str))\n",
}


@pytest.mark.parametrize("what", IMPORTS)
def test_importing_costs_nothing(ask, what):
    work = ask(textwrap.dedent(IMPORTS[what]) + RIGHT)
    assert work.f(np.ones(2)).tolist() == [2, 2]


USES = {
    "pd.DataFrame(x)": "pd.DataFrame() is used, but pandas_of_nobody is not installed here. Write what is graded",
    "pd.pi * x": "pandas_of_nobody.pi is used, but",
    "x * pd.pi": "pandas_of_nobody.pi is used, but",
    "float(pd.pi)": "pandas_of_nobody.pi is used, but",
    "np.exp(pd.pi)": "pandas_of_nobody.pi is used, but",
    "np.array(pd.pi)": "pandas_of_nobody.pi is used, but",
    "np.array([pd.pi, 2.0])": "pandas_of_nobody.pi is used, but",
    "range(pd.n)": "pandas_of_nobody.n is used, but",
    "[i for i in pd.rows]": "pandas_of_nobody.rows is used, but",
    "len(pd.rows)": "pandas_of_nobody.rows is used, but",
    "3 in pd.rows": "pandas_of_nobody.rows is used, but",
    "pd.rows['a'] + 1": "pandas_of_nobody.rows is used, but",
    "pd.n < 3": "pandas_of_nobody.n is used, but",
    "-pd.n": "pandas_of_nobody.n is used, but",
    "x.dot(pd.made)": "pandas_of_nobody.made is used, but",
    "early + x": "pandas_of_nobody.early() is used, but",
    "Frame()": "pandas_of_nobody.DataFrame() is used, but",
    "graded(x)": "pandas_of_nobody.vmap() is used, but",
    "loop()": "pandas_of_nobody.rows is used, but",
    "scope()": "pandas_of_nobody.scope() is used, but",
}
MODULE = """
import numpy as np
import pandas_of_nobody as pd

early = pd.early()

class Frame(pd.DataFrame):
    pass

@pd.vmap
def graded(x):
    return x

def loop():
    a, b = pd.rows

def scope():
    with pd.scope():
        pass

def f(x):
    return {}
"""


@pytest.mark.parametrize("use", USES)
def test_a_use_in_a_graded_call_is_said(uses, use):
    said = uses(MODULE.replace("{}", use), np.ones(2))
    assert USES[use].replace("pd.", "pandas_of_nobody.") in said


def test_the_line_of_the_use_is_known(ask):
    with pytest.raises(RaisedError) as caught:
        ask(MODULE.replace("{}", "pd.sum(x)")).f(1)
    assert caught.value.frames[-1][1:] == (22, "f", "return pd.sum(x)")


@pytest.mark.parametrize(
    "top, use, says",
    [
        ("import torch", "torch.tanh(x)", f"torch.tanh() is used, but {NUMPY_ALONE}."),
        ("import numpi as np", "np.tanh(x)", "numpi is not installed here. Did you mean numpy?"),
        ("import colections", "colections.Counter(x)", "Did you mean collections?"),
        ("from linear import forward", "forward(x)", "Write `from .linear import …`, with the dot"),
        ("from sofmax import forward", "forward(x)", "Did you mean `from .softmax import …`?"),
        ("import pytorch", "pytorch.tanh(x)", "PyTorch is imported as `import torch`."),
        ("import mytorch", "mytorch.tanh(x)", "mytorch is not installed here. Write what is graded without it"),
        ("import sympy", "sympy.tanh(x)", "sympy.tanh() is used, but sympy is not at hand here."),
        ("from google.colab import files", "files.upload()", "google.colab.files.upload() is used"),
        ("import turtle", "turtle.forward(x)", "turtle.forward() is used, but there is no screen here."),
        ("from tkinter import ttk", "ttk.Label(x)", "tkinter.ttk.Label() is used, but there is no screen here."),
        ("from matplotlib.nowhere import y", "y(x)", "matplotlib.nowhere.y() is used, but matplotlib.nowhere is not"),
    ],
)
def test_what_to_do_is_said(uses, top, use, says):
    if "sympy" in top and choose().kind == "portable":
        pytest.skip("what is installed is at hand for a portable worker")
    assert says in uses(f"{top}\ndef f(x):\n    return {use}\n", 1.0)


def test_a_name_of_a_star_that_found_nothing(ask):
    with pytest.raises(RaisedError, match="name 'plot' is not defined .*no pylab_of_nobody"):
        ask("from pylab_of_nobody import *\ndef f(x):\n    return plot(x)\n").f(1)


@pytest.mark.parametrize("conversion", ["len(a)", "float(a.b())", "np.array(a)", "[*a]", "int(a)"])
def test_what_cannot_be_put_off_is_said_at_once(numpy_alone, conversion):
    worker = numpy_alone.spawn()
    with contextlib.closing(worker):
        text = f"import numpy as np\nimport nowhere as a\nprint({conversion})\n"
        kind, value = RemotePeer(worker).load({"unit.work": (text, "unit/work.py")}, "unit.work", 20)
    assert (kind, value["type"]) == ("err", "StandInError")
    assert "nowhere is not installed here" in value["message"]


GUARDS = {
    "try:\n    import nowhere\nexcept ImportError:\n    nowhere = None\n": True,
    "try:\n    import nowhere\nexcept (OSError, ModuleNotFoundError):\n    nowhere = None\n": True,
    "try:\n    import nowhere\nexcept:\n    nowhere = None\n": True,
    "try:\n    if True:\n        import nowhere\nexcept Exception as error:\n    nowhere = None\n": True,
    "import contextlib\nnowhere = None\nwith contextlib.suppress(ImportError):\n    import nowhere\n": True,
    "try:\n    import nowhere\nexcept ValueError:\n    nowhere = None\n": False,
    "try:\n    import nowhere\nexcept ImportError:\n    raise\n": False,
    "try:\n    import nowhere\nexcept ImportError:\n    import sys\n    sys.exit('pip install it')\n": False,
    "try:\n    import nothing\nexcept ImportError:\n    import nowhere\n": False,
}


@pytest.mark.parametrize("text", GUARDS)
def test_who_sees_to_an_import_that_fails_is_told_the_truth(ask, text):
    assert ask(text + "def f():\n    return nowhere is None\n").f() is GUARDS[text]


def test_a_search_finds_nothing(ask):
    work = ask("""
        import sys, importlib, importlib.util
        import nowhere, google.colab
        def f():
            return "nowhere" in sys.modules, importlib.util.find_spec("nowhere"), "google.colab" in sys.modules
        def g():
            return importlib.import_module("nowhere")
    """)
    assert work.f() == (False, None, False)
    with pytest.raises(RaisedError, match="No module named 'nowhere'"):
        work.g()


def test_the_learners_own_files_are_no_stand_ins(ask):
    for line in ("from .nowhere import f", "from unit.nowhere import f", "import solutions.unit.work"):
        with pytest.raises(RaisedError) as caught:
            ask(f"def g():\n    {line}\n").g()
        assert caught.value.type_name == "ModuleNotFoundError", line


def test_a_misspelled_part_of_numpy_is_said_at_once(ask):
    with pytest.raises(RaisedError, match="No module named 'numpy.linalgebra'"):
        ask("def g():\n    import numpy.linalgebra\n").g()


def test_a_library_that_needs_what_is_not_there(zygote):
    with contextlib.ExitStack() as stack:
        work = ask_in(
            zygote, "from torch.utils.tensorboard import SummaryWriter\ndef f():\n    return SummaryWriter()\n", stack
        )
        with pytest.raises(RaisedError, match=r"tensorboard cannot be imported here \(ModuleNotFoundError: No module"):
            work.f()


def test_an_answer_that_is_a_stand_in_is_an_object(ask):
    answer = ask("import nowhere\ndef f():\n    return nowhere.x\n").f()
    assert "StandIn" in repr(type(answer)) or "Handle" in type(answer).__name__


def test_what_draws_can_be_used_where_numpy_is_alone(ask):
    work = ask("""
        import os
        from matplotlib import pyplot as plt
        def f():
            figure, axes = plt.subplots()
            axes.plot([1, 2])
            figure.savefig("it.png")
            return os.path.getsize("it.png")
    """)
    assert work.f() > 1000


@pytest.mark.parametrize("confine", [True, False])
@pytest.mark.confined
def test_matplotlib_reads_and_writes_nothing_of_the_users(confine, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    (tmp_path / "matplotlibrc").write_text("figure.figsize: 1, 1\n")
    text = """
        import matplotlib.pyplot as plt
        def f():
            import matplotlib as mpl
            return [float(side) for side in mpl.rcParams["figure.figsize"]], mpl.get_configdir(), mpl.matplotlib_fname()
    """
    with ZygoteProcess(Setup(packages="numpy", confine=confine)) as process, contextlib.ExitStack() as stack:
        size, folder, settings = ask_in(process, text, stack).f()
    assert size != [1, 1]
    assert not folder.startswith(str(tmp_path)) and not settings.startswith(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["matplotlibrc"]


def test_an_import_prints_nothing(numpy_alone):
    worker = numpy_alone.spawn()
    with contextlib.closing(worker):
        text = "import matplotlib.pyplot as plt, nowhere, torch\n"
        kind, _ = RemotePeer(worker).load({"unit.work": (text, "unit/work.py")}, "unit.work", 20)
        assert (kind, worker.output()) == ("ok", "")


@pytest.mark.confined
def test_what_draws_is_imported_once_for_all_workers(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    text = """
import os, sys
def f():
    early = "matplotlib.figure" in sys.modules, "matplotlib.pyplot" in sys.modules
    import matplotlib
    matplotlib.use("TkAgg")  # a choice that costs nothing before something is drawn
    import matplotlib.pyplot
    return early, "MPLCONFIGDIR" in os.environ, os.path.exists(matplotlib.get_cachedir())
"""
    with ZygoteProcess(Setup(packages="numpy")) as process:
        for draws, early in ((False, (False, False)), (True, (True, False)), (True, (True, False))):
            worker = process.spawn(draws=draws)
            with contextlib.closing(worker):
                peer = RemotePeer(worker)
                _, names = peer.load({"unit.work": (text, "unit/work.py")}, "unit.work", 20)
                found = SubmissionProxy(Conversation(peer, names, seed=1)).f()
                assert found == (early, False, not draws)
                assert worker.output() == ""
    assert list(tmp_path.iterdir()) == []


# -- in a run ---------------------------------------------------------------------------------------------------------

SCIPY = "import numpy as np\nimport {}\n\n\ndef relu(x):\n    return np.maximum(x, 0)\n"


def test_forbidden_is_forbidden_whether_it_is_there_or_not():
    for name in ("scipy", "scipy.special", "matplotlib.mlab"):
        uses = find_forbidden(SourceFile("day1.relu", "relu.py", SCIPY.format(name)), ["scipy", "matplotlib.mlab"])
        assert [use.how for use in uses] == [f"imports {name}"]


def test_only_the_check_that_leads_to_the_use_fails(lecture5):
    course = find_course(ROOT)
    text = (course.root / "solutions/lecture5/linear.py").read_text()
    assert "return" in text
    used = text.replace("import torch\n", "import torch\nimport einops_of_nobody as einops\n", 1)
    report = lecture5.grade([course.exercise("lecture5.linear")], solutions_with(course, linear=used), 5)
    assert report.exercises[0].status is Status.PASSED
    broken = used.replace("    return", "    einops.rearrange(dout, 'a b -> b a')\n    return", 1)
    report = lecture5.grade([course.exercise("lecture5.linear")], solutions_with(course, linear=broken), 5)
    failed = [check for check in report.exercises[0].checks if check.verdict is Verdict.RAISED]
    assert failed
    assert all("einops_of_nobody.rearrange() is used" in check.failure.headline for check in failed)
    shown = render_text(report)
    assert shown.count("einops_of_nobody.rearrange() is used") == 1, "one cause is told once"


def test_under_a_debugger_it_is_the_same(monkeypatch):
    monkeypatch.setattr(builtins, "__import__", builtins.__import__)
    course = find_course(ROOT)
    exercise = course.exercise("lecture5.linear")
    text = "import nowhere\n" + (course.root / "solutions/lecture5/linear.py").read_text()
    with Session(course, [exercise], RunOptions(debug=True, alone=True)) as session:
        report = session.grade([exercise], solutions_with(course, linear=text), 5)
    assert report.exercises[0].status is Status.PASSED


def test_a_text_that_cannot_be_read_guards_nothing():
    assert Reading("def (").guarded == []
    assert not Reading("(" * 100_000).may_fail(1)


def test_the_same_module_is_the_same_stand_in():
    stand_ins = StandIns({"unit.work": ("", __file__)})
    stand_ins.install()
    try:
        import nowhere.one
        import nowhere.two
        from nowhere import one
    finally:
        stand_ins.remove()
    assert isinstance(nowhere, StandIn)
    assert nowhere.one is one
    assert nowhere.two is not one
