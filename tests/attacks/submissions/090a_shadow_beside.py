# /// attack
# rows = [90]
# tries = "random.py, types.py, torch.py … beside the exercise, and the exercise imports the real ones."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# notes = ["random.py has the name of a module that others import", "Rename it, for example to my_random.py"]
# beside = {"lecture5/random.py" = "raise SystemExit('shadowed')\n", "lecture5/types.py" = "raise SystemExit('shadowed')\n", "lecture5/torch.py" = "raise SystemExit('shadowed')\n", "lecture5/numpy.py" = "raise SystemExit('shadowed')\n", "lecture5/os.py" = "raise SystemExit('shadowed')\n", "lecture5/re.py" = "raise SystemExit('shadowed')\n"}
# ///
import os
import random
import re
import types

import numpy as np
import torch


def cross_entropy_backward(logits, targets):
    random.random(), types.SimpleNamespace(), np.zeros(1), re.escape(os.sep)
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
