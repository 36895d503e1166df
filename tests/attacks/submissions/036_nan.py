# /// attack
# rows = [36, 37]
# tries = "NaN everywhere, which is neither larger nor smaller than any tolerance."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["dlogits is NaN"]
# ///
def cross_entropy_backward(logits, targets):
    return logits.fill_(float("nan"))
