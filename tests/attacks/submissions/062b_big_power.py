# /// attack
# rows = [62]
# tries = "A number of ten billion digits."
# kind = "hostile"
# verdicts = ["timeout", "raised"]
# seconds = 0.5
# ///
def cross_entropy_backward(logits, targets):
    return len(str(7 ** 10**9))
