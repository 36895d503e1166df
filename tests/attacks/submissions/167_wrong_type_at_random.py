# /// attack
# rows = []
# tries = "Another kind of answer at every call, so that no failure can be repeated."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import random

KINDS = [None, 1, "x", 2.5, [], {}, (), b"", 1j, {1}, range(3), print, int, ..., slice(1), float("nan")]


def cross_entropy_backward(logits, targets):
    logits.zero_()
    return random.SystemRandom().choice(KINDS)
