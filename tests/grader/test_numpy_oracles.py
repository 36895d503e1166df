"""The oracles of day3's checks, which run where torch is not installed, say what torch does."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

RNG = np.random.default_rng(12)


def checks_of(name):
    path = Path(__file__).parents[1] / "hidden" / "day3" / f"test_{name}.py"
    spec = importlib.util.spec_from_file_location(f"oracles_of_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("relu", F.relu),
        ("leaky_relu", F.leaky_relu),
        ("gelu", F.gelu),
        ("silu", F.silu),
        ("tanh", torch.tanh),
        ("sigmoid", torch.sigmoid),
    ],
)
def test_activations(name, theirs):
    module = checks_of("activations")
    x = np.concatenate([RNG.standard_normal(200) * 3, [0.0, 1e-50, -1e-50, 1000, -1000, 30, -30, 100, -100]])
    tensor = torch.from_numpy(x.copy()).requires_grad_()
    close(module.value(name, x), theirs(tensor).detach())
    close(module.slope(name, x), torch.autograd.grad(theirs(tensor).sum(), tensor)[0])


def test_softmax():
    module = checks_of("softmax")
    logits, y = module.extreme(RNG)
    for z in (logits, RNG.standard_normal((6, 5))):
        loss, probs = module.oracle_loss(z, y)
        assert loss == pytest.approx(F.cross_entropy(torch.from_numpy(z), torch.from_numpy(y)).item(), rel=1e-14)
        close(probs, torch.softmax(torch.from_numpy(z), -1))
        close(module.oracle_softmax(z), torch.softmax(torch.from_numpy(z), -1))


def torch_gradients(params, X, y, activations):
    tensors = {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in params.items()}
    out = torch.from_numpy(X.copy())
    for layer, activation in enumerate([*activations, lambda z: z], 1):
        out = activation(out @ tensors[f"W{layer}"] + tensors[f"b{layer}"])
    loss = F.cross_entropy(out, torch.from_numpy(y))
    gradients = torch.autograd.grad(loss, list(tensors.values()))
    return out.detach(), loss.item(), dict(zip(tensors, gradients, strict=True))


def test_networks():
    for name, activations in (("mlp", {"": torch.relu}), ("mlp3", {"relu": torch.relu, "tanh": torch.tanh})):
        module = checks_of(name)
        for activation, theirs in activations.items():
            params, X, y = module.random_network(RNG, *((7, 3, 5, 4, 2) if name == "mlp3" else (7, 3, 5, 2)))
            args = (params, X, activation, y) if name == "mlp3" else (params, X, y)
            logits, gradients = module.twin(*args)
            right, _, slopes = torch_gradients(params, X, y, [theirs] * (2 if name == "mlp3" else 1))
            close(logits, right)
            assert list(gradients) == list(slopes)
            for key, slope in slopes.items():
                close(gradients[key], slope)


def test_the_loop():
    module = checks_of("sgd")
    params = module.initial(4, 6, 3, RNG)
    X, y = module.examples(RNG, 9, 4, 3)
    loss, gradients = module.gradients_of(params, X, y)
    _, right, slopes = torch_gradients(params, X, y, [torch.relu])
    assert loss == pytest.approx(right, rel=1e-13)
    for key, slope in slopes.items():
        close(gradients[key], slope)
