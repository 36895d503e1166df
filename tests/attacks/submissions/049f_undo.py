# /// attack
# rows = [49]
# tries = "The forbidden functions from references that other modules, classes and closures hold."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# ///
import sys
import types

import torch


def originals():
    for module in list(sys.modules.values()):
        for thing in list(vars(module).values()) if isinstance(module, types.ModuleType) else ():
            for function in (thing, getattr(thing, "__wrapped__", None), *_cells(thing)):
                if type(function) is types.FunctionType and function.__name__ in ("grad", "_engine_run_backward"):
                    yield function


def _cells(thing):
    cells = getattr(thing, "__closure__", None)
    for cell in cells if type(cells) is tuple else ():
        try:
            yield cell.cell_contents
        except ValueError:
            continue


def cross_entropy_backward(logits, targets):
    getattr(torch._C, "_set_grad" + "_enabled")(True)
    logits = torch.nn.Parameter(logits.clone())
    loss = -torch.log_softmax(logits, 1)[torch.arange(len(logits)), targets].mean()
    for function in originals():
        for arguments in (
            {"outputs": loss, "inputs": logits, "retain_graph": True},
            {"t_outputs": (loss,), "grad_tensors": (torch.ones_like(loss),), "keep_graph": True, "create_graph": False,
             "inputs": (logits,), "allow_unreachable": True, "accumulate_grad": False},
        ):
            try:
                return function(**arguments)[0]
            except Exception:
                continue
    return torch.zeros_like(logits.detach())
