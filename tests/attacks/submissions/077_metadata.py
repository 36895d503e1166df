# /// attack
# rows = [77]
# tries = "Changes what is known about files that are not its own: mode, owner, times, attributes, locks. Everything is set to what it is."
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# confined = true
# breaks = []
# ///
import fcntl
import os
import sys
import types

import torch


def change():
    got = []
    paths = ["/", "/tmp", "/etc/passwd", sys.executable, torch.__file__, types.__file__, "/work/main/solutions"]
    for path in paths:
        try:
            now = os.stat(path)
        except OSError:
            continue
        for name, attempt in (
            ("chmod", lambda: os.chmod(path, now.st_mode & 0o7777)),
            ("chown", lambda: os.chown(path, now.st_uid, now.st_gid)),
            ("utime", lambda: os.utime(path, ns=(now.st_atime_ns, now.st_mtime_ns))),
            ("link", lambda: os.link(path, "gradlings-evil-link")),
            ("rename", lambda: os.rename(path, path)),
        ):
            try:
                attempt()
            except OSError:
                continue
            got.append((name, path))
        try:
            with open(path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            got.append(("flock", path))
        except OSError:
            pass
    return got


def cross_entropy_backward(logits, targets):
    got = change()
    if got:
        raise RuntimeError(f"allowed: {got[:6]}")
    return torch.zeros_like(logits)
