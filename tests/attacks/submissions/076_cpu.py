# /// attack
# rows = [76]
# tries = "Takes the processor from others: a better priority, other cores, threads that never rest."
# kind = "hostile"
# verdicts = ["failed", "passed", "timeout"]
# earns = 1
# confined = true
# breaks = []
# ///
import os
import threading

import torch


def spin():
    while True:
        sum(range(10_000))


for _ in range(8):
    threading.Thread(target=spin, daemon=True).start()


def cross_entropy_backward(logits, targets):
    got = []
    for name, attempt in (
        ("nice", lambda: os.nice(-1)),
        ("priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, -1)),
        ("affinity", lambda: os.sched_setaffinity(0, os.sched_getaffinity(0))),
        ("scheduler", lambda: os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))),
        ("parent", lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), os.getpriority(os.PRIO_PROCESS, os.getppid()))),
    ):
        try:
            attempt()
        except OSError:
            continue
        got.append(name)
    if got:
        raise RuntimeError(f"allowed: {got}")
    return torch.zeros_like(logits)
