# /// attack
# rows = [58]
# tries = "Weights are downloaded by torch.hub."
# kind = "fault"
# verdicts = ["raised"]
# says = ["network"]
# confined = true
# breaks = []
# ///
import torch

weights = torch.hub.load_state_dict_from_url("http://127.0.0.1:9/weights.pt")


def cross_entropy_backward(logits, targets):
    N = logits.shape[0]
    d = torch.softmax(logits, 1)
    d[torch.arange(N), targets] -= 1
    d = d / N
    return d
