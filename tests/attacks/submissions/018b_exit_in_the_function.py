# /// attack
# rows = [18]
# tries = "Ends the process with exit code 0 when it is called."
# kind = "hostile"
# verdicts = ["crashed"]
# says = ["ended the whole process with exit code 0"]
# ///
import os


def cross_entropy_backward(logits, targets):
    os._exit(0)
