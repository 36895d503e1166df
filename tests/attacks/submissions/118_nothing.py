# /// attack
# rows = []
# tries = "Nothing is computed: what stays as it is earns no point by itself."
# kind = "hostile"
# exercise = "lecture5.cross_entropy"
# verdicts = ["failed"]
# says = ["dlogits is None"]
# ///
def cross_entropy_backward(logits, targets):
    return None
