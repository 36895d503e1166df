# /// attack
# rows = [49]
# tries = "What replaced the forbidden functions holds the originals: out of its closure with them."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# ///
import torch


def walk(node, gradients, found):
    if type(node).__name__ == "AccumulateGrad":
        found.append(gradients[0])
        return
    results = node(*gradients)
    results = results if isinstance(results, tuple) else (results,)
    for (following, _), part in zip(node.next_functions, results):
        if following is not None and part is not None:
            walk(following, (part,), found)


def gradient(logits, targets):
    leaf = torch.nn.Parameter(logits.clone())
    loss = -torch.log_softmax(leaf, 1)[torch.arange(len(leaf)), targets].mean()
    found = []
    walk(loss.grad_fn, (torch.ones_like(loss),), found)
    return found[0].detach()


def inside(function, depth=0):
    for cell in getattr(function, "__closure__", None) or ():
        try:
            content = cell.cell_contents
        except ValueError:
            continue
        if callable(content) and depth < 4:
            yield content
            yield from inside(content, depth + 1)


def cross_entropy_backward(logits, targets):
    for switch in (getattr(torch._C, "_set_grad" + "_enabled"), *inside(getattr(torch._C, "_set_grad" + "_enabled"))):
        try:
            switch(True)
            return gradient(logits, targets)
        except Exception:
            continue
    return torch.zeros_like(logits)
