# /// attack
# rows = [62]
# tries = "Hours inside one C call, which hears no signal of Python's."
# kind = "hostile"
# verdicts = ["timeout"]
# says = ["No answer within 0.5 s"]
# seconds = 0.5
# ///
import re


def cross_entropy_backward(logits, targets):
    return re.match(r"(a|aa)+$", "a" * 60 + "b")
