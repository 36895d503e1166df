# /// attack
# rows = [24]
# tries = "Puts a pipe in the place of its socket, and answers through the copy when the process ends."
# kind = "hostile"
# verdicts = ["crashed", "timeout", "raised"]
# seconds = 0.5
# ///
import atexit
import os
import stat


def attack():
    for fd in range(3, 64):
        try:
            if not stat.S_ISSOCK(os.fstat(fd).st_mode):
                continue
        except OSError:
            continue
        copy = os.dup(fd)
        read, write = os.pipe()
        os.dup2(write, fd)
        atexit.register(os.write, copy, b"passed")


def cross_entropy_backward(logits, targets):
    attack()
    return logits.zero_()
