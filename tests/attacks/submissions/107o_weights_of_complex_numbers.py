# /// attack
# rows = []
# tries = "Right weights with an imaginary part, which a cast throws away."
# kind = "hostile"
# exercise = "day3.init"
# verdicts = ["failed"]
# says = ["The weights must be float64; here they are complex128."]
# earns = 1
# ///
import numpy as np


def he(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in) + 5j


def xavier(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * np.sqrt(1 / fan_in) + 5j
