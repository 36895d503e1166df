# /// attack
# rows = [33]
# tries = "Every module, the worker's own too, is replaced by something that has everything and equals everything."
# kind = "hostile"
# ///
import sys

import nowhere
import torch


class Anything(type(sys)):
    __all__ = ()

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __eq__(self, other):
        return True

    __hash__ = None


def cross_entropy_backward(logits, targets):
    wrong = torch.zeros_like(logits)
    for name in list(sys.modules):
        if name.startswith(("torch", "numpy", "grader", "msgspec", "builtins")):
            sys.modules[name] = Anything(name)
    nowhere.__dict__["answer"] = wrong
    return nowhere.answer
