"""The sums as products of a matrix and a vector."""


def mean_square(x, w):
    return (x * x) @ w / len(w)


def mean_square_backward(dout, x, w):
    D = len(w)
    dx = (2 / D) * (dout.reshape(-1, 1) * (x * w))
    return dx, dout @ (x * x) / D
