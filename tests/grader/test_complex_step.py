"""Derivatives by complex step are those of autograd."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from grader.checks.complex_step import cross_entropy, gradients, relu

RNG = np.random.default_rng(8)


@pytest.mark.parametrize(("ours", "theirs"), [(np.tanh, torch.tanh), (relu, torch.relu)])
def test_of_a_network_that_classifies(ours, theirs):
    X, W, b = RNG.standard_normal((5, 3)), RNG.standard_normal((3, 4)), RNG.standard_normal(4)
    y = RNG.integers(0, 4, 5)
    value, found = gradients(lambda X, W, b: cross_entropy(ours(X @ W + b[..., None, :]), y), X, W, b)
    tensors = [torch.from_numpy(array).requires_grad_() for array in (X, W, b)]
    loss = F.cross_entropy(theirs(tensors[0] @ tensors[1] + tensors[2]), torch.from_numpy(y))
    expected = torch.autograd.grad(loss, tensors)
    assert value == pytest.approx(loss.item(), rel=1e-14)
    for slope, right in zip(found, expected, strict=True):
        assert slope.shape == right.shape
        np.testing.assert_allclose(slope, right.numpy(), rtol=1e-12, atol=1e-15)


def test_nothing_is_modified_and_views_will_do():
    x = RNG.standard_normal((4, 3)).T
    kept = x.copy()
    value, (slope,) = gradients(lambda x: (x**2).sum((-1, -2)), x)
    assert value == pytest.approx((kept**2).sum())
    np.testing.assert_allclose(slope, 2 * kept, rtol=1e-14)
    np.testing.assert_array_equal(x, kept)


def test_relu_stops_the_gradient_at_zero_and_cross_entropy_stands_large_logits():
    assert gradients(lambda x: relu(x).sum(-1), np.array([0.0, 2.0, -1.0]))[1][0].tolist() == [0.0, 1.0, 0.0]
    value, (slope,) = gradients(lambda z: cross_entropy(z, np.array([1])), np.array([[1e4, -1e4]]))
    assert value == 2e4
    np.testing.assert_allclose(slope, [[1.0, -1.0]])
