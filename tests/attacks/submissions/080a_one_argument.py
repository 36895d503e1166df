# /// attack
# rows = [80]
# tries = "One argument of two."
# kind = "fault"
# verdicts = ["raised"]
# says = ["cross_entropy_backward is called as cross_entropy_backward(logits, targets), and yours takes (logits)."]
# ///
def cross_entropy_backward(logits):
    return logits
