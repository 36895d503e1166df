"""Reading loss curves: underfit, just right or overfit, and when to stop.

You write the two rules by which the diagrams of the notes are told apart: what a pair of curves, training and
validation, says about the model, and at which epoch patience is at an end. Real curves are noisy, so the first rule
begins by smoothing. Source: day 3, section "Diagnostics".
"""

# /// exercise
# title = "reading loss curves"
# packages = "numpy"
# ///

from collections.abc import Sequence


def diagnose(train_losses: Sequence[float], val_losses: Sequence[float]) -> str:
    """Say what a pair of loss curves shows.

    Both curves are smoothed first. With n epochs and a window of w = n // 10 epochs (whole part; at least 1), the
    smoothed curve has n - w + 1 values, of which value number i is the mean of the losses i, i+1, …, i+w-1. Call the
    smoothed curves t and v, and let m be the place of the smallest value of v (the first, if there are several). Then

        "overfit"     if v ends more than 10% above its minimum, v[last] > 1.1 * v[m], while training went on
                      improving since then, t[last] < t[m];
        "underfit"    otherwise, if the training loss has not come down much: t[last] > 0.7 * t[0];
        "just right"  otherwise.

    The first rule that applies decides. The numbers 10, 1.1 and 0.7 are this exercise's; any others would do as well,
    but a rule needs some.

    Args:
        train_losses: the training loss of each epoch, n floats above 0; n is at least 10.
        val_losses: the validation loss of each epoch, n floats above 0.

    Returns:
        ``"overfit"``, ``"underfit"`` or ``"just right"``, spelt so. The curves are not modified.

    Example:
        train 10, 9, 8, …, 1 and validation 11, 10, 9, …, 2 (w is 1): "just right", as both come down to the end

    Source: day 3, section "Diagnostics".
    """
    raise NotImplementedError("day3.curves: diagnose is not written yet")


def early_stop(val_losses: Sequence[float], patience: int) -> tuple[int, int]:
    """Say at which epoch training stops, and which epoch's weights are kept.

    Go through the epochs in order, as if you did not know those to come. An epoch is a new best when its validation
    loss is strictly below all losses before it; epoch 0 always is. Training stops at the first epoch that lies
    ``patience`` epochs after the best one so far, so after ``patience`` epochs in a row that brought no new best.

    Args:
        val_losses: the validation loss of each epoch, n floats; n is at least 1.
        patience: how many epochs without a new best are borne, at least 1.

    Returns:
        ``(stop, best)``: the epoch at which training stops, n - 1 if it goes on to the end; and the best epoch among
        0, 1, …, stop. Both are ints, counted from 0. The curve is not modified.

    Example:
        [3.0, 2.0, 2.5, 2.0, 1.0], patience 2 -> (3, 1): epochs 2 and 3 bring nothing below 2.0, and the 1.0 of epoch 4
        is never seen

    Source: day 3, section "Diagnostics": "early stopping at the validation minimum".
    """
    raise NotImplementedError("day3.curves: early_stop is not written yet")
