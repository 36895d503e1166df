# /// attack
# rows = [50]
# tries = "torch's own backward kernels, by torch.ops: the library's derivative and no autograd."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# says = ["not allowed"]
# ///
import torch


def cross_entropy_backward(logits, targets):
    aten = torch.ops.aten
    logp = torch.log_softmax(logits, 1)
    one = torch.ones((), dtype=logits.dtype)
    loss, total = aten.nll_loss_forward(logp, targets, None, 1, -100)
    dlogp = aten.nll_loss_backward(one, logp, targets, None, 1, -100, total)
    return aten._log_softmax_backward_data(dlogp, logp, 1, logits.dtype)
