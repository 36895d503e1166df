"""Self-attention in a dozen lines of NumPy: one sequence, one head, and a mask that is added.

You write the attention of the deep dives, with its softmax, and the mask that hides the future. Source: deep dives,
"Self-Attention from Scratch".
"""

# /// exercise
# title = "self-attention in NumPy"
# packages = "numpy"
# ///

import numpy as np


def causal_mask(T: int) -> np.ndarray:
    """Return the mask that lets token i see tokens 0 to i and nothing behind them.

    Args:
        T: tokens in the sequence, at least 1.

    Returns:
        (T, T), float64: 0 at [i, j] where j <= i, and minus infinity where j > i.

    Example:
        T = 3 -> [[0, -inf, -inf], [0, 0, -inf], [0, 0, 0]]

    Source: deep dives, "Self-Attention from Scratch" and the forward pass of a transformer, step 5.
    """
    raise NotImplementedError("deepdive.attention: causal_mask is not written yet")


def self_attention(
    X: np.ndarray, Wq: np.ndarray, Wk: np.ndarray, Wv: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return what each token gathers from the tokens that it sees, and with which weights.

        Q, K, V = X Wq, X Wk, X Wv             (T, d_k), (T, d_k), (T, d_v)
        scores  = Q K.T / sqrt(d_k) + mask     (T, T): row i belongs to query i, column j to key j
        weights = softmax of each row          (T, T)
        output  = weights V                    (T, d_v)

    Weights are right for scores of any size: several thousand too, where exp overflows.

    Args:
        X: one sequence, (T, d_model), float64; T is at least 1.
        Wq: (d_model, d_k).
        Wk: (d_model, d_k).
        Wv: (d_model, d_v).
        mask: (T, T), *added* to the scaled scores: minus infinity hides a token, 0 shows it, and a finite number makes
            it count more or less. In each row something is left to see. With None nothing is added.

    Returns:
        ``(output, weights)``: (T, d_v) and (T, T), float64. No argument is modified.

    Example:
        X = [[1], [2]], Wq = [[0]], Wk = [[1]], Wv = [[10]]: all scores are 0, so that without a mask the weights are
        [[0.5, 0.5], [0.5, 0.5]] and output = [[15], [15]]; with causal_mask(2) they are [[1, 0], [0.5, 0.5]] and output
        = [[10], [15]]

    Source: deep dives, "Self-Attention from Scratch".
    """
    raise NotImplementedError("deepdive.attention: self_attention is not written yet")
