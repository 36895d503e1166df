# /// attack
# rows = [44]
# tries = "Values that are long, deep and without end."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["a tensor is wanted"]
# ///
import itertools


def cross_entropy_backward(logits, targets):
    logits.zero_()
    deep = []
    for _ in range(100_000):
        deep = [deep]
    ring = {}
    ring["ring"] = [ring]
    return [deep, ring, itertools.count(), list(range(100_000)), ["x" * 10] * 30_000]
