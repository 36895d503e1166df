# /// attack
# rows = [97]
# tries = "Three values where two are wanted, and a loss as text."
# kind = "fault"
# exercise = "lecture5.train"
# verdicts = ["missing", "failed", "passed"]
# earns = 2
# says = ["2 values are wanted (mean, var); you return 3.", "loss is a str; a Python float is wanted."]
# ///
import torch


def calibrate(params, X):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    return (hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True), len(X))


def evaluate(params, mean, var, X, Y):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    hpreact = params["bngain"] * (hprebn - mean) / (var + 1e-5).sqrt() + params["bnbias"]
    logp = torch.log_softmax(torch.tanh(hpreact) @ params["W2"] + params["b2"], 1)
    loss = -logp[torch.arange(len(Y)), Y].mean()
    return str(loss.item())
