# /// attack
# rows = []
# tries = "Ends itself by a real-time signal, which has no name."
# kind = "hostile"
# verdicts = ["crashed"]
# says = ["signal 40"]
# ///
import os


def cross_entropy_backward(logits, targets):
    os.kill(os.getpid(), 40)
    return logits.zero_()
