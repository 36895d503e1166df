# /// attack
# rows = []
# tries = "Returns containers of ints that Python refuses to turn into text."
# kind = "hostile"
# verdicts = ["failed"]
# says = ["dlogits is a dict"]
# ///
def cross_entropy_backward(logits, targets):
    logits.zero_()
    big = 10**10_000
    return {big: [big, (big, {big})], (big,): {big: {big}}}
