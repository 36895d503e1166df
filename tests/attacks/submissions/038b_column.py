# /// attack
# rows = [38]
# tries = "A column of numbers in the place of a matrix, which broadcasts against it."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["has shape"]
# ///
def cross_entropy_backward(logits, targets):
    logits.zero_()
    return logits[:, :1]
