# /// attack
# rows = [66]
# tries = "Three hundred threads, all asleep, and kept."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# ///
import threading
import time

import torch

started = []


def cross_entropy_backward(logits, targets):
    while len(started) < 300:
        thread = threading.Thread(target=time.sleep, args=(600,), daemon=True)
        try:
            thread.start()
        except RuntimeError:
            break
        started.append(thread)
    if len(started) >= 300:
        raise RuntimeError("300 threads")
    return torch.zeros_like(logits)
