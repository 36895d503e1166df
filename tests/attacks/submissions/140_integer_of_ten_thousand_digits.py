# /// attack
# rows = []
# tries = "Returns an int that Python refuses to turn into text."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["dlogits is an int"]
# ///
def cross_entropy_backward(logits, targets):
    logits.zero_()
    return 10**10_000
