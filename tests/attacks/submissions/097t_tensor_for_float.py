# /// attack
# rows = [97]
# tries = "A 0-d tensor where a Python float is wanted."
# kind = "fault"
# exercise = "lecture5.train"
# verdicts = ["missing", "failed", "passed"]
# says = ["loss is a tensor; a Python float is wanted (.item() makes one of a tensor)."]
# earns = 3
# ///
import torch


def calibrate(params, X):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    return (hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True))


def evaluate(params, mean, var, X, Y):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    hpreact = params["bngain"] * (hprebn - mean) / (var + 1e-5).sqrt() + params["bnbias"]
    logp = torch.log_softmax(torch.tanh(hpreact) @ params["W2"] + params["b2"], 1)
    loss = -logp[torch.arange(len(Y)), Y].mean()
    return loss
