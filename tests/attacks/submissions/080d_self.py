# /// attack
# rows = [80]
# tries = "A self left from a class."
# kind = "fault"
# verdicts = ["raised"]
# says = ["yours takes (self, logits, targets)."]
# ///
def cross_entropy_backward(self, logits, targets):
    return logits
