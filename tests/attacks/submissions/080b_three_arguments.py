# /// attack
# rows = [80]
# tries = "A third argument that nobody gives."
# kind = "fault"
# verdicts = ["raised"]
# says = ["called as cross_entropy_backward(logits, targets), and yours takes (logits, targets, N)."]
# ///
def cross_entropy_backward(logits, targets, N):
    return logits / N
