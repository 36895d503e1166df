"""One copy for all inputs, from which each is taken, changed twice and put back."""


def derivative(f, x, h=1e-6):
    x = float(x)
    return (f(x + h) - f(x - h)) / (2.0 * h)


def gradient(f, xs, h=1e-6):
    work = list(map(float, xs))
    grads = [0.0] * len(work)
    for i, kept in enumerate(work):
        work[i] = kept + h
        grads[i] = f(work)
        work[i] = kept - h
        grads[i] = (grads[i] - f(work)) / (2 * h)
        work[i] = kept
    return grads
