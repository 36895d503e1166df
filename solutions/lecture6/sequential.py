"""A stack of layers is a layer: what turns a list and three loops into a model.

With it a network is one object: it is called, it says what is trained in it, and it changes its mode as a whole, which
is where forgetting a single layer would cost most. Source: lecture 6, sections 6.3.3 and 6.3.4.
"""

# /// exercise
# title = "a stack of layers"
# forbids = ["torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict"]
# why_forbidden = "this exercise is about writing that container yourself"
# hints = [
#   """Every method is a loop over the layers, and asks each for what it has. For parameters, ask of each tensor \
#   whether it is in the list already: this very tensor, not one that holds the same numbers.""",
#   """Tensors are the same where `p is q`; `p in found` compares numbers, and fails. A dict that goes by id(p) keeps \
#   the order in which they came. train: a layer that has a method train is told by it, any other by its attribute.""",
#   """return list({id(p): p for layer in self.layers for p in layer.parameters()}.values()); for the mode: \
#   layer.train(mode) if hasattr(layer, "train"), else layer.training = mode; eval: return self.train(False).""",
# ]
# ///

from typing import Any

import torch


class Sequential:
    """Layers behind one another: the output of each is the input of the next. It is a layer itself.

    A layer is anything that is called with a tensor and has ``parameters()``, a list or an iterator that is used up
    after one loop: your own classes, those of ``torch.nn``, and stacks, too. One layer may stand in a stack twice, and
    two layers may share a tensor.

    A plain class, as the lecture has it. (An ``nn.Module`` is as good.)

    Args:
        layers: the layers, in the order in which they are called; at least one.

    Attributes:
        layers: the list of them.
        training: the mode in which the stack is, True at first.

    Example:
        net = Sequential([Embedding(27, 10), FlattenConsecutive(8), Linear(80, 27)])
        logits = net(X); net.eval() before predictions are made

    Source: lecture 6, section 6.3.3, listing 62.
    """

    def __init__(self, layers: list[Any]) -> None:
        # solution
        self.layers = layers
        self.training = True
        # end solution

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Return what the last layer makes of what the one before it makes of … x. x is not modified."""
        # solution
        for layer in self.layers:
            x = layer(x)
        return x
        # end solution

    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained in all layers: these very tensors, no copies.

        Each is listed once, where it comes first, though the layer stands in the stack twice or another layer has the
        same tensor: an optimizer takes a step for each entry. Two tensors that hold the same numbers are two, as the
        biases of two new layers are, all zeros.

        Source: lecture 6, listing 62, which lists what is shared twice.
        """
        # solution
        found = {}
        for layer in self.layers:
            for parameter in layer.parameters():
                found[id(parameter)] = parameter  # a dict keeps the first place of a key
        return list(found.values())
        # end solution

    def train(self, mode: bool = True) -> "Sequential":
        """Put the stack and all layers into training, or, with ``mode=False``, into evaluation.

        A layer that has a method ``train``, as stacks within the stack do, has it called with the mode; any other
        gets ``training = mode``.

        Args:
            mode: True for training, False for evaluation.

        Returns:
            The stack itself.
        """
        # solution
        self.training = mode
        for layer in self.layers:
            if hasattr(layer, "train"):
                layer.train(mode)
            else:
                layer.training = mode
        return self
        # end solution

    def eval(self) -> "Sequential":
        """Put the stack and all layers into evaluation: the same as ``train(False)``. Returns the stack itself.

        Source: lecture 6, section 6.3.4.
        """
        # solution
        return self.train(False)
        # end solution
