# /// attack
# rows = [49]
# tries = "Gradients are switched on by the way out of torch.no_grad(), by profiler, checkpoint and other contexts that set them."
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


def by_exit():
    context = torch.no_grad()
    context.prev = True
    context.__exit__(None, None, None)


def by_state():
    getattr(torch._C, "_set_grad" + "_enabled")(True)


def by_guard():
    context = torch.set_grad_enabled(False)
    context.prev = True
    context.__exit__(None, None, None)


def by_attribute():
    torch.autograd.grad_mode.set_grad_enabled.__init__(object.__new__(torch.autograd.grad_mode.set_grad_enabled), True)


def by_internal():
    torch._C._AutoDispatchBelowAutograd
    torch._C.set_autograd_fallback_mode("nothing")
    torch._C._unsafe_set_version_counter
    torch.autograd.grad_mode.getattr(torch._C, "_set_grad" + "_enabled")(True)


def cross_entropy_backward(logits, targets):
    for switch in (by_exit, by_state, by_guard, by_attribute, by_internal):
        try:
            switch()
            return gradient(logits, targets)
        except Exception:
            continue
    return torch.zeros_like(logits)
