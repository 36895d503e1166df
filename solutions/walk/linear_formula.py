"""The formula that a linear net has learned, read off its weights.

Without an activation between them, layers are one: however many are stacked, the net computes y = w·x + b for one w and
one b. You write ``extract``, which finds them. Source: walking neural nets, part 2, the summary of part 1.
"""

# /// exercise
# title = "the formula in a linear net"
# hints = [
#   """Write out what two layers do to x, one inside the other, and multiply out. What stands before x, and what \
#   does not hold x at all? Then go on with a third layer as if the first two were one.""",
#   """Start with the formula that changes nothing, w the identity and b = 0, and let each layer act on it: its \
#   weight W (out, in) and bias c make W w of w, and W b + c of b.""",
#   """for layer in layers: w, b = layer.weight @ w, layer.weight @ b + (0 if layer.bias is None else layer.bias). \
#   And detach both.""",
# ]
# ///

import torch
from torch import nn


def extract(model: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """Return w and b of the one formula y = x @ w.T + b that a stack of linear layers computes.

    A layer computes y = x @ W.T + c. Two of them compute

        (x @ W1.T + c1) @ W2.T + c2 = x @ (W2 @ W1).T + (W2 @ c1 + c2)

    which has the form of one, and so on for any number of them.

    Args:
        model: an ``nn.Linear``, or an ``nn.Sequential`` of one ``nn.Linear`` or more. Some may be without a bias
            (``layer.bias`` is None). It is not modified.

    Returns:
        w (out, in), as ``nn.Linear`` keeps its weight, and b (out,): zeros where no layer has a bias. Both have the
        dtype of the model, and neither requires a gradient.

    Raises:
        ValueError: something else than an ``nn.Linear`` is in the model, a ReLU for instance: there is no one formula.
            The message holds the name of its class.

    Example:
        Linear(1, 1) with weight 2 and bias 3, then Linear(1, 1) with weight 5 and bias 7: 5 (2 x + 3) + 7, so
        w = [[10.]], b = [22.]

    Source: walking neural nets, part 2, "Linear Networks"; day 3, "Why nonlinearity".
    """
    # solution
    layers = list(model) if isinstance(model, nn.Sequential) else [model]
    others = [type(layer).__name__ for layer in layers if not isinstance(layer, nn.Linear)]
    if others:
        raise ValueError(f"there is no one formula with {others} in the model")
    first = layers[0].weight
    w, b = torch.eye(first.shape[1]).to(first), torch.zeros(first.shape[1]).to(first)  # y = x, to begin with
    for layer in layers:
        w, b = layer.weight @ w, layer.weight @ b  # (out, in), (out,)
        if layer.bias is not None:
            b = b + layer.bias
    return w.detach(), b.detach()
    # end solution
