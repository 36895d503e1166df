"""GPT-2: the whole model, its one matrix for two purposes, and the numbers that it starts with.

You assemble the blocks to the model that OpenAI released in 2019, parameter for parameter, and draw its first weights
as they did. At its full size it has 124,439,808 parameters; checks build it so large without memory for a single one,
and compute with small ones. Source: lecture 10, sections 10.2.2 and 10.4.
"""

# /// exercise
# title = "GPT-2"
# preload = ["torch._dynamo"]
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward", "torch.nn.TransformerEncoderLayer",
#   "torch.nn.TransformerEncoder",
# ]
# why_forbidden = "this exercise is about building the model from your own parts"
# ///

import torch
import torch.nn.functional as F
from torch import nn

from .attention import GPTConfig
from .mlp_block import Block


class GPT(nn.Module):
    """GPT-2, a decoder-only Transformer over tokens.

        x      = wte(idx) + wpe(0, 1, ..., T - 1)                      (B, T, C)
        x      = the blocks of h, one after the other                   (B, T, C)
        logits = lm_head(ln_f(x))                                       (B, T, V)

    logits[b, t] are the scores for the token that follows idx[b, t]; they depend on idx[b, 0] to idx[b, t] alone.

    The constructor ends with ``init_weights()``. It works on torch's meta device, too, where tensors have a shape and
    no numbers: it looks at no value.

    Args:
        config: the sizes: a ``GPTConfig``, or anything that has its attributes.

    Attributes:
        transformer: ``nn.ModuleDict`` with

            - wte: ``nn.Embedding(vocab_size, n_embd)``, the tokens;
            - wpe: ``nn.Embedding(block_size, n_embd)``, the positions;
            - h: ``nn.ModuleList`` of n_layer of your own ``Block``;
            - ln_f: the last ``nn.LayerNorm(n_embd)``.

        lm_head: ``nn.Linear(n_embd, vocab_size, bias=False)``. Its weight is that of wte, the very same Parameter
            ("tied"): whatever happens to one happens to the other.

    With the default ``GPTConfig`` that is 124,439,808 parameters, the tied matrix counted once.

    Source: lecture 10, sections 10.2.2 and 10.4; Radford et al., 2019.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        raise NotImplementedError("lecture10.model: GPT.__init__ is not written yet")

    def init_weights(self) -> None:
        """Draw the first weights, in place, from torch's global generator; a later call draws them anew.

            weights of linear layers and of both embeddings        N(0, 0.02²)
            of these, attn.c_proj and mlp.c_proj in every block    N(0, (0.02 / sqrt(2 * n_layer))²)
            biases of linear layers                                0

        The two projections of a block are what is added to the residual stream, 2 * n_layer times in all, and their
        standard deviation keeps the sum from growing with the depth. The layer normalisations stay as torch makes them,
        gain 1 and bias 0. (OpenAI drew wpe from N(0, 0.01²); the lecture takes 0.02 for both embeddings.)

        So the first loss is ln V, for a model that knows nothing: 10.82 at GPT-2's size, and a little more.

        Source: lecture 10, section 10.4.2.
        """
        raise NotImplementedError("lecture10.model: GPT.init_weights is not written yet")

    def forward(
        self, idx: torch.Tensor, targets: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Score the next token at every position, and compare with what came.

        Args:
            idx: tokens, (B, T), integers in [0, V); T is at least 1.
            targets: the tokens that followed, (B, T): targets[b, t] follows idx[b, t], so nothing is left to shift.
                Both may be views that are not contiguous.

        Returns:
            ``(logits, loss)``: logits (B, T, V), with and without targets; loss the mean cross-entropy over all B * T
            positions, a tensor of shape (), or None without targets.

        Raises:
            ValueError: T is greater than block_size: there are no positions for so many tokens.
        """
        raise NotImplementedError("lecture10.model: GPT.forward is not written yet")
