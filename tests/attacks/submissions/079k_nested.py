# /// attack
# rows = [79]
# tries = "The function is defined inside another one."
# kind = "fault"
# verdicts = ["missing"]
# says = ["inside the function main"]
# ///
import torch


def main():
    def cross_entropy_backward(logits, targets):
        return logits
