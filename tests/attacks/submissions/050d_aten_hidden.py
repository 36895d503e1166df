# /// attack
# rows = [50]
# tries = "The same, by names that no text search finds."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# ///
import torch


def cross_entropy_backward(logits, targets):
    aten = getattr(getattr(torch, "o" + "ps"), "at" + "en")
    logp = torch.log_softmax(logits, 1)
    one = torch.ones((), dtype=logits.dtype)
    loss, total = aten.nll_loss_forward(logp, targets, None, 1, -100)
    dlogp = aten.nll_loss_backward(one, logp, targets, None, 1, -100, total)
    return aten._log_softmax_backward_data(dlogp, logp, 1, logits.dtype)
