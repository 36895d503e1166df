# /// attack
# rows = []
# tries = "Imports slowly and ends its process at every call, so that every check pays for the import."
# kind = "hostile"
# verdicts = ["timeout", "crashed"]
# seconds = 1.5
# ///
import os
import time

time.sleep(0.3)


def cross_entropy_backward(logits, targets):
    os._exit(0)
