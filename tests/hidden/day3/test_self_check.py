"""Checks of day3.self_check: ten questions, seven to choose from and three to compute."""

import math

import numpy as np

from grader.checks import assert_choice, assert_number, points

OPTIONS = {  # as the questions show them
    "collapse": {
        "a": "W1 + W2",
        "b": "W1 @ W2",
        "c": "W2 @ W1",
        "d": "W1 * W2, entry by entry",
    },
    "he_two": {
        "a": "from the derivative of a square, as in the squared error",
        "b": "from the two kinds of parameters of a layer, weights and bias",
        "c": "from ReLU, which zeroes half of the pre-activations and so halves their mean square",
        "d": "from the two passes, forward and backward, of which it takes the mean",
    },
    "bias_gradient": {
        "a": "the bias is added to each of the B rows, so the loss feels it through each of them, and the paths add",
        "b": "the loss is a mean over the batch, and the sum undoes its 1/B",
        "c": "db needs the shape (out,), and any reduction over the batch would do, the mean as well",
        "d": "the rows of dz are all equal, so the sum is B times one of them",
    },
    "stuck": {
        "a": "the learning rate is far too high",
        "b": "the weights start too large",
        "c": "the data are not shuffled",
        "d": "the weights are all zero, so that the logits are equal and no gradient reaches the layers below",
    },
    "zero_start": {
        "a": "zero weights make the softmax divide by zero",
        "b": "hidden units that start equal get equal gradients, and stay equal for ever",
        "c": "weights of zero count as missing, and the optimizer skips them",
        "d": "they could: it only takes a larger learning rate",
    },
    "no_softmax": {
        "a": "softmax has no derivative",
        "b": "softmax changes which class has the largest score",
        "c": "cross_entropy contains one; what it takes for logits would lie in [0, 1], and the loss stay far from 0",
        "d": "the probabilities would not sum to one over the batch",
    },
    "depth": {
        "a": "the theorem tells neither how many units it takes nor how to find them; depth builds on its own features",
        "b": "one hidden layer can in truth only do what a linear layer does",
        "c": "deep networks are easier to train than shallow ones",
        "d": "the theorem does not hold for ReLU",
    },
}
SEALED = {
    "collapse": "8f88f11b:8fd4bae00fc31d4cf368f0d9",
    "he_two": "8172fec7:61c49890b3178eaf3d61fd74",
    "bias_gradient": "65803a34:088265eb8c5e7ae05fb3b5be",
    "stuck": "56a319ab:0350bd5c199ac990ee286a94",
    "zero_start": "81f463e9:ea37564b98e9e529d0729f11",
    "no_softmax": "0bb92f98:f725505c38ffebe2996f1072",
    "depth": "50a1c748:ed1097a670889082ebacc073",
}


def choose(submission, question):
    assert_choice(submission, question, OPTIONS[question], SEALED[question])


@points(0.5)
def test_collapse(submission):
    """Question 1: two linear layers are one."""
    choose(submission, "collapse")


@points(0.5)
def test_logit_gradient(submission):
    """Question 2: softmax and cross-entropy, backwards."""
    logits, targets = np.log([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]]), [1, 0, 2, 0]

    def loss(z):
        moved = logits.copy()
        moved[0, 1] += z
        return (np.log(np.exp(moved).sum(1)) - moved[np.arange(4), targets]).mean()

    assert_number(submission, "logit_gradient", (loss(1e-5) - loss(-1e-5)) / 2e-5)


@points(0.5)
def test_he_two(submission):
    """Question 3: the 2 in He initialisation."""
    choose(submission, "he_two")


@points(0.5)
def test_bias_gradient(submission):
    """Question 4: the gradient of a bias."""
    choose(submission, "bias_gradient")


@points(0.5)
def test_stuck(submission):
    """Question 5: a loss that stays at log(C)."""
    choose(submission, "stuck")


@points(0.5)
def test_zero_start(submission):
    """Question 6: why weights do not start at zero."""
    choose(submission, "zero_start")


@points(0.5)
def test_first_loss(submission):
    """Question 7: the first loss of 10 classes."""
    assert_number(submission, "first_loss", -math.log(1 / 10))


@points(0.5)
def test_no_softmax(submission):
    """Question 8: logits, not probabilities, go into the loss."""
    choose(submission, "no_softmax")


@points(0.5)
def test_scaled_input(submission):
    """Question 9: inputs 1000 times as large."""
    rng = np.random.default_rng(1)
    X, W = rng.standard_normal((50, 20)), rng.standard_normal((20, 30))
    assert_number(submission, "scaled_input", (X @ W).std() / (1000 * X @ W).std())


@points(0.5)
def test_depth(submission):
    """Question 10: why networks are deep."""
    choose(submission, "depth")
