# /// attack
# rows = [19]
# tries = "Raises SystemExit(0) when it is called."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["ends the program"]
# ///
import sys


def cross_entropy_backward(logits, targets):
    sys.exit(0)
