# /// attack
# rows = [89]
# tries = "All commented out."
# kind = "fault"
# verdicts = ["raised"]
# says = ["holds only comments"]
# ///
# import torch
# def cross_entropy_backward(logits, targets):
#     pass
