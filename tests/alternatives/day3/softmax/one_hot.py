"""Targets as rows of the identity; the loss as a sum over everything."""

import numpy as np


def softmax(z):
    """Return 1 / sum over j of exp(z[j] - z[i])."""
    with np.errstate(over="ignore"):
        return 1.0 / np.exp(z[..., None, :] - z[..., :, None]).sum(axis=-1)


def cross_entropy(logits, y):
    """Return (loss, probs)."""
    B, C = logits.shape
    shifted = logits - np.amax(logits, axis=1).reshape(B, 1)
    log_sum = np.log(np.sum(np.exp(shifted), axis=1))
    one_hot = np.eye(C)[y]
    loss = (log_sum - (shifted * one_hot).sum(1)).sum() / B
    return float(loss), np.exp(shifted - log_sum[:, None])
