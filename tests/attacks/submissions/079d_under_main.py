# /// attack
# rows = [79]
# tries = "The function is defined below the __main__ guard."
# kind = "fault"
# verdicts = ["missing"]
# says = ["__main__"]
# ///
import torch


if __name__ == "__main__":
    def cross_entropy_backward(logits, targets):
        N = logits.shape[0]
        d = torch.softmax(logits, 1)
        d[torch.arange(N), targets] -= 1
        return d / N
