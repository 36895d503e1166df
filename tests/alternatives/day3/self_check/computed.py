"""Numbers by NumPy, letters in brackets."""

import numpy as np

p, y = np.array([0.7, 0.2, 0.1]), np.eye(3)[1]
probabilities = np.full(10, 1 / 10)

answers = {
    "collapse": "(b)",
    "logit_gradient": ((p - y) / 4)[1],
    "he_two": "(c)",
    "bias_gradient": "(a)",
    "stuck": "(d)",
    "zero_start": "(b)",
    "first_loss": -(probabilities * np.log(probabilities)).sum(),
    "no_softmax": "(c)",
    "scaled_input": np.float32(1e-3),
    "depth": "(a)",
}
