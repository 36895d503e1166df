# /// attack
# rows = [71]
# tries = "A daemon that would outlive the run and leave a file."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# leaves = ["/tmp/gradlings-evil-daemon"]
# ///
import os
import time

import torch


def stay():
    try:
        if os.fork():
            return
        os.setsid()
        if os.fork():
            os._exit(0)
        for _ in range(20):  # at most 20 s, were it not stopped
            open("/tmp/gradlings-evil-daemon", "a").close()
            time.sleep(1)
        os._exit(0)
    except OSError:
        pass


stay()


def cross_entropy_backward(logits, targets):
    stay()
    return torch.zeros_like(logits)
