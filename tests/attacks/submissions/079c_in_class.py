# /// attack
# rows = [79]
# tries = "The function is a method of a class of the learner's own."
# kind = "fault"
# verdicts = ["missing"]
# says = ["inside the class Solution"]
# ///
import torch


class Solution:
    def cross_entropy_backward(self, logits, targets):
        return logits
