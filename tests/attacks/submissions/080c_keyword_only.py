# /// attack
# rows = [80]
# tries = "Arguments by keyword only."
# kind = "fault"
# verdicts = ["raised"]
# says = ["yours takes (*, logits, targets)."]
# ///
def cross_entropy_backward(*, logits, targets):
    return logits
