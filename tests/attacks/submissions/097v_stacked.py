# /// attack
# rows = [97]
# tries = "One tensor of both where two are wanted, and a loss of ten thousand digits."
# kind = "fault"
# exercise = "lecture5.train"
# verdicts = ["missing", "failed", "passed"]
# earns = 2
# says = ["2 values are wanted (mean, var); you return a tensor.", "loss is an integer of 33,220 bits; a Python float is wanted."]
# ///
import torch


def calibrate(params, X):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    return torch.stack((hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True)))


def evaluate(params, mean, var, X, Y):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    hpreact = params["bngain"] * (hprebn - mean) / (var + 1e-5).sqrt() + params["bnbias"]
    logp = torch.log_softmax(torch.tanh(hpreact) @ params["W2"] + params["b2"], 1)
    loss = -logp[torch.arange(len(Y)), Y].mean()
    return 10**10_000
