"""Checks of modules: a library's objects built beside the submission, and gradients through a learner's module.

Values cross the wire without their graph, so both happen where the submission runs. There, too, stays what is the
learner's own affair, such as the cache that one of their functions makes for another.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from grader.checks.context import Mismatch, current
from grader.checks.demands import check
from grader.checks.draws import new_state
from grader.checks.in_words import is_tensor
from grader.errors import GraderError
from grader.sandbox.objects import vjp as vjp_here
from grader.sandbox.proxy import Handle, SubmissionProxy, conversation_of
from grader.sandbox.request import Operation, SandboxFault


def library(submission: SubmissionProxy, name: str) -> Any:
    """A module of a library, where the submission runs.

    What is built of it stays there, and can be passed to the learner's functions::

        nn = library(submission, "torch.nn")
        model = nn.Sequential(nn.Linear(4, 3), nn.Tanh())
        model.load_state_dict(weights)
        losses = submission.train(model, loader, 2, 0.01)

    It is the check that uses it, not the learner: what an exercise forbids is not refused here.

    Args:
        submission: the submission that the check asks.
        name: the module's full name, ``torch.nn``.

    Returns:
        A handle to the module; in a check that is tried by hand, on a plain module, the module itself.
    """
    if not isinstance(submission, SubmissionProxy):
        import importlib

        return importlib.import_module(name)
    return conversation_of(submission).request(Operation.LIBRARY, None, (name,), {}, name)


def parameters_of(submission: SubmissionProxy, layer: Any, attribute: str | None = None) -> list[Any]:
    """What a learner's ``parameters()`` gives, a list or a generator: the tensors, or an attribute of each.

    An attribute is asked for where the tensors are: what crosses is a copy, and a method of that would change nothing::

        for add, step in zip(parameters_of(submission, layer, "data.add_"), steps, strict=True):
            add(step)

    Args:
        submission: the submission that the check asks.
        layer: a handle to what has ``parameters``.
        attribute: its name, with dots; the tensors themselves without it.
    """
    there = library(submission, "itertools")
    found = there.chain.from_iterable(there.starmap(layer.parameters, [()]))
    if attribute is not None:
        asked = library(submission, "operator").attrgetter(attribute)
        found = library(submission, "builtins").map(asked, found)
    return list(iter(found))


def keeping(function: Any, item: int, *, sent: bool = True) -> Any:
    """A learner's function, with one item of the tuple that it returns left where it is.

    For what only the learner's code looks into. A misconception is recognised by the answers that a check sees, and a
    cache that holds other things than the solution's would hide it::

        logits, cache = keeping(submission.forward, 1)(params, X)
        gradients = submission.backward(params, X, y, cache)

    Args:
        function: the learner's function.
        item: which item of its answer stays.
        sent: whether a handle to the item comes in its place; without it None does, and nothing of it is seen.

    Returns:
        The function. What it returns is passed on as it is when it has no such item.

    Raises:
        CheckFailed: what came back is no function, which only a submission that meddles can bring about.
    """
    if not isinstance(function, Handle):
        return function  # tried by hand: nothing crosses a wire
    name = function._name  # noqa: SLF001 - as the learner calls it
    kept = conversation_of(function).request(Operation.KEEPING, function, (item, sent), {}, name)
    if not isinstance(kept, Handle):
        raise current().fail(Mismatch("demand", "", f"What {name} returns could not be looked at."))
    return kept


def place(submission: SubmissionProxy, value: Any, device: str) -> Any:
    """Put tensors on a device where the submission runs, for it to work on; the ``device`` fixture says which.

    Args:
        submission: the submission that the check asks.
        value: a tensor, or lists, tuples and dicts of them.
        device: ``cpu`` or ``cuda``.

    Returns:
        What to pass to the learner's functions: on the CPU the value itself, else a handle to what was placed.
    """
    if device == "cpu" or not isinstance(submission, SubmissionProxy):
        return value
    return conversation_of(submission).request(Operation.PLACE, None, (value, device), {}, "place")


@contextlib.contextmanager
def stopped(submission: SubmissionProxy) -> Iterator[None]:
    """Let nothing of the submission run in the body of a ``with``, not even threads that it has left busy.

    For what a check times to compare with: on a machine where submission and check share a processor, a submission
    that keeps all of them busy would make itself look fast::

        with stopped(submission):
            ours = seconds(reference.train_bpe, text)
    """
    try:
        talk = conversation_of(submission)
    except AttributeError:  # tried by hand, on a plain module
        talk = None
    stop = getattr(talk.peer, "stopped", None) if talk is not None else None
    if stop is None:
        yield
        return
    try:
        with stop():
            yield
    except GraderError as error:
        raise SandboxFault(str(error)) from error


def requires_grad(value: Any) -> bool:
    """Whether a tensor that the submission answered with required a gradient where it was made.

    What crosses the wire has no graph, so that ``value.requires_grad`` says nothing of it::

        check(not requires_grad(w), "w is right, but requires a gradient: return w.detach().")

    Args:
        value: an answer; False for what is no tensor.
    """
    if not is_tensor(value):
        return False
    notes = getattr(value, "came_as", None)
    return bool(value.requires_grad if notes is None else notes.requires_grad)


def vjp(target: Any, inputs: tuple[Any, ...], upstream: Any) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Run a learner's function or module under autograd, and take the gradients of sum(output * upstream).

    Args:
        target: a function, a method, or an ``nn.Module`` (a handle to one).
        inputs: what to call it with. Gradients are taken with respect to the tensors of floats among them.
        upstream: the gradient at the output, of its shape; a tuple of them where the output is a tuple.

    Returns:
        ``(output, dinputs, dparams)``. ``dinputs`` has one gradient an input, None where there is none; ``dparams``
        maps the names of a module's parameters to their gradients, None where one had no part in the output.

    Raises:
        CheckFailed: what came back has not this form, which only a submission that meddles can bring about.
    """
    if not isinstance(target, Handle):
        return vjp_here(target, inputs, upstream)
    talk = conversation_of(target)
    answer = talk.request(Operation.VJP, target, (inputs, upstream), {}, target._name)  # noqa: SLF001 - as the learner calls it
    if type(answer) is tuple and len(answer) == 3:
        output, dinputs, dparams = answer
        if type(dinputs) is tuple and len(dinputs) == len(inputs) and type(dparams) is dict:
            return output, dinputs, dparams
    raise current().fail(Mismatch("demand", "", "The gradients of this call could not be taken."))


@contextlib.contextmanager
def undisturbed(submission: Any, rng: Any) -> Iterator[None]:
    """Demand that torch's global random generator is left alone by what runs meanwhile in the submission.

    Args:
        submission: the submission.
        rng: the check's generator, which draws the state to begin with.

    Raises:
        CheckFailed: it was drawn from, or seeded.
    """
    there, state = library(submission, "torch"), new_state(rng)
    there.set_rng_state(state)
    yield
    check(
        bool((there.get_rng_state() == state).all()),
        "Your code has used or seeded torch's global random generator, and nothing here asks for it.",
    )
