# /// attack
# rows = []
# tries = "Loops beside six busy threads of its own, so that it waits for a processor and is given more time."
# kind = "hostile"
# verdicts = ["timeout"]
# seconds = 2
# ///
import threading

import numpy as np

numbers = np.random.rand(500_000)


def keep_busy():
    while True:
        np.sin(numbers)


def cross_entropy_backward(logits, targets):
    for _ in range(6):
        threading.Thread(target=keep_busy, daemon=True).start()
    keep_busy()
