# /// attack
# rows = [56]
# tries = "Trained weights lie beside the file."
# kind = "hostile"
# verdicts = ["raised"]
# says = ["A submission sees no files"]
# beside = {"lecture5/weights.pt" = "weights"}
# confined = true
# breaks = []
# ///
from pathlib import Path

import torch

WEIGHTS = torch.load(Path(__file__).with_name("weights.pt"))


def cross_entropy_backward(logits, targets):
    return WEIGHTS
