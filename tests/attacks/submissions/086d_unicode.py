# /// attack
# rows = [86]
# tries = "Greek letters, an accent in a comment, an emoji in a string."
# kind = "fault"
# verdicts = ["passed"]
# earns = "all"
# ///
import torch

# dérivée de la perte: ∂L/∂z
Δ = "📉"


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    δ = d
    d = δ
    return d
