# /// attack
# rows = []
# tries = "Raises an exception whose message, class name and arguments are huge."
# kind = "hostile"
# verdicts = ["raised"]
# ///
def cross_entropy_backward(logits, targets):
    raise type("E" * 1_000_000, (ValueError,), {"__str__": lambda self: "m" * 100_000_000})()
