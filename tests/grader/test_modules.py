"""Library objects built where the submission runs, and gradients taken there."""

import contextlib
import textwrap
import time
import types

import numpy as np
import pytest
import torch
from sandboxed import ask_in
from torch import nn

from grader.checks import assert_close, assert_unchanged, keeping, library, place, vjp
from grader.checks.context import CheckContext, CheckFailed, enter
from grader.diagnosis.fresh_inputs import contradicted
from grader.diagnosis.replay import converse, gives_the_same
from grader.sandbox.objects import describe
from grader.sandbox.proxy import SubmissionProxy, conversation_of
from grader.sandbox.request import RaisedError
from grader.session.sentences import parameters_in

LAYER = """
    import torch
    from torch import nn

    class Scale(nn.Module):
        def __init__(self, n):
            super().__init__()
            self.w = nn.Parameter(torch.ones(n))
            self.idle = nn.Parameter(torch.ones(1))

        def forward(self, x):
            return x * self.w

    def outputs(model, x):
        return model(x)

    def two(x, n):
        return x * n, x.sum()

    def detached(x):
        return x.detach() * 2
"""


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(3)


@pytest.fixture
def work(zygote):
    with contextlib.ExitStack() as stack:
        yield ask_in(zygote, LAYER, stack)


def test_a_model_of_the_library_is_built_there_and_passed_to_the_submission(work, rng):
    modules = library(work, "torch.nn")
    model = modules.Sequential(modules.Linear(4, 3), modules.Tanh()).double()
    weights = {"0.weight": torch.randn(3, 4, generator=rng).double(), "0.bias": torch.randn(3, generator=rng).double()}
    model.load_state_dict(weights)
    x = torch.randn(5, 4, generator=rng).double()
    wanted = torch.tanh(x @ weights["0.weight"].T + weights["0.bias"])
    assert_close(work.outputs(model, x), wanted)
    assert_close(dict(model.state_dict()), weights)


def test_the_workers_generator_can_be_seeded(work):
    torch_there = library(work, "torch")
    torch_there.manual_seed(7)
    assert torch.equal(torch_there.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(7)))


def test_nothing_is_set_on_the_proxy_where_the_submission_would_not_see_it(work):
    with pytest.raises(AttributeError, match="cannot set RATE in the submission's module; hand it over as an argument"):
        work.RATE = 2


def test_gradients_of_a_module_and_of_its_parameters(work, rng):
    scale = work.Scale(3).double()
    w, x, up = (torch.randn(*shape, generator=rng).double() for shape in ((3,), (2, 3), (2, 3)))
    scale.load_state_dict({"w": w, "idle": torch.ones(1).double()})
    out, (dx,), dparams = vjp(scale, (x,), up)
    assert_close((out, dx, dparams["w"]), (x * w, up * w, (up * x).sum(0)))
    assert dparams["idle"] is None
    again = vjp(scale, (x,), up)[2]["w"]
    assert_close(again, dparams["w"])  # nothing was left to add up


def test_gradients_of_a_function_with_two_outputs_and_an_integer(work):
    x = torch.tensor([1.0, 2.0])
    (y, total), dinputs, dparams = vjp(work.two, (x, 3), (torch.tensor([1.0, 10.0]), torch.tensor(5.0)))
    assert dinputs[1] is None and dparams == {}
    assert torch.equal(y.detach(), 3 * x) and total.item() == 3
    assert torch.equal(dinputs[0], torch.tensor([8.0, 35.0]))


def test_what_is_detached_has_no_gradient(work):
    _, (dx,), _ = vjp(work.detached, (torch.ones(2),), torch.ones(2))
    assert dx is None


def test_here_as_there():
    layer = nn.Linear(3, 2)
    out, (dx,), dparams = vjp(layer, (torch.ones(1, 3),), torch.ones(1, 2))
    assert out.shape == (1, 2) and dx.shape == (1, 3) and set(dparams) == {"weight", "bias"}
    assert library(layer, "torch.nn") is nn


def test_replay_knows_both(work, rng):
    """A wrong answer is recognised through a library's objects and through gradients."""
    modules = library(work, "torch.nn")
    model = modules.Linear(2, 2).double()
    state = {"weight": torch.randn(2, 2, generator=rng).double(), "bias": torch.randn(2, generator=rng).double()}
    model.load_state_dict(state)
    work.outputs(model, torch.ones(1, 2).double())
    vjp(work.detached, (torch.ones(2),), torch.ones(2))
    log = conversation_of(work).log
    import textwrap
    import time
    import types

    same, other = types.ModuleType("same"), types.ModuleType("other")
    exec(textwrap.dedent(LAYER), same.__dict__)
    exec(textwrap.dedent(LAYER).replace("return model(x)", "return 2 * model(x)"), other.__dict__)
    assert gives_the_same(same, log, time.thread_time() + 5)
    assert not gives_the_same(other, log, time.thread_time() + 5)


def test_a_forged_gradient_fails_the_check(work):
    class Lying:
        def exchange(self, *_):
            return "ok", ("out", "not a tuple", {}), None

    function = work.two
    conversation_of(function).peer = Lying()
    enter(CheckContext(conversation_of(work)))
    try:
        with pytest.raises(CheckFailed, match="could not be taken"):
            vjp(function, (torch.ones(2), 3), torch.ones(2))
    finally:
        enter(None)


def test_the_check_may_use_what_the_exercise_forbids(zygote):
    from grader.sandbox.peers import RemotePeer
    from grader.sandbox.proxy import Conversation

    text = "from torch import nn\nLinear = nn.Linear\ndef run(model, x):\n    return model(x)\n"
    worker = zygote.spawn()
    try:
        peer = RemotePeer(worker)
        kind, names = peer.load({"u.w": (text, "w.py")}, "u.w", 20, ("torch.nn.Linear",))
        assert kind == "ok", names
        work = SubmissionProxy(Conversation(peer, names, 1))
        model = library(work, "torch.nn").Linear(2, 3)
        assert work.run(model, torch.ones(1, 2)).shape == (1, 3)
        with pytest.raises(RaisedError, match="not allowed"):
            work.Linear(2, 3)  # the learner's own name for it
    finally:
        worker.close()


def test_by_hand_on_a_module_of_this_process():
    import types

    talk = converse(types.ModuleType("empty"))
    assert library(SubmissionProxy(talk), "torch.nn").Identity()(torch.ones(1)).item() == 1


CACHE = """
    def forward(x):
        return 2 * x, {"x": x, "more": [1, None]}

    def backward(dout, cache):
        cache["seen"] = cache.get("seen", 0) + 1
        return dout * cache["x"] * cache["seen"]

    def alone(x):
        return x
"""

OTHER_CACHE = """
    def forward(x):
        return 2 * x, [x, 0]

    def backward(dout, cache):
        cache[1] += 1
        return dout * cache[0] * cache[1]
"""


def test_a_cache_stays_where_it_is_and_is_the_same_object_when_it_is_passed_back(zygote):
    with contextlib.ExitStack() as stack:
        work = ask_in(zygote, CACHE, stack)
        out, cache = keeping(work.forward, 1)(3.0)
        assert out == 6.0
        assert [work.backward(1.0, cache), work.backward(1.0, cache)] == [3.0, 6.0]
        assert keeping(work.forward, 1, sent=False)(3.0) == (6.0, None)
        assert keeping(work.alone, 1)(3.0) == 3.0


def test_answers_are_recognised_whatever_the_cache_is_made_of(zygote):
    with contextlib.ExitStack() as stack:
        work = ask_in(zygote, CACHE, stack)
        _, cache = keeping(work.forward, 1)(3.0)
        work.backward(1.0, cache)
        assert_unchanged(work.backward, 1.0, cache)
        other = types.ModuleType("other")
        exec(textwrap.dedent(OTHER_CACHE), vars(other))
        assert gives_the_same(other, conversation_of(work).log, time.thread_time() + 9)
        work.backward(1.0, {"x": 3.0})
        assert not gives_the_same(other, conversation_of(work).log, time.thread_time() + 9)


def test_arguments_have_the_names_of_the_method_that_takes_them():
    text = textwrap.dedent(LAYER)
    assert parameters_in(text, "Scale.forward") == ["x"]
    assert parameters_in(text, "Scale.backward") == []
    assert parameters_in(text, "two") == ["x", "n"]


def test_a_name_is_confirmed_whatever_the_cache_is_made_of(zygote):
    with contextlib.ExitStack() as stack:
        work = ask_in(zygote, CACHE, stack)
        keeping(work.forward, 1)(np.ones(3))
        keeping(work.forward, 1, sent=False)(np.ones(3))
        other = types.ModuleType("other")
        exec(textwrap.dedent(OTHER_CACHE), vars(other))
        assert not contradicted(conversation_of(work), other)
        exec("def forward(x):\n    return 3 * x, None", vars(other))
        assert contradicted(conversation_of(work), other)


def test_tensors_are_placed_where_they_are_used(work):
    """On a device that every machine has: meta stands for an accelerator."""
    x = torch.ones(2, 3)
    assert place(work, x, "cpu") is x
    placed = place(work, [(x, 3)], "meta")  # stays there as a list, for the learner's functions
    assert len(placed) == 1
    value, number = placed[0]
    assert number == 3 and not isinstance(value, torch.Tensor)  # a tensor on meta has no numbers to send


def test_an_object_is_located_where_it_computes():
    class Plain:
        def first(self): ...

        def second(self): ...

    class Module(Plain):
        def __init__(self): ...

        def forward(self): ...

    def line_of(value):
        return describe(1, value).line

    assert line_of(Module()) == Module.forward.__code__.co_firstlineno
    assert line_of(Module) == Module.__init__.__code__.co_firstlineno
    assert line_of(Plain()) == Plain.first.__code__.co_firstlineno
