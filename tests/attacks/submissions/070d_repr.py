# /// attack
# rows = [70]
# tries = "An answer whose repr, class and attributes all fail."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# says = ["too strange to send"]
# ///
class Trap:
    def __getattribute__(self, name):
        raise SystemExit(name)

    def __repr__(self):
        raise KeyboardInterrupt

    __str__ = __bool__ = __len__ = __iter__ = __repr__


def cross_entropy_backward(logits, targets):
    return Trap()
