"""gradient by way of derivative: all inputs but one are held in a closure."""


def derivative(f, x, h=1e-6):
    right, left = f(x + h), f(x - h)
    return 0.5 * (right - left) / h


def gradient(f, xs, h=1e-6):
    def along(i):
        return lambda value: f([value if j == i else x for j, x in enumerate(xs)])

    return [derivative(along(i), x, h) for i, x in enumerate(xs)]
