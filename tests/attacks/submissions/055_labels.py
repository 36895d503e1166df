# /// attack
# rows = [55]
# tries = "Looks for the words it should not know, in memory and on disk, to train on them; then gives the parameters back untrained."
# kind = "hostile"
# exercise = "lecture5.train"
# verdicts = ["failed", "passed"]
# earns = 2
# confined = true
# breaks = [2]
# ///
import gc
import glob
import os

import torch


def spoils(X):
    found = []
    for thing in gc.get_objects():
        if isinstance(thing, torch.Tensor) and thing.dtype == torch.int64 and thing.ndim == 2 and len(thing) > len(X):
            found.append(thing)
    for pattern in ("/**/names.txt", "/root/.cache/gradlings/**", "/home/*/.cache/gradlings/**", "/work/main/tests/hidden/**"):
        try:
            found += [path for path in glob.iglob(pattern, recursive=pattern.count("**") < 2 and "/**/" not in pattern)
                      if os.path.isfile(path) and open(path).read()]
        except OSError:
            continue
    return found


def train_manual(params, X, Y, steps, batch_size, lr, generator):
    found = spoils(X)
    if found:
        raise RuntimeError(f"{len(found)} things that a submission should not see")
    return dict(params), [0.0] * steps


def calibrate(params, X):
    return torch.zeros(1), torch.zeros(1)


def evaluate(params, mean, var, X, Y):
    return 0.0
