"""Index notation."""

import numpy


def neuron(x, w, b, activation):
    """Return activation of the sum, which is an array of no axes until the end."""
    return activation(numpy.einsum("i,i->", x, w) + b)


def linear(X, W, b):
    """Return Y."""
    return numpy.add(numpy.einsum("bi,io->bo", X, W), b)


def collapse(W1, b1, W2, b2):
    """Return W and b."""
    return numpy.einsum("ih,ho->io", W1, W2), numpy.einsum("h,ho->o", b1, W2) + b2
