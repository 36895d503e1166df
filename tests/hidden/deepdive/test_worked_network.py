"""Checks of deepdive.worked_network: the example's numbers as recomputed, and any network against autograd."""

import hypothesis.strategies as st
import numpy as np
import torch
import torch.nn.functional as F
from hypothesis import given

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    bonus,
    check,
    integer,
    library,
    needs,
    new_seed,
    normal,
    points,
    strategies,
    type_in_words,
    uniform,
)

FORWARD = ("z1", "a1", "z2", "y_hat", "loss")
OUTPUT = ("delta2", "dW2", "db2")
HIDDEN = ("da1", "delta1", "dW1", "db1")
UPDATE = ("new_W1", "new_b1", "new_W2", "new_b2")
NAMES = (*FORWARD, *OUTPUT, *HIDDEN, *UPDATE)
SMALL, WIDE = (3, 5), (4, 2)  # inputs, hidden units

# The text's network, and its numbers recomputed: printed are 0.7644, 0.2686, -0.2356 and what follows from them.
EXAMPLE = ([1.0, 0.5], [[0.15, 0.20], [0.25, 0.30]], [0.35, 0.35], [[0.40, 0.45]], [0.60])
NUMBERS = {
    "z1": [0.60, 0.75],
    "a1": [0.60, 0.75],
    "z2": [1.1775],
    "y_hat": [0.764498],
    "loss": 0.268536,
    "delta2": [-0.235502],
    "dW2": [[-0.141301, -0.176627]],
    "db2": [-0.235502],
    "da1": [-0.094201, -0.105976],
    "delta1": [-0.094201, -0.105976],
    "dW1": [[-0.094201, -0.047100], [-0.105976, -0.052988]],
    "db1": [-0.094201, -0.105976],
    "new_W1": [[0.197100, 0.223550], [0.302988, 0.326494]],
    "new_b1": [0.397100, 0.402988],
    "new_W2": [[0.470651, 0.538313]],
    "new_b2": [0.717751],
}


def autograd(x, W1, b1, W2, b2, y, lr):
    """All sixteen numbers by torch's own graph."""
    x, W1, b1, W2, b2 = (torch.from_numpy(np.array(array)) for array in (x, W1, b1, W2, b2))
    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
    for parameter in parameters.values():
        parameter.requires_grad_()
    z1 = W1 @ x + b1
    a1 = torch.relu(z1)
    z2 = W2 @ a1 + b2
    loss = F.binary_cross_entropy_with_logits(z2, torch.full_like(z2, float(y)))
    inner = {"delta2": z2, "da1": a1, "delta1": z1}
    gradients = torch.autograd.grad(loss, [*parameters.values(), *inner.values()])
    of = dict(zip([f"d{name}" for name in parameters] + list(inner), gradients, strict=True))
    new = {f"new_{name}": p - lr * of[f"d{name}"] for name, p in parameters.items()}
    numbers = {"z1": z1, "a1": a1, "z2": z2, "y_hat": torch.sigmoid(z2), **of, **new}
    return {name: tensor.detach().numpy() for name, tensor in numbers.items()} | {"loss": loss.item()}


def arguments(rng, y, d_in, hidden):
    """A network with units on both sides of 0, an example, the label y and a learning rate."""
    x, W1, W2 = normal(rng, d_in), normal(rng, hidden, d_in), normal(rng, 1, hidden)
    z1 = uniform(rng, 0.2, 1.5, hidden) * np.where(np.arange(hidden) % 2, -1, 1)
    return x, W1, rng.permutation(z1) - W1 @ x, W2, normal(rng, 1), y, float(uniform(rng, 0.05, 0.4))


def numbers(answer, names):
    """The numbers of these names in what trace returned."""
    check(isinstance(answer, dict), f"trace must return a dict; {type_in_words(answer)} came.")
    for name in names:
        check(name in answer, f"{name} is missing in the dict. It has {', '.join(map(str, answer)) or 'nothing'}.")
    return {name: answer[name] for name in names}


def compare(submission, rng, names):
    """These numbers of the worked example, and of random networks: with either label, and of a single unit."""
    networks = [arguments(rng, 1, *SMALL), arguments(rng, 0, *WIDE), arguments(rng, integer(rng, 0, 1), 1, 1)]
    example = submission.trace(*map(np.array, EXAMPLE), 1, 0.5)
    answers = [submission.trace(*network) for network in networks]
    for name, number in numbers(example, names).items():
        wanted = NUMBERS[name]
        expected = wanted if isinstance(wanted, float) else np.array(wanted)
        where, who = f"{name} of the worked example", "recomputed"
        assert_close(number, expected, name=where, rtol=1e-4, oracle=who)  # four digits
    for network, answer in zip(networks, answers, strict=True):
        expected = autograd(*network)
        for name, number in numbers(answer, names).items():
            assert_close(number, expected[name], name=name)


@points(2)
def test_forward(submission, rng):
    """z1, a1, z2, y_hat and the loss are right: in the worked example to four digits, and in other networks."""
    compare(submission, rng, FORWARD)


@needs("test_forward")
def test_output_layer(submission, rng):
    """delta2, dW2 and db2 are the gradients at z2, W2 and b2."""
    compare(submission, rng, OUTPUT)


@points(2)
@needs("test_output_layer")
def test_hidden_layer(submission, rng):
    """da1, delta1, dW1 and db1 are the gradients at a1, z1, W1 and b1."""
    compare(submission, rng, HIDDEN)


@needs("test_hidden_layer")
def test_update(submission, rng):
    """Each new parameter is the old one minus lr times its gradient."""
    compare(submission, rng, UPDATE)


@st.composite
def networks(draw):
    """Arguments of halves, from one input and two units upwards: the first stands at 0, the second below."""
    d_in, hidden = draw(strategies.sizes(1, 3)), draw(strategies.sizes(2, 4))
    shapes = ((d_in,), (hidden, d_in), (hidden,), (1, hidden), (1,))
    x, W1, b1, W2, b2 = (draw(strategies.tensors(shape, min_value=-2, max_value=2)).numpy().copy() for shape in shapes)
    b1[:2] = -(W1[:2] @ x) - [0.0, 1.5]
    W2[:, :2] += 2.5  # so that it matters what passes these units
    return x, W1, b1, W2, b2, draw(st.integers(0, 1)), draw(st.sampled_from([0.5, 0.25, 2.0]))


@needs("test_update")
@given(network=networks())
def test_any_network(submission, network):
    """All is right for any sizes, and where a z1 is exactly 0: there ReLU has the slope 0."""
    answer, expected = numbers(submission.trace(*network), NAMES), autograd(*network)
    for name, number in answer.items():
        assert_close(number, expected[name], name=name)


@bonus
@needs("test_update")
def test_certain_outputs(submission, rng):
    """The loss is right where z2 is ±1000 or so, and y_hat rounds to 0 or 1 in between."""
    networks = []
    for y in rng.permutation([0, 1, 0, 1]):
        x, W1, b1, W2, _, _, lr = arguments(rng, 1, *SMALL)
        far = float(uniform(rng, 60, 1000)) * (1 if integer(rng, 0, 1) else -1)
        networks.append((x, W1, b1, W2, np.array([far]), int(y), lr))
    answers = [submission.trace(*network) for network in networks]
    for network, answer in zip(networks, answers, strict=True):
        expected = autograd(*network)
        for name, number in numbers(answer, ("y_hat", "loss", "delta2")).items():
            assert_close(number, expected[name], name=name, atol=1e-15)


def test_arguments_stay_as_they_are(submission, rng):
    """trace modifies nothing that it is given, and leaves NumPy's global generator alone."""
    everybodys, seed = library(submission, "numpy.random"), new_seed(rng)
    everybodys.seed(seed)
    answers = [assert_unchanged(submission.trace, *arguments(rng, y, *SMALL)) for y in (1, 0)]
    assert_responds(*answers, name="trace(x, W1, b1, W2, b2, y, lr)")
    check(
        everybodys.random() == np.random.RandomState(seed).random(),
        "NumPy's global generator is used or seeded; nothing here is random.",
    )
