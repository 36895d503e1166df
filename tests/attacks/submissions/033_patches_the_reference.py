# /// attack
# rows = [33]
# tries = "Puts modules of its own in the reference's place, and patches whatever looks like one."
# kind = "hostile"
# verdicts = ["forbidden", "failed"]
# ///
import sys
import types


def wrong(logits, targets):
    return logits * 0


def attack():
    fake = types.ModuleType("solution")
    fake.cross_entropy_backward = fake.autograd = wrong
    for name in ("solution", "reference", "solutions", "solutions.lecture5", "solutions.lecture5.cross_entropy",
                 "gradlings_solutions", "gradlings_solutions.lecture5", "gradlings_solutions.lecture5.cross_entropy"):
        sys.modules[name] = fake
    for module in list(sys.modules.values()):
        for name in ("cross_entropy_backward", "autograd"):
            if callable(getattr(module, name, None)) and module is not fake and module.__name__ != "torch":
                setattr(module, name, wrong)
    import torch.nn.functional as F

    F.cross_entropy = lambda logits, targets: (logits * 0).sum()
    torch.autograd.grad = lambda *args, **kwargs: (args[1] * 0,)


try:
    attack()
except BaseException:
    pass


def cross_entropy_backward(logits, targets):
    return logits.zero_()
