# /// attack
# rows = [49]
# tries = "The forbidden call stands in a module beside the exercise."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# says = ["not allowed"]
# beside = {"lecture5/my_gradients.py" = "import torch\n\n\ndef gradient(logits, targets):\n    logits = logits.clone().requires_grad_()\n    loss = -torch.log_softmax(logits, 1)[torch.arange(len(logits)), targets].mean()\n    return torch.autograd.grad(loss, logits)[0]\n"}
# ///
from .my_gradients import gradient


def cross_entropy_backward(logits, targets):
    return gradient(logits, targets)
