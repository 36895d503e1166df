# /// attack
# rows = [19]
# tries = "Raises KeyboardInterrupt, which stops most test runners."
# kind = "hostile"
# verdicts = ["raised"]
# ///
def cross_entropy_backward(logits, targets):
    raise KeyboardInterrupt
