# /// attack
# rows = [89]
# tries = "Copied from a Python prompt."
# kind = "fault"
# verdicts = ["raised"]
# says = ["begins with a prompt"]
# ///
>>> import torch
>>> torch.ones(1)
tensor([1.])
