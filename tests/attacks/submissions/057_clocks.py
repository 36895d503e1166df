# /// attack
# rows = [57]
# tries = "Every clock of Python is stopped, then it sleeps for long."
# kind = "hostile"
# verdicts = ["timeout"]
# says = ["No answer within 0.5 s"]
# seconds = 0.5
# ///
import time

import torch

wait = time.sleep
for clock in ("time", "monotonic", "perf_counter", "process_time", "time_ns", "monotonic_ns", "perf_counter_ns"):
    setattr(time, clock, lambda: 0)


def cross_entropy_backward(logits, targets):
    wait(60)
    return torch.zeros_like(logits)
