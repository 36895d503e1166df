# /// attack
# rows = [49]
# tries = "The forbidden call is in a text that is executed."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# ///
import torch

TEXT = "import torch\ndef gradient(loss, x): return torch.auto" + "grad.grad(loss, x)[0]"


def cross_entropy_backward(logits, targets):
    getattr(torch._C, "_set_grad" + "_enabled")(True)
    logits = torch.nn.Parameter(logits.clone())
    loss = -torch.log_softmax(logits, 1)[torch.arange(len(logits)), targets].mean()
    names = {}
    try:
        exec(TEXT, names)
        return names["gradient"](loss, logits)
    except Exception:
        return torch.zeros_like(logits.detach())
