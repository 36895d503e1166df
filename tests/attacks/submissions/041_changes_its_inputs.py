# /// attack
# rows = [41]
# tries = "Changes its inputs so that a reference that ran on them would agree with it."
# kind = "hostile"
# verdicts = ["failed"]
# ///
def cross_entropy_backward(logits, targets):
    logits.fill_(0)
    logits[:, 0] = 1e4
    targets.fill_(0)
    return logits * 0
