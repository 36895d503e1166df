"""What is refused while a submission runs, in real workers; and all that must go on working there."""

from __future__ import annotations

import contextlib
import textwrap

import pytest
import torch

from grader.sandbox.client import ZygoteProcess
from grader.sandbox.peers import RemotePeer
from grader.sandbox.proxy import Conversation, SubmissionProxy
from grader.sandbox.request import RaisedError
from grader.sandbox.zygote import Setup

LECTURE5 = (
    *("torch.autograd", "torch.func", "Tensor.backward", "torch.nn.functional.batch_norm"),
    *("torch.nn.functional.cross_entropy", "torch.nn.functional.nll_loss", "torch.nn.CrossEntropyLoss"),
)
TOP = "import torch, copy, functools\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def load(zygote, stack, text, forbids, others=()):
    worker = zygote.spawn()
    stack.callback(worker.close)
    peer = RemotePeer(worker)
    sources = {name: (body, f"exercises/{name.replace('.', '/')}.py") for name, body in others}
    sources["unit.work"] = (TOP + textwrap.dedent(text), "exercises/unit/work.py")
    return peer, *peer.load(sources, "unit.work", 20, forbids)


@pytest.fixture
def work(zygote):
    """Load a source text where something is forbidden; gives the proxy of its module."""
    with contextlib.ExitStack() as stack:

        def loaded(text, forbids=LECTURE5, others=()):
            peer, kind, names = load(zygote, stack, text, forbids, others)
            assert kind == "ok", names
            return SubmissionProxy(Conversation(peer, names, seed=1))

        yield loaded


X = "torch.ones(3)"
REFUSED = {
    "F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1]))": "torch.nn.functional.cross_entropy",
    "functools.partial(F.cross_entropy, torch.zeros(2, 3))(torch.tensor([0, 1]))": "torch.nn.functional.cross_entropy",
    "list(map(F.cross_entropy, [1], [2]))": "torch.nn.functional.cross_entropy",
    "nn.functional.nll_loss(torch.zeros(2, 3), torch.tensor([0, 1]))": "torch.nn.functional.nll_loss",
    "nn.NLLLoss()(torch.zeros(2, 3), torch.tensor([0, 1]))": "torch.nn.functional.nll_loss",
    "torch._C._nn.nll_loss(torch.zeros(2, 3), torch.tensor([0, 1]), None, 1, -100)": "torch.autograd",
    "nn.CrossEntropyLoss()": "torch.nn.CrossEntropyLoss",
    "type('Mine', (nn.CrossEntropyLoss,), {})()": "torch.nn.CrossEntropyLoss",
    "nn.BatchNorm1d(3)(torch.rand(4, 3))": "torch.nn.functional.batch_norm",
    "torch.batch_norm(torch.rand(4, 3), None, None, None, None, True, 0.1, 1e-5, False)": "torch.batch_norm",
    f"{X}.backward()": "torch.Tensor.backward",
    f"getattr({X}, 'back' + 'ward')()": "torch.Tensor.backward",
    f"torch.Tensor.backward({X})": "torch.Tensor.backward",
    f"torch.autograd.backward({X})": "torch.autograd.backward",
    f"torch.autograd.grad({X}.sum(), {X})": "torch.autograd.grad",
    f"torch.autograd.functional.jacobian(torch.exp, {X})": "torch.autograd.functional.jacobian",
    f"torch.func.grad(torch.sum)({X})": "torch.func.grad",
    f"torch.func.vjp(torch.exp, {X})": "torch.func.vjp",
    f"torch._functorch.eager_transforms.vjp(torch.exp, {X})": "torch.autograd",
    f"torch._functorch.apis.grad(torch.sum)({X})": "torch.autograd",
    f"torch._functorch.eager_transforms.jvp(torch.exp, ({X},), ({X},))": "torch.autograd",
    "torch.autograd.forward_ad.dual_level().__enter__()": "torch.autograd.forward_ad.enter_dual_level",
    "getattr(torch._C, '_enter_dual' + '_level')()": "torch.autograd",
    "torch._C._functorch._grad_increment_nesting()": "torch.autograd",
    "torch._C._functorch._jvp_increment_nesting()": "torch.autograd",
    f"{X}.requires_grad_()": "requires_grad_()",
    "nn.Linear(2, 2).requires_grad_()": "requires_grad_()",
    "torch.enable_grad().__enter__()": "torch.enable_grad",
    f"torch.enable_grad()(lambda x: x)({X})": "torch.enable_grad",
    "torch.set_grad_enabled(True)": "torch.enable_grad",
    "torch._C._set_grad_enabled(True)": "torch.enable_grad",
    "torch.inference_mode(False)": "torch.inference_mode(False)",
    "exec('torch.autograd.grad(1, 2)')": "torch.autograd.grad",
}


def test_the_learners_calls_are_refused_with_their_line(work):
    module = work("".join(f"def f{n}():\n    return {text}\n" for n, text in enumerate(REFUSED)))
    told = {}
    for n, text in enumerate(REFUSED):
        with pytest.raises(RaisedError) as caught:
            getattr(module, f"f{n}")()
        error = caught.value
        assert error.type_name == "ForbiddenError", (text, error)
        assert "RuntimeError" in error.bases
        assert error.frames[-1][:2] == ("exercises/unit/work.py", TOP.count("\n") + 2 * n + 2)
        told[text] = error.message
    expected = {text: f"{name} is not allowed here" for text, name in REFUSED.items()}
    expected["torch._C._nn.nll_loss(torch.zeros(2, 3), torch.tensor([0, 1]), None, 1, -100)"] = (
        "torch.nn.functional.nll_loss is not allowed here"
    )
    assert told == expected


WORKS = {
    "torch.softmax(x, 1)": "a softmax",
    "F.log_softmax(x, 1) + F.one_hot(torch.tensor([0, 1]), 3)": "functions that are not forbidden",
    "nn.Linear(3, 4)(x)": "a layer",
    "nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Tanh())(x)": "a model",
    "nn.TransformerEncoderLayer(3, 1, batch_first=True)(x[None])": "a large module",
    "nn.LSTM(3, 4)(x)[0]": "a recurrent one",
    "copy.deepcopy(nn.Linear(3, 4))(x)": "a copied layer",
    "copy.deepcopy(torch.ones(3, requires_grad=True)) + 0": "a copied leaf",
    "[m.load_state_dict(copy.deepcopy(m).state_dict(), assign=True) and m(x) for m in [nn.Linear(3, 4)]][0]": "weights",
    "nn.Linear(3, 4).double()(x.double())": "a cast",
    "nn.Linear(3, 4).requires_grad_(False)(x)": "freezing",
    "torch.nn.init.kaiming_normal_(torch.empty(3, 3))": "initialisation",
    "nn.Parameter(x) * 2": "a parameter",
    "x.detach().requires_grad_(False)": "requires_grad_(False)",
    "next(iter(torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x), batch_size=2)))[0]": "a data loader",
    "torch.vmap(torch.sum)(x)": "vmap",
    "torch.no_grad()(lambda: x * 2)()": "no_grad",
    "torch.inference_mode()(lambda: x * 2)().clone()": "inference_mode",
    "torch.set_grad_enabled(False) and x": "switching off",
    "x.index_add(0, torch.tensor([0, 0]), x)": "index_add",
    "torch.distributions.Normal(0.0, 1.0).log_prob(x)": "distributions",
    "torch.multinomial(torch.rand(4), 2)": "multinomial",
    "torch.special.logit(torch.rand(3))": "special functions",
    "torch.linalg.svd(x)[1]": "linear algebra",
}


def test_all_else_works(work):
    text = "x = torch.rand(2, 3)\n" + "".join(f"def f{n}():\n    return {text}\n" for n, text in enumerate(WORKS))
    module = work(text)
    for n, name in enumerate(WORKS.values()):
        answer = getattr(module, f"f{n}")()
        assert isinstance(answer, torch.Tensor) or answer is not None, name
        assert not isinstance(answer, torch.Tensor) or not answer.requires_grad, name


def test_optimizers_work_with_gradients_of_ones_own(work):
    module = work("""
        def fit(kind):
            model = nn.Linear(3, 1)
            optimizer = getattr(torch.optim, kind)(model.parameters(), lr=0.1)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
            before = model.weight.clone()
            def closure():
                optimizer.zero_grad()
                for p in model.parameters(): p.grad = torch.ones_like(p)
                with torch.no_grad(): pass
                return model(torch.ones(2, 3)).sum()
            optimizer.step(closure); optimizer.step(closure); scheduler.step()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            return bool((model.weight != before).all())
    """)
    for kind in ("SGD", "Adam", "AdamW", "RMSprop", "LBFGS"):
        assert module.fit(kind) is True


def test_nothing_records_gradients(work):
    module = work("""
        def f():
            w = nn.Parameter(torch.ones(2))
            x = torch.ones(2, requires_grad=True)
            x.requires_grad = True
            return (w * x).requires_grad, torch.is_grad_enabled()
        def in_thread():
            import threading
            out = []
            def work():
                with torch.no_grad(): out.append(1)
                try: (torch.ones(2, requires_grad=True) * 2).sum().backward()
                except RuntimeError as error: out.append(type(error).__name__)
            thread = threading.Thread(target=work)
            thread.start(); thread.join()
            return out
        def in_other_threads():
            import _thread, threading, time
            from concurrent.futures import ThreadPoolExecutor
            out = []
            def work(): out.append((torch.ones(2, requires_grad=True) * 2).requires_grad)
            thread = threading.Thread(target=work)
            thread.start(); thread.join()
            with ThreadPoolExecutor() as pool: pool.submit(work).result()
            _thread.start_new_thread(work, ())
            while len(out) < 3: time.sleep(0.01)
            return out
    """)
    assert module.f() == (False, False)
    assert module.in_thread() == [1, "ForbiddenError"]
    assert module.in_other_threads() == [False, False, False]


def test_refused_by_way_of_other_files_of_theirs_and_as_the_answer_itself(work):
    module = work(
        """
        from .helper import loss
        class Loss(nn.Module):
            def forward(self, x, y): return F.cross_entropy(x, y)
        def through_module(): return Loss()(torch.zeros(2, 3), torch.tensor([0, 1]))
        def through_file(): return loss(torch.zeros(2, 3), torch.tensor([0, 1]))
        itself = F.cross_entropy
        """,
        others=[("unit.helper", "import torch\ndef loss(x, y):\n    return torch.nn.functional.cross_entropy(x, y)\n")],
    )
    for call in (
        module.through_module,
        module.through_file,
        lambda: module.itself(torch.zeros(2, 3), torch.tensor([0])),
    ):
        with pytest.raises(RaisedError, match=r"ForbiddenError: torch\.nn\.functional\.cross_entropy"):
            call()


def test_refused_while_importing(zygote):
    with contextlib.ExitStack() as stack:
        text = "x = torch.ones(2)\nx.requires_grad_()\n"
        _, kind, error = load(zygote, stack, text, LECTURE5)
        assert (kind, error["type"]) == ("err", "ForbiddenError")
        assert error["frames"][-1][1] == TOP.count("\n") + 2


def test_only_what_is_forbidden_is_refused(work):
    text = """
        def gradient(x):
            x = x.clone().requires_grad_()
            (x * x).sum().backward()
            return x.grad
        def loss(x, y): return F.cross_entropy(x, y)
    """
    assert work(text, ()).gradient(torch.ones(2)).tolist() == [2, 2]
    assert work(text, ("torch.nn.functional.cross_entropy",)).gradient(torch.ones(2)).tolist() == [2, 2]
    assert work(text, ("torch.autograd",)).loss(torch.zeros(1, 2), torch.tensor([0])).item() == pytest.approx(
        0.6931, abs=1e-4
    )
    with pytest.raises(RaisedError, match=r"torch\.Tensor\.backward"):
        work(text, ("Tensor.backward",)).gradient(torch.ones(2))


def test_an_inner_function_counts_where_its_module_uses_it(work):
    text = "def f(): return nn.Linear(2, 2)(torch.ones(1, 2))\ndef g(): return torch.ones(1, 2) @ torch.ones(2, 2)\n"
    module = work(text, ("torch.nn.functional.linear",))
    with pytest.raises(RaisedError, match=r"torch\.nn\.functional\.linear is not allowed"):
        module.f()
    assert module.g().shape == (1, 2)


def test_strange_names_are_left_to_the_scan(work):
    names = ("no.such.module", "torch.no_such", "builtins.sum", "numpy.linalg", "torch", "", ".", "Tensor.", "torch.nn")
    assert work("def f(): return sum([1, 2])", names[:4] + names[5:8]).f() == 3
    with pytest.raises(RaisedError, match=r"torch\.nn\.Linear"):
        work("def f(): return nn.Linear(1, 1)", ("torch.nn",)).f()


@pytest.mark.confined
def test_a_worker_without_torch_has_nothing_to_refuse():
    with ZygoteProcess(Setup(preload=("numpy",), packages="numpy")) as process:
        worker = process.spawn()
        peer = RemotePeer(worker)
        sources = {"unit.work": ("def f(): return 3\n", "exercises/unit/work.py")}
        kind, names = peer.load(sources, "unit.work", 20, LECTURE5)
        assert (kind, SubmissionProxy(Conversation(peer, names, seed=1)).f()) == ("ok", 3)
        worker.close()
