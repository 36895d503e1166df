# /// attack
# rows = [97]
# tries = "A dict where a tuple is wanted, and a complex loss."
# kind = "fault"
# exercise = "lecture5.train"
# verdicts = ["missing", "failed", "passed"]
# earns = 2
# says = ["2 values are wanted (mean, var); you return a dict.", "loss is a complex; a Python float is wanted."]
# ///
import torch


def calibrate(params, X):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    return dict(zip(('mean', 'var'), (hprebn.mean(0, keepdim=True), hprebn.var(0, keepdim=True))))


def evaluate(params, mean, var, X, Y):
    hprebn = params["C"][X].flatten(1) @ params["W1"] + params["b1"]
    hpreact = params["bngain"] * (hprebn - mean) / (var + 1e-5).sqrt() + params["bnbias"]
    logp = torch.log_softmax(torch.tanh(hpreact) @ params["W2"] + params["b2"], 1)
    loss = -logp[torch.arange(len(Y)), Y].mean()
    return complex(loss)
