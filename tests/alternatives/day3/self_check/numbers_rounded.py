"""Numbers as one writes them down, letters in capitals."""

answers = {
    "collapse": "B",
    "logit_gradient": -0.2,
    "he_two": "C",
    "bias_gradient": "A",
    "stuck": "D",
    "zero_start": "B",
    "first_loss": 2.3,
    "no_softmax": "C",
    "scaled_input": 0.001,
    "depth": "A",
}
