# /// attack
# rows = []
# tries = "Leaves folders 2,000 deep in its scratch folder, so that removing them recurses too deeply."
# kind = "hostile"
# verdicts = ["crashed"]
# ///
import os


def dig():
    for _ in range(2_000):
        os.mkdir("d")
        os.chdir("d")


try:
    dig()
except OSError:
    pass


def cross_entropy_backward(logits, targets):
    os._exit(0)
