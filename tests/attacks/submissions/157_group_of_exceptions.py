# /// attack
# rows = []
# tries = "Raises groups of exceptions, deeply nested, and a chain of a thousand causes."
# kind = "hostile"
# verdicts = ["raised"]
# ///
def cross_entropy_backward(logits, targets):
    error = ValueError("innermost")
    for n in range(1000):
        group = ExceptionGroup(f"level {n}", [error])
        group.__cause__ = error
        error = group
    raise error
