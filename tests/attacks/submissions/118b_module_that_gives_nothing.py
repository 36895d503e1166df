# /// attack
# rows = []
# tries = "A block with all its parts, whose forward returns nothing."
# kind = "hostile"
# exercise = "lecture7.block"
# verdicts = ["failed"]
# says = ["out is None"]
# ///
from torch import nn

from .feed_forward import FeedForward
from .multi_head import MultiHeadAttention


class Block(nn.Module):
    def __init__(self, n_embd, n_head, block_size, dropout=0.0):
        super().__init__()
        self.sa = MultiHeadAttention(n_embd, n_head, n_embd // n_head, block_size, dropout)
        self.ffwd = FeedForward(n_embd, dropout)
        self.ln1 = nn.LayerNorm(n_embd)
        self.ln2 = nn.LayerNorm(n_embd)

    def forward(self, x):
        return None
