"""Neurons, layers and a network, made of nothing but Values.

You write ``Neuron``, ``Layer`` and ``MLP``. They compute with your ``Value``, so that the gradient of every weight
comes with ``backward()``, and for a learning network only the loop is missing. Source: lecture 1, section 1.5.
"""

# /// exercise
# title = "a network of Values"
# packages = "numpy"
# ///

import random
from collections.abc import Sequence

from .backward import Value


class Neuron:
    """One neuron: tanh(w · x + b), or without the tanh.

    Attributes:
        w: a list of nin Values, the weights.
        b: a Value, the bias.

    Example:
        neuron = Neuron(2), its weights 0.5 and -1 and its bias 0.25
        neuron([2.0, 1.0]).data -> tanh(0.25) = 0.2449

    Source: lecture 1, section 1.5.1.
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        """Make the weights and the bias, and draw each of them uniformly from -1 to 1.

        Args:
            nin: how many inputs there are, at least 1.
            nonlin: whether tanh is applied to the sum.
        """
        raise NotImplementedError("lecture1.nn: Neuron.__init__ is not written yet")

    def __call__(self, x: Sequence[Value | float]) -> Value:
        """Return tanh(w[0]·x[0] + w[1]·x[1] + … + b), or the sum itself.

        Args:
            x: nin inputs, each a Value or a plain number. It is not modified.
        """
        raise NotImplementedError("lecture1.nn: Neuron.__call__ is not written yet")

    def parameters(self) -> list[Value]:
        """Return all that is trained: the weights, in their order, then the bias. The Values themselves, no copies."""
        raise NotImplementedError("lecture1.nn: Neuron.parameters is not written yet")

    def zero_grad(self) -> None:
        """Set the grad of every parameter to 0."""
        raise NotImplementedError("lecture1.nn: Neuron.zero_grad is not written yet")


class Layer:
    """Some neurons that all look at the same inputs.

    Attributes:
        neurons: a list of nout Neurons, each with weights of its own.

    Source: lecture 1, section 1.5.2.
    """

    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        """Make the neurons.

        Args:
            nin: how many inputs each of them has.
            nout: how many there are, at least 1.
            nonlin: passed on to each.
        """
        raise NotImplementedError("lecture1.nn: Layer.__init__ is not written yet")

    def __call__(self, x: Sequence[Value | float]) -> Value | list[Value]:
        """Return what each neuron answers to x, as a list; where there is one neuron, its answer itself."""
        raise NotImplementedError("lecture1.nn: Layer.__call__ is not written yet")

    def parameters(self) -> list[Value]:
        """Return the parameters of all neurons in one list, neuron after neuron."""
        raise NotImplementedError("lecture1.nn: Layer.parameters is not written yet")

    def zero_grad(self) -> None:
        """Set the grad of every parameter to 0."""
        raise NotImplementedError("lecture1.nn: Layer.zero_grad is not written yet")


class MLP:
    """A multi-layer perceptron: layers one after the other, each fully connected to the one before.

    *Every* neuron has its tanh, those of the last layer too: outputs lie between -1 and 1, as the lecture's targets do.

    Attributes:
        layers: a list of Layers.

    Example:
        MLP(3, [4, 4, 1]) has (3 + 1)·4 + (4 + 1)·4 + (4 + 1)·1 = 41 parameters, and returns one Value

    Source: lecture 1, section 1.5.3.
    """

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        """Make the layers.

        Args:
            nin: how many inputs the network has.
            nouts: the size of each layer, the last of which is the number of outputs. It is not modified.
        """
        raise NotImplementedError("lecture1.nn: MLP.__init__ is not written yet")

    def __call__(self, x: Sequence[Value | float]) -> Value | list[Value]:
        """Return what the last layer answers: a Value where it has one neuron, else a list of Values.

        Args:
            x: nin inputs, each a Value or a plain number. It is not modified.

        Layers of one neuron *between* others are a bonus: the lecture's program stops there, since what such a layer
        returns is no list.
        """
        raise NotImplementedError("lecture1.nn: MLP.__call__ is not written yet")

    def parameters(self) -> list[Value]:
        """Return the parameters of all layers in one list, layer after layer."""
        raise NotImplementedError("lecture1.nn: MLP.parameters is not written yet")

    def zero_grad(self) -> None:
        """Set the grad of every parameter to 0."""
        raise NotImplementedError("lecture1.nn: MLP.zero_grad is not written yet")
