"""A dict made by keywords, filled in two goes."""

import math

answers = dict(logit_gradient=-1 / 5, first_loss=math.log(2) + math.log(5), scaled_input=10**-3)
for question, letter in zip(
    ["collapse", "he_two", "bias_gradient", "stuck", "zero_start", "no_softmax", "depth"],
    "bcadbca",
    strict=True,
):
    answers[question] = f"{letter}."
