# /// attack
# rows = [36, 37]
# tries = "Infinities of both signs, whose differences are NaN."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["dlogits is -inf"]
# ///
def cross_entropy_backward(logits, targets):
    logits.fill_(float("inf"))
    logits[:, 0] = float("-inf")
    return logits
