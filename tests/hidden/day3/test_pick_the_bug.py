"""Checks of day3.pick_the_bug: which mistake gives this curve? A wrong answer is answered by its own curve.

All loops below really run, in a quarter of a second each; so did the five whose symptoms the questions show
(tests/grader/test_day3_quizzes.py runs them again).
"""

import numpy as np

from grader.checks import assert_choice

CAUSES = {
    "zero_grad": "gradients are never zeroed, so they add up",
    "lr_high": "lr = 100",
    "lr_low": "lr = 1e-9",
    "init": "weights from N(0, 1), without √(2/fan_in)",
    "shuffle": "the data lie in order of class, unshuffled",
    "softmax": "a softmax before cross_entropy, which has its own",
    "sign": "W += lr * dW",
}
SYMPTOMS = {  # as the questions show them
    "symptom_1": (
        "▂▁▁▁▂▁▁▁▂▁▁▁▂▁▁▁▂▁▁▁▃▁▁▁▃▁▁▁▂▁▁▁▄▁▁▁▃▁▁▁\n"
        "loss 3.23, 0.372, 0.342, 0.00741, 0.00847 at steps 0, 1, 2, 100, 199\n"
        "in the end right: 45% of the training set, 44% of unseen examples"
    ),
    "symptom_2": (
        "██████████████████████××××××××××××××××××\n"
        "loss 3.1, 1.68e+03, 1.13e+06, 9.99e+276, nan at steps 0, 1, 2, 100, 199\n"
        "in the end right: 11% of the training set, 10% of unseen examples"
    ),
    "symptom_3": (
        "▆▇▇▆▇▆▇▆▆▆▆▆▇▇▆▆▇▆▇▆▆▇▆▇▇▆▆▇▆▆▆▇▇▆▇▆▆▇▆▆\n"
        "loss 3.1, 3.04, 2.62, 2.83, 2.91 at steps 0, 1, 2, 100, 199\n"
        "in the end right: 8% of the training set, 9% of unseen examples"
    ),
    "symptom_4": (
        "▄▂▁▁▂▁▂▃▄▅██████████████████████████████\n"
        "loss 3.1, 2.48, 1.64, 56, 1.45 at steps 0, 1, 2, 100, 199\n"
        "in the end right: 71% of the training set, 73% of unseen examples"
    ),
    "symptom_5": (
        "██▅▃▃▂▁▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁\n"
        "loss 23.7, 15, 7.53, 0.333, 0.135 at steps 0, 1, 2, 100, 199\n"
        "in the end right: 97% of the training set, 96% of unseen examples"
    ),
}
SEALED = {
    "symptom_1": "042e5cda:e6af5ed02fbec19cbc7b2c06",
    "symptom_2": "e03bfb04:966aabbd309727ae07a4ebb4",
    "symptom_3": "93aa9752:8ed1ddfcafc6a95367be045f",
    "symptom_4": "ffa8e189:e36f5bd04149a9814f9bca12",
    "symptom_5": "d186dd86:be58d816da66e3ac740c5776",
}
STEPS, BATCH, D, H, C = 200, 20, 16, 32, 10
SIGNS = "▁▂▃▄▅▆▇█"
FULL = 4.0  # the loss at which a sign is full


def blobs(rng, count):
    """Examples (count, D) around 10 centres, all numbers of size 1, with their classes (count,)."""
    centres = np.random.default_rng(10).standard_normal((C, D))
    y = rng.integers(0, C, count)
    return 0.8 * centres[y] + 0.6 * rng.standard_normal((count, D)), y


def log_softmax(z):
    z = z - z.max(1, keepdims=True)
    return z - np.log(np.exp(z).sum(1, keepdims=True))


def gradient(z, y, cause):
    """Loss and gradient at the logits z; ``softmax`` takes probabilities for logits, and back through both."""
    onehot = np.eye(C)[y]
    if cause != "softmax":
        logp = log_softmax(z)
        return -(onehot * logp).sum(1).mean(), (np.exp(logp) - onehot) / len(y)
    p = np.exp(log_softmax(z))
    logq = log_softmax(p)
    dp = (np.exp(logq) - onehot) / len(y)
    return -(onehot * logq).sum(1).mean(), p * (dp - (dp * p).sum(1, keepdims=True))


def train(cause=""):
    """Train 16-32-10 for one pass over 4,000 examples, with one mistake or (without a cause) none.

    Returns:
        The losses (STEPS,), and the accuracies at the end: on the training set and on unseen examples.
    """
    rng = np.random.default_rng(3)
    (X, y), (X_val, y_val) = blobs(rng, STEPS * BATCH), blobs(rng, 1000)
    scale = 1.0 if cause == "init" else 0.0
    W1 = rng.standard_normal((D, H)) * (scale or np.sqrt(2 / D))
    W2 = rng.standard_normal((H, C)) * (scale or np.sqrt(2 / H))
    params = [W1, np.zeros(H), W2, np.zeros(C)]
    grads = [np.zeros_like(p) for p in params]
    lr = {"lr_high": 100.0, "lr_low": 1e-9, "sign": -0.2}.get(cause, 0.2)
    order = np.argsort(y, kind="stable") if cause == "shuffle" else rng.permutation(len(y))
    losses = []
    with np.errstate(all="ignore"):
        for step in range(STEPS):
            batch = order[step * BATCH : (step + 1) * BATCH]
            W1, b1, W2, b2 = params
            z1 = X[batch] @ W1 + b1
            a1 = np.maximum(z1, 0)
            loss, dz2 = gradient(a1 @ W2 + b2, y[batch], cause)
            dz1 = (dz2 @ W2.T) * (z1 > 0)
            new = [X[batch].T @ dz1, dz1.sum(0), a1.T @ dz2, dz2.sum(0)]
            grads = [old + g for old, g in zip(grads, new, strict=True)] if cause == "zero_grad" else new
            params = [p - lr * g for p, g in zip(params, grads, strict=True)]
            losses.append(loss)
        W1, b1, W2, b2 = params
        right = [(np.maximum(x @ W1 + b1, 0) @ W2 + b2).argmax(1) == t for x, t in ((X, y), (X_val, y_val))]
    return np.array(losses), right[0].mean(), right[1].mean()


def curve(losses):
    """The losses as 40 signs, each the mean of 5 steps: from ▁ for 0 to █ for 4 and more, × for what is no number."""
    means = losses.reshape(40, -1).mean(1)
    return "".join("×" if np.isnan(m) else SIGNS[int(min(m / FULL, 1) * 7.999)] for m in means)


def picture(cause):
    """What a learner sees of a run: its curve, losses on the way, and the accuracies at the end."""
    losses, train_accuracy, val_accuracy = train(cause)
    shown = ", ".join(f"{losses[step]:.3g}" for step in (0, 1, 2, 100, 199))
    return (
        f"{curve(losses)}\n"
        f"loss {shown} at steps 0, 1, 2, 100, 199\n"
        f"in the end right: {train_accuracy:.0%} of the training set, {val_accuracy:.0%} of unseen examples"
    )


def ask(submission, question):
    """Ask for the cause of a symptom; a wrong one is run, and its curve set beside that of the question."""

    def explain(cause):
        return f"This is what it does:\n{picture(cause)}\nand this is the symptom:\n{SYMPTOMS[question]}"

    assert_choice(submission, question, CAUSES, SEALED[question], explain=explain)


def test_near_zero_and_yet_wrong(submission):
    """Symptom 1: losses near 0 with teeth, and an accuracy far below what they promise."""
    ask(submission, "symptom_1")


def test_explosion(submission):
    """Symptom 2: a loss that explodes with the first step."""
    ask(submission, "symptom_2")


def test_standstill(submission):
    """Symptom 3: a loss that stands still."""
    ask(submission, "symptom_3")


def test_growing_swings(submission):
    """Symptom 4: a loss that falls, and then swings wider and wider."""
    ask(submission, "symptom_4")


def test_high_start(submission):
    """Symptom 5: a loss that begins far too high, and then falls as it should."""
    ask(submission, "symptom_5")
