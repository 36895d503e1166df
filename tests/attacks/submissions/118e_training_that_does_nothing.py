# /// attack
# rows = []
# tries = "The parameters come back as they went in, with losses of zero."
# kind = "hostile"
# exercise = "lecture5.train"
# verdicts = ["failed"]
# says = ["not right"]
# ///
import torch


def train_manual(params, X, Y, steps, batch_size, lr, generator):
    return params, [0.0] * steps


def calibrate(params, X):
    return params["b1"][None] * 0, params["b1"][None] * 0 + 1


def evaluate(params, mean, var, X, Y):
    return 0.0
