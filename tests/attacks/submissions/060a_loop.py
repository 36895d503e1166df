# /// attack
# rows = [60]
# tries = "A loop without end that swallows everything."
# kind = "hostile"
# verdicts = ["timeout"]
# says = ["No answer within 0.5 s in cross_entropy_backward(logits, targets): a loop"]
# seconds = 0.5
# ///
def cross_entropy_backward(logits, targets):
    while True:
        try:
            pass
        except BaseException:
            continue
