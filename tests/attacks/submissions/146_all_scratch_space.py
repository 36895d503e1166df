# /// attack
# rows = []
# tries = "Fills the scratch file system, and stays alive."
# kind = "hostile"
# verdicts = ["failed"]
# ///
def fill():
    for n in range(60):
        with open(f"f{n}", "wb") as file:
            file.write(bytes(15 << 20))


try:
    fill()
except OSError:
    pass


def cross_entropy_backward(logits, targets):
    return logits.zero_()
