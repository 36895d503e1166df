# /// attack
# rows = []
# tries = "The function's name stands for a number, a class, a module, a tensor."
# kind = "hostile"
# verdicts = ["failed"]
# ///
import torch

cross_entropy_backward = torch.zeros(2, 2)
