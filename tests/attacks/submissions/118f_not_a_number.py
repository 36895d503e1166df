# /// attack
# rows = []
# tries = "NaN for every number, of the right shapes."
# kind = "hostile"
# exercise = "lecture5.batchnorm"
# verdicts = ["failed"]
# says = ["NaN"]
# ///
import torch


def batchnorm_backward(dout, bnraw, bngain, bnvar_inv):
    return tuple(torch.full_like(like, torch.nan) for like in (dout, bngain, bngain))
