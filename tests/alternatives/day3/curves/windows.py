"""Windows as a view, statistics.fmean, and a search from the end for the stop."""

from statistics import fmean

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def _means(losses):
    return [fmean(window) for window in sliding_window_view(np.array(losses), max(1, len(losses) // 10))]


def diagnose(train_losses, val_losses):
    t, v = _means(train_losses), _means(val_losses)
    m = int(np.argmin(v))
    match (v[-1] > 1.1 * v[m] and t[-1] < t[m], t[-1] > 0.7 * t[0]):
        case (True, _):
            return "overfit"
        case (False, True):
            return "underfit"
    return "just right"


def early_stop(val_losses, patience):
    bests = [e for e in range(len(val_losses)) if e == 0 or val_losses[e] < min(val_losses[:e])]
    for best, following in zip(bests, [*bests[1:], float("inf")], strict=True):
        if following - best > patience and best + patience < len(val_losses):
            return best + patience, best
    return len(val_losses) - 1, bests[-1]
