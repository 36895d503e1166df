# /// attack
# rows = [17, 47]
# tries = "Parameters with names of half a million letters, line breaks and commands to a terminal, for a check to quote."
# kind = "hostile"
# exercise = "lecture7.feed_forward"
# verdicts = ["failed", "raised"]
# ///
import torch
from torch import nn

NAME = "\x1b[2J\x1b]0;passed\x07\n\r\u202e<script>alert(1)</script>\n9 of 9 points\n" * 8000


class Answer:
    missing_keys = [NAME, NAME, "\ud800"]
    unexpected_keys = []


class FeedForward(nn.Module):
    def __init__(self, n_embd, dropout):
        super().__init__()

    def load_state_dict(self, *args, **kwargs):
        return Answer()

    def forward(self, x):
        return x
