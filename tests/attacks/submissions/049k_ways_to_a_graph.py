# /// attack
# rows = [49]
# tries = "Every way to a tensor with a graph, and every way to walk it: constructors, the attribute, a layer, saved tensors."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# ///
import torch


def with_graph(values):
    layer = torch.nn.Linear(1, 1)
    for attempt in (
        lambda: values.clone().requires_grad_(),
        lambda: setattr(values, "requires_grad", True) or values,
        lambda: torch.nn.Parameter(values.clone()),
        lambda: torch.tensor(values.tolist(), dtype=values.dtype, requires_grad=True),
        lambda: torch.zeros_like(values, requires_grad=True) + values,
        lambda: values + layer.weight.to(values.dtype) * 0,
    ):
        try:
            result = attempt()
            if result.requires_grad:
                yield result
        except Exception:
            continue


def walk(node, gradient, found):
    if node is None:
        return
    name = type(node).__name__
    if name == "AccumulateGrad":
        found.append((node.variable, gradient))
        return
    gradients = node(gradient) if not isinstance(gradient, tuple) else node(*gradient)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    for (following, _), part in zip(node.next_functions, gradients):
        if part is not None:
            walk(following, part, found)


def cross_entropy_backward(logits, targets):
    for enable in (torch.set_grad_enabled, getattr(torch._C, "_set_grad" + "_enabled"), torch.inference_mode):
        try:
            enable(enable is not torch.inference_mode)
        except Exception:
            continue
    for leaf in with_graph(logits):
        loss = -torch.log_softmax(leaf, 1)[torch.arange(len(leaf)), targets].mean()
        for attempt in (
            lambda: loss.backward(),
            lambda: loss.grad_fn(torch.ones_like(loss)),
        ):
            try:
                attempt()
                if leaf.grad is not None:
                    return leaf.grad
            except Exception:
                continue
        found = []
        try:
            walk(loss.grad_fn, torch.ones_like(loss), found)
        except Exception:
            continue
        for variable, gradient in found:
            if gradient.shape == logits.shape:
                return gradient.detach()
    return torch.zeros_like(logits.detach())
