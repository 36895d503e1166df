"""np.unique on the code points."""

import numpy as np


def build_vocab(words):
    codes = np.unique(np.array([ord(c) for w in words for c in w], dtype=np.int64))
    itos = {0: "."}
    itos.update({i + 1: chr(code) for i, code in enumerate(codes.tolist())})
    return {c: i for i, c in itos.items()}, itos
