# /// attack
# rows = []
# tries = "Raises exceptions whose class lies about its name, its bases and its attributes."
# kind = "hostile"
# verdicts = ["raised", "crashed"]
# ///
class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit


class Strange(Exception, metaclass=Meta):
    @property
    def __traceback__(self):
        raise SystemExit

    def __str__(self):
        raise KeyboardInterrupt


def cross_entropy_backward(logits, targets):
    raise Strange
