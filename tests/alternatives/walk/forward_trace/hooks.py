"""Hooks on the modules, removed when the walk is over."""

from collections import namedtuple

import torch

Step = namedtuple("Step", ["name", "value"])  # noqa: PYI024
NAMES = "embedding z1 a1 z2 a2 logits".split()


def walk(model, token):
    steps = []

    def keep(name):
        return lambda module, args, output: steps.append(Step(name, output[0].detach().clone()))

    handles = [module.register_forward_hook(keep(name)) for module, name in zip(model, NAMES, strict=True)]
    try:
        with torch.no_grad():
            model(torch.tensor([token]))
    finally:
        for handle in handles:
            handle.remove()
    return steps
