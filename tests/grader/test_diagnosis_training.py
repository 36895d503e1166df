"""Curves: broken loops that really run are named as what they are, and right ones as nothing.

Three learners, each trained right and with each bug of the notes' tables, 20 seeds: softmax regression on whole batches
(lecture 2), a two-layer network on mini-batches by SGD (day 3, lecture 3), and a regression by Adam (chapter 0).
"""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

from grader.checks import check_training
from grader.checks.context import CheckFailed
from grader.diagnosis.training import diagnose_training

SEEDS = range(20)


def softmax_loss(z, y):
    z = z - z.max(1, keepdims=True)
    p = np.exp(z)
    p /= p.sum(1, keepdims=True)
    with np.errstate(divide="ignore"):
        loss = -np.log(p[np.arange(len(y)), y]).mean()
    p[np.arange(len(y)), y] -= 1
    return loss, p / len(y)


class Bigram:
    """Rows of a table, whole batches; the answers follow the inputs."""

    steps, lr, classes, batch = 100, 20.0, 12, 400

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        table = rng.dirichlet(np.full(self.classes, 0.3), self.classes).cumsum(1)
        self.X = rng.integers(0, self.classes, self.batch)
        self.Y = np.minimum((rng.random((self.batch, 1)) > table[self.X]).sum(1), self.classes - 1)
        self.start = {"W": rng.standard_normal((self.classes, self.classes)) * 0.1}
        counts = np.bincount(self.Y, minlength=self.classes) / self.batch
        self.unigram = float(-(counts[counts > 0] * np.log(counts[counts > 0])).sum())

    def batches(self, rng):
        return self.X, self.Y

    def loss_and_gradient(self, p, X, Y):
        loss, dz = softmax_loss(p["W"][X], Y)
        dW = np.zeros_like(p["W"])
        np.add.at(dW, X, dz)
        return loss, {"W": dW}


class Network:
    """Two layers, tanh, mini-batches of 32."""

    steps, lr, classes, batch = 200, 0.3, 5, 32

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        centres = rng.standard_normal((self.classes, 6)) * 1.5
        self.Y = rng.choice(self.classes, 1000, p=[0.4, 0.25, 0.15, 0.1, 0.1])
        self.X = centres[self.Y] + rng.standard_normal((1000, 6))
        self.start = {
            "W1": rng.standard_normal((6, 16)) / math.sqrt(6),
            "b1": np.zeros(16),
            "W2": rng.standard_normal((16, self.classes)) * 0.1,
            "b2": np.zeros(self.classes),
        }
        counts = np.bincount(self.Y) / len(self.Y)
        self.unigram = float(-(counts * np.log(counts)).sum())

    def batches(self, rng):
        rows = rng.integers(0, len(self.Y), self.batch)
        return self.X[rows], self.Y[rows]

    def loss_and_gradient(self, p, X, Y):
        h = np.tanh(X @ p["W1"] + p["b1"])
        loss, dz = softmax_loss(h @ p["W2"] + p["b2"], Y)
        da = (dz @ p["W2"].T) * (1 - h**2)
        return loss, {"W1": X.T @ da, "b1": da.sum(0), "W2": h.T @ dz, "b2": dz.sum(0)}


TASKS = {"bigram": Bigram, "network": Network}


def train(task, seed, bug=""):
    """The losses of one run; a bug changes one line of it."""
    rng = np.random.default_rng(1000 + seed)
    p = {name: value.copy() for name, value in task.start.items()}
    if bug == "start":
        last = "W" if "W" in p else "W2"
        p[last] = np.random.default_rng(seed).standard_normal(p[last].shape) * 20
    if bug == "only the bias" and "W2" in p:
        p["W2"] *= 0
        p["W1"] *= 0
    lr = task.lr * {"too large": 1000, "flat": 1e-7, "too small": 0.02}.get(bug, 1)
    lr *= float(bug.removeprefix("lr ")) if bug.startswith("lr ") else 1
    kept = {name: np.zeros_like(value) for name, value in p.items()}
    losses = []
    with np.errstate(all="ignore"):
        for _ in range(task.steps):
            X, Y = task.batches(rng)
            loss, gradient = task.loss_and_gradient(p, X, Y)
            losses.append(float(loss * (task.batch if bug == "sum for mean" else 1)))
            for name in list(p):
                if bug == "no step":
                    continue
                kept[name] = kept[name] + gradient[name] if bug == "no zero_grad" else gradient[name]
                step = kept[name] * (task.batch if bug == "sum for mean" else 1)
                p[name] = p[name] + lr * step if bug == "uphill" else p[name] - lr * step
    return losses


@functools.cache
def run(name, seed, bug=""):
    """One run, remembered."""
    return tuple(train(TASKS[name](seed), seed, bug))


def reading(name, seed, bug, **known):
    task = TASKS[name](seed)
    return diagnose_training(
        run(name, seed, bug), reference=run(name, seed), classes=task.classes, unigram=task.unigram,
        sizes={"N": task.batch}, **known,
    )  # fmt: skip


BUGS = {
    "start": "start",
    "no step": "flat",
    "flat": "flat",
    "uphill": "uphill",
    "no zero_grad": "no zero_grad",
    "too large": "too large",
    "too small": "too small",
    "sum for mean": "sum for mean",
}


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("bug", [*BUGS, "only the bias"])
def test_each_bug_is_named_as_itself(name, bug):
    if bug == "only the bias" and name == "bigram":
        pytest.skip("a table has no bias")
    found = [reading(name, seed, bug) for seed in SEEDS]
    assert [r.name if r else None for r in found] == [BUGS.get(bug, bug)] * len(SEEDS)


@pytest.mark.parametrize("name", TASKS)
def test_a_right_loop_gets_nothing(name):
    for seed in SEEDS:
        assert reading(name, seed, "") is None
        task = TASKS[name](seed)
        assert diagnose_training(run(name, seed), classes=task.classes, unigram=task.unigram) is None
        assert diagnose_training(run(name, seed)) is None


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("factor", [0.3, 3, 10, 100])
def test_another_learning_rate_is_taken_for_no_other_bug(name, factor):
    wanted = {None, "too small"} if factor < 1 else {None, "too large"}
    found = [reading(name, seed, f"lr {factor}") for seed in SEEDS]
    assert {r.name if r else None for r in found} <= wanted


def test_momentum_that_settles_is_not_called_a_missing_zero_grad():
    task = TASKS["bigram"](0)
    p, v, losses = dict(task.start), 0.0, []
    for _ in range(task.steps):
        loss, gradient = task.loss_and_gradient(p, task.X, task.Y)
        v = 0.5 * v + gradient["W"]
        p = {"W": p["W"] - task.lr * v}
        losses.append(loss)
    assert diagnose_training(losses, reference=run("bigram", 0), classes=task.classes) is None


NOISE = np.random.default_rng(1).standard_normal(200) * 0.02


@pytest.mark.parametrize(
    ("losses", "known", "name"),
    [
        ([2.0, 1.9, 1.7, math.nan], {}, "nan"),
        ([math.nan] * 3, {}, "nan"),
        ([2.3, math.inf, math.nan, math.nan], {}, "too large"),
        ([2.3, 9.0, 80.0, 700.0, math.nan], {}, "too large"),
        (list(2.0 + np.exp(-np.arange(200) / 20) + NOISE), {"floor": 2.5}, "leak"),
        ([], {"floor": 1.2, "reached": 0.09}, "leak"),
        (list(2.3 * np.exp(-np.arange(200) / 20)), {"validation": [2.2, 1.5, 1.4, 1.6, 2.0]}, "overfit"),
        (list(2.3 * np.exp(-np.arange(200) / 20)), {"validation": [2.31] * 5, "classes": 10}, "chance on unseen data"),
        (list(1.5 + 0.8 * np.exp(-np.arange(200) / 9) + NOISE),
         {"validation": [1.7, 1.56, 1.55], "reference": list(2.3 * np.exp(-np.arange(200) / 30))}, "underfit"),
        ([2.3] * 50, {"classes": 10}, "flat"),
        ([50.0, 20.0, 9.0, 4.0, 3.0, 2.5, 2.4, 2.3], {"classes": 10}, "start"),
        ([2.3, 2.0, 1.8], {"classes": 10}, None),
        (list(2.3 * np.exp(-np.arange(200) / 20) + 0.1), {"validation": [2.2, 0.5, 0.4, 0.4, 0.4]}, None),
    ],
)  # fmt: skip
def test_curves_drawn_by_hand(losses, known, name):
    found = diagnose_training(losses, **known)
    assert (found.name if found else None) == name


def test_a_check_fails_outside_its_band_and_not_within():
    check_training(reached=2.4, target=2.45, floor=1.8, losses=[3.3, 2.4])
    check_training(reached=0.97, target=0.95, higher=True)
    check_training(losses=[2.0, 1.0, 0.5], target=0.5)
    for known, words in [
        (
            {"reached": 2.5, "target": 2.45, "what": "loss on unseen words"},
            "The loss on unseen words is 2.5; it must be",
        ),
        ({"reached": 0.09, "target": 2.45, "floor": 1.8}, "no honest model gets below 1.8"),
        ({"reached": math.nan, "target": 2.45}, "is NaN"),
        ({"reached": 0.9, "target": 0.95, "higher": True, "what": "accuracy"}, "it must be 0.95 or more"),
        ({"losses": 3.0, "target": 1.0}, "must be a list of Python floats; here is a float"),
        ({"losses": [1.0, None], "target": 1.0}, "one of them is None"),
        ({"losses": [], "target": 1.0}, "is empty"),
    ]:
        with pytest.raises(CheckFailed, match=words):
            check_training(**known)


def test_the_sentences(golden):
    """What is said of curves, to be read as a whole."""
    texts = []
    for name in TASKS:
        for bug in [*BUGS, "only the bias"]:
            found = reading(name, 0, bug)
            texts += [f"{name}, {bug}: {found.text}"] if found is not None else []
    golden("diagnosis_curves.txt", "\n".join(texts) + "\n")
