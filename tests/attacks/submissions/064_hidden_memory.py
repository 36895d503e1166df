# /// attack
# rows = [64]
# tries = "Memory that no limit of the process counts: memfd, /dev/shm, temporary files, shared mappings."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# ///
import mmap
import os
import tempfile

import torch

STEP = 4 << 20


def take():
    got = {}
    try:
        fd = os.memfd_create("gradlings-evil")
        got["memfd"] = os.write(fd, bytes(STEP))
        os.close(fd)
    except OSError:
        pass
    try:
        fd = os.open("/dev/shm", os.O_TMPFILE | os.O_RDWR)  # a file without a name: none is left
        got["shm"] = os.write(fd, bytes(STEP))
        os.close(fd)
    except OSError:
        pass
    total = 0
    for number in range(50):
        try:
            with tempfile.NamedTemporaryFile(delete=False, prefix="gradlings-evil-") as file:
                total += file.write(bytes(STEP))
        except OSError:
            break
    got["files"] = max(0, total - (130 << 20))
    return {name: size for name, size in got.items() if size}


def cross_entropy_backward(logits, targets):
    got = take()
    if got:
        raise RuntimeError(f"memory beside the limit: {got}")
    return torch.zeros_like(logits)
