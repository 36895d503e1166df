# /// attack
# rows = [65]
# tries = "Forks forty times, by every way there is."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# ///
import ctypes
import multiprocessing
import os
import subprocess
import sys

import torch


def multiply():
    made = []
    libc = ctypes.CDLL(None, use_errno=True)
    for name, make in (
        ("fork", os.fork),
        ("forkpty", lambda: os.forkpty()[0]),
        ("libc fork", libc.fork),
        ("vfork", lambda: libc.syscall(58)),
        ("clone", lambda: libc.syscall(56, 17, 0, 0, 0, 0)),
    ):
        for _ in range(8):
            try:
                pid = make()
            except OSError:
                break
            if pid == 0:
                os._exit(0)
            if pid > 0:
                made.append(name)
    for name, make in (
        ("subprocess", lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)),
        ("system", lambda: os.system("true") and 1 / 0),
        ("spawn", lambda: os.posix_spawn("/bin/true", ["true"], {})),
        ("pool", lambda: multiprocessing.get_context("fork").Process(target=print).start()),
    ):
        try:
            make()
        except (OSError, ZeroDivisionError):
            continue
        made.append(name)
    return made


def cross_entropy_backward(logits, targets):
    made = multiply()
    if made:
        raise RuntimeError(f"new processes: {sorted(set(made))}")
    return torch.zeros_like(logits)
