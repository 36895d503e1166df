# /// attack
# rows = [49]
# tries = "torch.func.grad, torch.func.vjp and forward mode."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# says = ["not allowed"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    def loss(logits):
        return -torch.log_softmax(logits, 1)[torch.arange(len(logits)), targets].mean()

    for attempt in (
        lambda: torch.func.grad(loss)(logits),
        lambda: torch.func.vjp(loss, logits)[1](torch.ones((), dtype=logits.dtype))[0],
        lambda: torch.func.jacfwd(loss)(logits),
        lambda: torch.autograd.functional.jacobian(loss, logits),
    ):
        try:
            return attempt()
        except Exception:
            continue
    return torch.zeros_like(logits)
