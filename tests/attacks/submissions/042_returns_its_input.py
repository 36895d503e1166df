# /// attack
# rows = [42]
# tries = "Returns its own input, so that whoever changes the one changes the other."
# kind = "hostile"
# verdicts = ["failed"]
# ///
KEPT = []


def cross_entropy_backward(logits, targets):
    KEPT.append(logits)
    for other in KEPT:
        other.zero_()
    return logits
