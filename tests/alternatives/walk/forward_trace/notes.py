"""As the notes' manual_forward: rows and matrices by hand, in NumPy, one print after the other."""

from typing import NamedTuple

import numpy as np
import torch


class Step(NamedTuple):
    """A step."""

    name: str
    value: torch.Tensor


def walk(model, token):
    emb_vec = model[0].weight[token].detach().numpy().copy()
    W1, b1 = model[1].weight.detach().numpy(), model[1].bias.detach().numpy()
    W2, b2 = model[3].weight.detach().numpy(), model[3].bias.detach().numpy()
    Wout, bout = model[5].weight.detach().numpy(), model[5].bias.detach().numpy()
    z1 = W1 @ emb_vec + b1
    a1 = np.maximum(0, z1)
    z2 = W2 @ a1 + b2
    a2 = np.maximum(0, z2)
    z_out = Wout @ a2 + bout
    found = {"embedding": emb_vec, "z1": z1, "a1": a1, "z2": z2, "a2": a2, "logits": z_out}
    return [Step(name, torch.from_numpy(value)) for name, value in found.items()]
