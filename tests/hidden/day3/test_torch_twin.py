"""Checks of day3.torch_twin: the torch network and its loop, beside a NumPy loop with gradients by hand."""

import numpy as np
import torch
import torch._dynamo  # an optimizer imports it, for seconds: now, and not in the middle of a diagnosis

from grader.checks import assert_close, assert_unchanged, check, library, new_seed, points


def network(rng, in_dim=5, hidden=7, out=4, dtype=np.float64):
    """Weights as the NumPy network has them; biases off 0."""
    draw = np.random.default_rng(new_seed(rng)).standard_normal
    arrays = {
        "W1": draw((in_dim, hidden)) * np.sqrt(2 / in_dim),
        "b1": 0.3 * draw(hidden),
        "W2": draw((hidden, out)) * np.sqrt(2 / hidden),
        "b2": 0.3 * draw(out),
    }
    return {name: array.astype(dtype) for name, array in arrays.items()}


def examples(rng, N, in_dim=5, out=4):
    draw = np.random.default_rng(new_seed(rng))
    return draw.standard_normal((N, in_dim)), draw.integers(0, out, N)


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


def twin(submission, params, X):
    """The submission's model with these weights. Its logits, asked for here, tell a wrong model from a wrong loop."""
    model = submission.from_numpy(params)
    model(torch.tensor(X[:4]))
    return model


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


def test_the_layers(submission, rng):
    """MLP has the layers fc1 and fc2 with all their parameters, and maps (B, in) to logits (B, out)."""
    in_dim, hidden, out = (int(n) for n in torch.randint(2, 30, (3,), generator=rng))
    model = submission.MLP(in_dim, hidden, out).double()
    params = network(rng, in_dim, hidden, out)
    state = plain(model.state_dict())
    check(isinstance(state, dict), "MLP must be an nn.Module.")
    wanted = {name: tuple(tensor.shape) for name, tensor in twin_of(params).items()}
    found = {name: tuple(tensor.shape) for name, tensor in state.items()}
    check(found == wanted, f"MLP({in_dim}, {hidden}, {out}) must have the parameters {wanted}; yours has {found}.")
    model.load_state_dict(twin_of(params))
    X, _ = examples(rng, 6, in_dim)
    sizes = {"in": in_dim, "hidden": hidden, "out": out}
    assert_close(
        model(torch.tensor(X)), torch.tensor(forward(params, X)[1]), name="logits", sizes=sizes, oracle="NumPy"
    )


def test_weights_from_numpy(submission, rng):
    """With the weights of the NumPy network the logits are the NumPy network's, to the last digits of float64."""
    params = network(rng)
    X, _ = examples(rng, 6)
    model = assert_unchanged(submission.from_numpy, params)
    assert_close(model(torch.tensor(X)), torch.tensor(forward(params, X)[1]), name="logits", oracle="NumPy")
    assert_close(plain(model.state_dict()), twin_of(params), name="state_dict", oracle="NumPy")


def test_as_many_units_as_inputs(submission, rng):
    """A square weight matrix is copied the right way round too, where no shape gives a mistake away."""
    params = network(rng, 4, 4, 3)
    X, _ = examples(rng, 6, 4)
    model = submission.from_numpy(params)
    assert_close(model(torch.tensor(X)), torch.tensor(forward(params, X)[1]), name="logits", oracle="NumPy")


def test_float32(submission, rng):
    """Weights in float32 make a model in float32."""
    params = network(rng, dtype=np.float32)
    X = examples(rng, 6)[0].astype(np.float32)
    logits = submission.from_numpy(params)(torch.tensor(X))
    assert_close(logits, torch.tensor(forward(params, X)[1]), name="logits", rtol=1e-5, oracle="NumPy")


@points(3)
def test_step_for_step(submission, rng):
    """From the same weights and on the same batches, 20 steps lead to the weights of the NumPy loop, to 1e-9."""
    params, (X, y), batches = network(rng), examples(rng, 30), new_seed(rng)
    model = twin(submission, params, X)
    submission.train(model, X, y, 20, 0.3, 8, np.random.default_rng(batches))
    after, _ = numpy_train(params, X, y, 20, 0.3, 8, np.random.default_rng(batches))
    assert_close(
        plain(model.state_dict()), twin_of(after), name="the trained model", sizes={"batch": 8}, oracle="NumPy"
    )


def test_examples_stay_as_they_are(submission, rng):
    """Training modifies neither X nor y, and its first loss is that of the first batch before any update."""
    params, (X, y), batches = network(rng), examples(rng, 30), new_seed(rng)
    model = submission.from_numpy(params)
    losses = assert_unchanged(submission.train, model, X, y, 2, 0.3, 8, np.random.default_rng(batches))
    _, expected = numpy_train(params, X, y, 2, 0.3, 8, np.random.default_rng(batches))
    assert_floats(losses, 2)
    assert_close(losses[0], expected[0], name="the first loss", sizes={"batch": 8}, oracle="NumPy")


def test_losses(submission, rng):
    """The losses are those of each step's batch before its update, one Python float a step."""
    params, (X, y), batches = network(rng), examples(rng, 30), new_seed(rng)
    losses = submission.train(twin(submission, params, X), X, y, 12, 0.3, 8, np.random.default_rng(batches))
    _, expected = numpy_train(params, X, y, 12, 0.3, 8, np.random.default_rng(batches))
    assert_floats(losses, 12)
    assert_close(np.array(losses), np.array(expected), name="losses", sizes={"batch": 8}, oracle="NumPy")


def test_any_model(submission, rng):
    """The loop trains any model in place, not the MLP alone."""
    nn = library(submission, "torch.nn")
    weights = {"0.weight": torch.randn(4, 5, generator=rng).double(), "0.bias": torch.randn(4, generator=rng).double()}
    (X, y), batches = examples(rng, 30), new_seed(rng)
    model = nn.Sequential(nn.Linear(5, 4)).double()
    model.load_state_dict(weights)
    submission.train(model, X, y, 5, 0.2, 10, np.random.default_rng(batches))
    W, b, draw = weights["0.weight"].numpy().T, weights["0.bias"].numpy(), np.random.default_rng(batches)
    for _ in range(5):
        idx = draw.choice(len(X), 10, replace=False)
        z = X[idx] @ W + b
        dz = (np.exp(z) / np.exp(z).sum(1, keepdims=True) - np.eye(4)[y[idx]]) / 10
        W, b = W - 0.2 * X[idx].T @ dz, b - 0.2 * dz.sum(0)
    expected = {"0.weight": torch.tensor(W.T), "0.bias": torch.tensor(b)}
    assert_close(plain(model.state_dict()), expected, name="the trained model", sizes={"batch": 10}, oracle="NumPy")
