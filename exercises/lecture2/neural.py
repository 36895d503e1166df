"""The same model as a neural network: one layer without a bias, trained by gradient descent.

The table W of logits is learned instead of counted. What comes out is, to two digits, the table that you have counted:
the loss has one minimum, and counting goes there in one step. Gradient descent takes a hundred, but it goes on working
where nothing can be counted any more. Source: lecture 2, section 2.4.
"""

# /// exercise
# title = "the same model as a neural network"
# ///

from itertools import pairwise

import torch
import torch.nn.functional as F


def bigram_dataset(words: list[str], stoi: dict[str, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return all pairs of characters of a list of words, as numbers.

    The pairs are those of ``count_bigrams``: each word between two dots, one on each side. They come in the order in
    which they stand in the words, and each as often as it occurs.

    Args:
        words: at least one word, each of at least one letter, without dots.
        stoi: the number of each character; the dot has 0.

    Returns:
        ``(xs, ys)``, each (M,) int64: the first and the second character of each of the M pairs. No argument is
        modified.

    Example:
        ["ab", "b"], {".": 0, "a": 1, "b": 2} -> xs = [0, 1, 2, 0, 2], ys = [1, 2, 0, 2, 0]

    Source: lecture 2, section 2.4.2 (listing 21).
    """
    raise NotImplementedError("lecture2.neural: bigram_dataset is not written yet")


def forward(W: torch.Tensor, xs: torch.Tensor) -> torch.Tensor:
    """Return the logits of the network: what follows each of these characters, before the softmax.

    The network is one linear layer without a bias on one-hot inputs: logits[m] is row xs[m] of W.

    Args:
        W: weights, (V, V), float32: row i holds the logits of what follows character i. V is W's own width, not always
            27.
        xs: characters, (M,), int64 in [0, V); M is at least 1. They may be a view of another tensor.

    Returns:
        The logits, (M, V), float32. Gradients flow back to W. No argument is modified. (A bonus asks for W in float64
        too, and logits of its dtype.)

    Source: lecture 2, sections 2.4.3 and 2.4.4 (listings 22 and 24).
    """
    raise NotImplementedError("lecture2.neural: forward is not written yet")


def train(
    xs: torch.Tensor, ys: torch.Tensor, steps: int, lr: float, weight_decay: float
) -> tuple[torch.Tensor, list[float]]:
    """Train the network on all pairs at once, by gradient descent.

        loss = -mean over m of log(softmax(logits[m])[ys[m]]) + weight_decay * mean of W**2 over all its entries

    W starts as zeros, float32, (V, V), where V is one more than the largest number in xs and ys. (The lecture starts at
    random numbers; the loss is convex, so both lead to the same place, and zeros begin at the loss of guessing evenly,
    ln V.) Each of the steps computes the loss of all M pairs at the present W, notes it, and takes one step of plain
    gradient descent: W - lr * dloss/dW. The learning rate stays the same; nothing is carried over from one step to the
    next but W.

    Args:
        xs: first characters, (M,), int64, 0 or more; M is at least 1.
        ys: the characters that follow them, (M,), int64.
        steps: number of steps, at least 1.
        lr: the learning rate; 50 is a good one for the lecture's names.
        weight_decay: what the mean of W**2 is multiplied by, 0 or more; 0.01 in the lecture.

    Returns:
        ``(W, losses)``: the trained weights, (V, V) float32, which may require a gradient or not; and a list of
        ``steps`` Python floats, the loss of each step before its update, decay included. No argument is modified, and
        torch's global generator is left alone.

    Source: lecture 2, sections 2.4.5 to 2.4.7 (listings 30 and 31).
    """
    raise NotImplementedError("lecture2.neural: train is not written yet")
