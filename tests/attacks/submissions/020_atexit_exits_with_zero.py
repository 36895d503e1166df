# /// attack
# rows = [20]
# tries = "Registers exit handlers that end the process with 0, then ends it by an error."
# kind = "hostile"
# verdicts = ["crashed"]
# says = ["exit code 0"]
# ///
import atexit
import os
import threading

atexit.register(os._exit, 0)
threading._register_atexit(os._exit, 0)


def cross_entropy_backward(logits, targets):
    logits.zero_()
    os._exit(0)
