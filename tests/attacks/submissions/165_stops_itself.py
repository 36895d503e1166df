# /// attack
# rows = []
# tries = "Stops its own process with SIGSTOP, so that it neither answers nor ends."
# kind = "hostile"
# verdicts = ["timeout", "raised", "failed"]
# seconds = 0.5
# ///
import os
import signal


def cross_entropy_backward(logits, targets):
    os.kill(os.getpid(), signal.SIGSTOP)
    return logits.zero_()
