# /// attack
# rows = [49]
# tries = "The engine below torch.autograd, and the gradient functions of the graph, called one by one."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# ///
import torch


def by_engine(loss, logits):
    engine = torch._C._EngineBase
    instance = next(
        thing for module in (torch.autograd.variable, torch.autograd.graph, torch.autograd)
        for thing in vars(module).values() if isinstance(thing, engine)
    )
    return instance.run_backward(
        (loss,), (torch.ones_like(loss),), True, False, (logits,), allow_unreachable=True, accumulate_grad=False
    )[0]


def by_nodes(loss, logits):
    gradient, node = torch.ones_like(loss), loss.grad_fn
    while node is not None:
        gradient = node(gradient)
        gradient = gradient[0] if isinstance(gradient, tuple) else gradient
        following = node.next_functions[0][0] if node.next_functions else None
        if following is None or type(following).__name__ == "AccumulateGrad":
            return gradient
        node = following


def cross_entropy_backward(logits, targets):
    getattr(torch._C, "_set_grad" + "_enabled")(True)
    logits = torch.nn.Parameter(logits.clone())
    loss = -torch.log_softmax(logits, 1)[torch.arange(len(logits)), targets].mean()
    for attempt in (by_engine, by_nodes):
        try:
            return attempt(loss, logits).detach()
        except Exception:
            continue
    return torch.zeros_like(logits.detach())
