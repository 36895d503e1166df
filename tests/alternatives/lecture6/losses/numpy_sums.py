"""Sums between the cuts."""

import numpy as np


def smooth(losses, window):
    """Return the means."""
    cuts = np.arange(0, len(losses), window)
    lengths = np.diff(np.append(cuts, len(losses)))
    return (np.add.reduceat(np.asarray(losses), cuts) / lengths).tolist()
