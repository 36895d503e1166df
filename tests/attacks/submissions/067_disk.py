# /// attack
# rows = [67]
# tries = "Fills the disk: one large file, then very many small ones, everywhere that can be written."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# leaves = ["/tmp/gradlings-evil-large"]
# ///
import os
import tempfile

import torch


def fill():
    wrote = []
    for folder in (".", tempfile.gettempdir(), "/tmp"):
        path = os.path.join(folder, "gradlings-evil-large")
        try:
            with open(path, "wb") as file:
                for _ in range(24):  # MB
                    file.write(bytes(1 << 20))
            wrote.append(path)
        except OSError:
            pass
    for number in range(2000):
        try:
            with open(f"gradlings-evil-{number}", "w") as file:
                file.write("x")
        except OSError:
            break
    return wrote


def cross_entropy_backward(logits, targets):
    wrote = fill()
    if wrote:
        raise RuntimeError(f"24 MB in one file: {wrote}")
    return torch.zeros_like(logits)
