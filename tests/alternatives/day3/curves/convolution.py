"""Smoothing by np.convolve, a running minimum by np.minimum.accumulate."""

import numpy as np


def diagnose(train_losses, val_losses):
    n = len(train_losses)
    w = max(1, n // 10)
    t, v = (np.convolve(losses, np.full(w, 1 / w), mode="valid") for losses in (train_losses, val_losses))
    m = v.argmin()
    if v[-1] / v[m] > 1.1 and t[-1] - t[m] < 0:
        return "overfit"
    return "underfit" if t[-1] / t[0] > 0.7 else "just right"


def early_stop(val_losses, patience):
    val = np.asarray(val_losses)
    lowest = np.minimum.accumulate(val)
    best = np.array([int(np.argmax(val == low)) for low in lowest])  # the first epoch with the lowest loss so far
    stops = np.flatnonzero(np.arange(len(val)) - best >= patience)
    stop = int(stops[0]) if len(stops) else len(val) - 1
    return stop, best[stop]
