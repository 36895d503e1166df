"""Checks of day3.torch_twin: the torch network and its loop, beside a NumPy loop with gradients by hand."""

import numpy as np
import torch
import torch._dynamo  # an optimizer imports it, for seconds: now, and not in the middle of a diagnosis

from grader.checks import (
    assert_close,
    assert_responds,
    assert_unchanged,
    check,
    integer,
    library,
    needs,
    new_seed,
    new_state,
    normal,
    points,
)


def network(rng, in_dim=5, hidden=7, out=4, dtype=np.float64):
    """Weights as the NumPy network has them; biases off 0."""
    arrays = {
        "W1": normal(rng, in_dim, hidden, scale=(2 / in_dim) ** 0.5),
        "b1": normal(rng, hidden, scale=0.3),
        "W2": normal(rng, hidden, out, scale=(2 / hidden) ** 0.5),
        "b2": normal(rng, out, scale=0.3),
    }
    return {name: array.numpy().astype(dtype, copy=False) for name, array in arrays.items()}


def examples(rng, N, in_dim=5, out=4):
    return normal(rng, N, in_dim).numpy(), np.random.default_rng(new_seed(rng)).integers(0, out, N)


def forward(params, X):
    h = np.maximum(X @ params["W1"] + params["b1"], 0)
    return h, h @ params["W2"] + params["b2"]


def numpy_train(params, X, y, steps, lr, batch, rng):
    """The loop in NumPy, every gradient by hand."""
    params, losses = dict(params), []
    for _ in range(steps):
        idx = rng.choice(len(X), batch, replace=False)
        h, logits = forward(params, X[idx])
        logp = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        losses.append(float(-logp[np.arange(batch), y[idx]].mean()))
        dz2 = np.exp(logp)
        dz2[np.arange(batch), y[idx]] -= 1
        dz2 /= batch
        dz1 = (dz2 @ params["W2"].T) * (h > 0)
        grads = {"W1": X[idx].T @ dz1, "b1": dz1.sum(0), "W2": h.T @ dz2, "b2": dz2.sum(0)}
        params = {name: p - lr * grads[name] for name, p in params.items()}
    return params, losses


def twin_of(params):
    """The same weights as nn.Linear keeps them."""
    kept = {
        "fc1.weight": params["W1"].T, "fc1.bias": params["b1"], "fc2.weight": params["W2"].T, "fc2.bias": params["b2"],
    }  # fmt: skip
    return {name: torch.tensor(array) for name, array in kept.items()}


def plain(state):
    """A state_dict as a dict; anything else as it is."""
    return dict(state) if isinstance(state, dict) else state


def assert_floats(losses, steps):
    """Demand a list of Python floats, one a step."""
    check(
        isinstance(losses, list) and all(isinstance(loss, float) for loss in losses),
        "The losses must be a list of Python floats: .item() makes one of a tensor.",
    )
    check(len(losses) == steps, f"{steps} steps must give {steps} losses, one a step: here are {len(losses)}.")


def linear_steps(state, X, y, steps, lr, batch, rng):
    """The same loop for one linear layer, from its state_dict, whose state_dict afterwards it returns."""
    W, b = state["0.weight"].double().numpy().T, state["0.bias"].double().numpy()
    for _ in range(steps):
        idx = rng.choice(len(X), batch, replace=False)
        z = X[idx] @ W + b
        dz = (np.exp(z) / np.exp(z).sum(1, keepdims=True) - np.eye(len(b))[y[idx]]) / batch
        W, b = W - lr * X[idx].T @ dz, b - lr * dz.sum(0)
    return {"0.weight": torch.tensor(W.T), "0.bias": torch.tensor(b)}


def test_the_layers(submission, rng):
    """MLP has the layers fc1 and fc2 with all their parameters, and maps (B, in) to logits (B, out)."""
    in_dim, hidden, out = integer(rng, 2, 6), integer(rng, 13, 29), integer(rng, 7, 11)
    model = submission.MLP(in_dim, hidden, out).double()
    params = network(rng, in_dim, hidden, out)
    state = plain(model.state_dict())
    check(isinstance(state, dict), "MLP must be an nn.Module.")
    wanted = {name: tuple(tensor.shape) for name, tensor in twin_of(params).items()}
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    check(found == wanted, f"MLP({in_dim}, {hidden}, {out}) must have the parameters {wanted}; yours has {found}.")
    model.load_state_dict(twin_of(params))
    X, _ = examples(rng, 5, in_dim)
    sizes = {"in": in_dim, "hidden": hidden, "out": out}
    assert_close(
        model(torch.tensor(X)), torch.tensor(forward(params, X)[1]), name="logits", sizes=sizes, oracle="NumPy"
    )


@points(2)
@needs("test_the_layers")
def test_weights_from_numpy(submission, rng):
    """With the weights of the NumPy network, square ones too, the logits are its logits, to float64's last digits."""
    networks = [network(rng, *sizes) for sizes in ((5, 7, 4), (4, 4, 3))]
    models = [submission.from_numpy(params) for params in networks]
    for params, model in zip(networks, models, strict=True):
        X, _ = examples(rng, 6, len(params["W1"]))
        assert_close(model(torch.tensor(X)), torch.tensor(forward(params, X)[1]), name="logits", oracle="NumPy")
        assert_close(plain(model.state_dict()), twin_of(params), name="state_dict", oracle="NumPy")


@needs("test_weights_from_numpy")
def test_float32(submission, rng):
    """Weights in float32 make a model in float32."""
    params = network(rng, dtype=np.float32)
    X = examples(rng, 6)[0].astype(np.float32)
    logits = submission.from_numpy(params)(torch.tensor(X))
    assert_close(logits, torch.tensor(forward(params, X)[1]), name="logits", rtol=1e-5, oracle="NumPy")


@points(3)
@needs("test_weights_from_numpy")
def test_step_for_step(submission, rng):
    """From the same weights and on the same batches, 20 steps lead to the weights of the NumPy loop, to 1e-9."""
    for batch in (8, 1):
        params, (X, y), batches = network(rng), examples(rng, 30), new_seed(rng)
        model = submission.from_numpy(params)
        model(torch.tensor(X[:4]))  # its logits tell a wrong model from a wrong loop
        submission.train(model, X, y, 20, 0.3, batch, np.random.default_rng(batches))
        after, _ = numpy_train(params, X, y, 20, 0.3, batch, np.random.default_rng(batches))
        state = plain(model.state_dict())
        assert_close(state, twin_of(after), name="the trained model", sizes={"batch": batch}, oracle="NumPy")


@needs("test_step_for_step")
def test_losses(submission, rng):
    """The losses are those of each step's batch before its update, one Python float a step."""
    params, (X, y), batches = network(rng), examples(rng, 30), new_seed(rng)
    losses = submission.train(submission.from_numpy(params), X, y, 12, 0.3, 8, np.random.default_rng(batches))
    _, expected = numpy_train(params, X, y, 12, 0.3, 8, np.random.default_rng(batches))
    assert_floats(losses, 12)
    # Numbers to look at: one that was gathered in float32 is as good.
    assert_close(np.array(losses), np.array(expected), name="losses", rtol=1e-6, sizes={"batch": 8}, oracle="NumPy")


@needs("test_step_for_step")
def test_any_model(submission, rng):
    """The loop trains any model in place, and several in turn, each as if it were the only one; float32 ones too."""
    nn = library(submission, "torch.nn")
    models = [nn.Sequential(nn.Linear(5, 4)) for _ in range(2)]
    models[0].double()
    states = [{"0.weight": normal(rng, 4, 5), "0.bias": normal(rng, 4)} for _ in models]
    for model, state in zip(models, states, strict=True):
        model.load_state_dict(state)
    for i in (0, 1, 0):
        dtype, rtol = ((np.float64, 1e-9), (np.float32, 1e-4))[i]
        (X, y), batches = examples(rng, 30), new_seed(rng)
        X = X.astype(dtype)
        submission.train(models[i], X, y, 5, 0.2, 10, np.random.default_rng(batches))
        states[i] = linear_steps(states[i], X, y, 5, 0.2, 10, np.random.default_rng(batches))
        found = {name: tensor.double() for name, tensor in tensors(models[i].state_dict()).items()}
        assert_close(found, states[i], name="the trained model", rtol=rtol, sizes={"batch": 10}, oracle="NumPy")


def tensors(state):
    """A state_dict, once it is a dict of tensors."""
    state = plain(state)
    check(
        isinstance(state, dict) and all(isinstance(tensor, torch.Tensor) for tensor in state.values()),
        "The model must keep its parameters.",
    )
    return state


def test_nothing_else_changes(submission, rng):
    """The arrays and examples stay as they are, and so do torch's default dtype and its global generator."""
    everybodys, state, losses, after = library(submission, "torch"), new_state(rng), [], []
    for _ in range(2):
        everybodys.set_rng_state(new_state(rng))
        model = assert_unchanged(submission.from_numpy, network(rng))
        after.append(everybodys.get_rng_state())
        everybodys.set_rng_state(state)  # a new nn.Linear may draw from it
        X, y = examples(rng, 30)
        answer = assert_unchanged(submission.train, model, X, y, 2, 0.3, 8, np.random.default_rng(new_seed(rng)))
        assert_floats(answer, 2)
        losses.append(answer)
        check(
            torch.equal(everybodys.get_rng_state(), state),
            "train has used or seeded torch's global generator. All that is random comes from rng.",
        )
    assert_responds(*losses, name="train's losses")
    check(not torch.equal(*after), "from_numpy has seeded torch's global generator. Leave seeds to the caller.")
    check(everybodys.zeros(1).dtype == torch.float32, "torch's default dtype has been changed.")
