# /// attack
# rows = [78]
# tries = "Expressions of 400 characters that may stand for more things than can be counted, for whoever reads the source."
# kind = "hostile"
# earns = "all"
# ///
import torch

if __name__ == "nobody":
    n = "a" if input() else "b" if input() else "c" if input() else "d"
    g = torch.get if n else torch.a.get if n else torch.b.get if n else torch.c.get
    x = getattr(getattr(getattr(getattr(getattr(getattr(getattr(getattr(getattr(getattr(getattr(getattr(getattr(getattr(
        getattr(getattr(torch, n), n), n), n), n), n), n), n), n), n), n), n), n), n), n), n)  # fmt: skip
    y = g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g("a"))))))))))))))))))))))))))
    z = (torch.join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n)
         .join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n)
         .join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n).join(n))  # fmt: skip


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    return d / N
