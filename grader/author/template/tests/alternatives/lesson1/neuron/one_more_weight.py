"""The bias as the weight of an input that is always 1."""

import numpy as np


def widened(x, w, b):
    return np.hstack([x, np.ones((len(x), 1))]), np.append(w, b)


def answers(x, w, b):
    x, w = widened(x, w, b)
    return 1 / (1 + np.exp(np.einsum("ni,i->n", -x, w)))


def gradients(x, y, w, b):
    a = answers(x, w, b)
    da = 2 / len(y) * (a - y)
    dz = da * (a - a**2)
    *dw, db = np.einsum("ni,n->i", widened(x, w, b)[0], dz)
    return dict(a=da, z=dz, w=np.array(dw), b=float(db))
