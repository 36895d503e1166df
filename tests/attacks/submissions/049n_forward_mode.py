# /// attack
# rows = [49]
# tries = "Dual numbers from below torch.autograd.forward_ad: one pass for each logit."
# kind = "hostile"
# verdicts = ["forbidden", "failed", "raised", "passed"]
# earns = 1
# ///
import torch


def cross_entropy_backward(logits, targets):
    answer = torch.zeros_like(logits)
    try:
        enter, leave = getattr(torch._C, "_enter_dual" + "_level"), getattr(torch._C, "_exit_dual" + "_level")
        for i in range(logits.shape[0]):
            for j in range(logits.shape[1]):
                level = enter()
                try:
                    tangent = torch.zeros_like(logits)
                    tangent[i, j] = 1
                    dual = getattr(torch, "_make" + "_dual")(logits.clone(), tangent, level=level)
                    loss = -torch.log_softmax(dual, 1)[torch.arange(len(logits)), targets].mean()
                    answer[i, j] = getattr(torch, "_unpack" + "_dual")(loss, level=level)[1]
                finally:
                    leave(level=level)
    except Exception:
        pass
    return answer
