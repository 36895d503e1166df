# /// attack
# rows = []
# tries = "Closes every descriptor, its socket too."
# kind = "hostile"
# verdicts = ["crashed", "raised"]
# ///
import os


def cross_entropy_backward(logits, targets):
    os.closerange(0, 256)
    return logits.zero_()
