# /// attack
# rows = [79]
# tries = "The name is a module."
# kind = "fault"
# verdicts = ["raised", "failed", "missing"]
# says = ["a module"]
# ///
import torch as cross_entropy_backward
