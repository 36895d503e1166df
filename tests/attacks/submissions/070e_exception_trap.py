# /// attack
# rows = [70]
# tries = "An exception that cannot be printed."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["Trap: (its message could not be read)"]
# ///
class Trap(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__


def cross_entropy_backward(logits, targets):
    raise Trap
