# /// attack
# rows = [22]
# tries = "Forks a detached child that writes a report once the grader is done."
# kind = "hostile"
# verdicts = ["failed"]
# confined = true
# breaks = [3]
# leaves = ["/tmp/gradlings-evil-daemon"]
# ///
import os
import time


def detach():
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    for _ in range(8):
        time.sleep(0.5)
        with open("/tmp/gradlings-evil-daemon", "w") as file:
            file.write("6 passed")
    os._exit(0)


def cross_entropy_backward(logits, targets):
    try:
        detach()
    except OSError:
        pass
    return logits.zero_()
