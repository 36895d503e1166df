"""The MLP of GPT-2, and the block that it forms with attention.

You write what stands between one attention and the next: a network of two layers that works on each token by itself,
and the block, in which both parts add to a stream that runs straight through. Against lecture 7 two things are new: the
names, and a smoother nonlinearity. Source: lecture 10, sections 10.2.1, 10.3.1 and 10.3.3.
"""

# /// exercise
# title = "the MLP and the block of GPT-2"
# forbids = [
#   "torch.nn.functional.scaled_dot_product_attention", "torch.nn.MultiheadAttention",
#   "torch.nn.functional.multi_head_attention_forward", "torch.nn.TransformerEncoderLayer",
# ]
# why_forbidden = "this exercise is about building the block yourself"
# ///

import torch
from torch import nn

from .attention import CausalSelfAttention, GPTConfig


class MLP(nn.Module):
    """Two linear layers with a GELU between them, for each token by itself.

        out = c_proj(gelu(c_fc(x)))
        gelu(h) = 0.5 * h * (1 + tanh(sqrt(2 / pi) * (h + 0.044715 * h**3)))

    This is the approximation of GELU by tanh, which GPT-2 was trained with; it differs from the exact one, h * Phi(h),
    by up to 0.0005. You may use torch's.

    Args:
        config: the sizes. Of a ``GPTConfig`` only n_embd matters here; anything that has its attributes will do.

    Attributes:
        c_fc: ``nn.Linear(n_embd, 4 * n_embd)``, with bias.
        c_proj: ``nn.Linear(4 * n_embd, n_embd)``, with bias. These two are all that is trained.

    Source: lecture 10, section 10.3.1; Hendrycks and Gimpel, 2016.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        raise NotImplementedError("lecture10.mlp_block: MLP.__init__ is not written yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Let each token compute.

        Args:
            x: one vector for each token, (..., n_embd), floats; any leading axes. Not modified.

        Returns:
            (..., n_embd), of the dtype of x, once the module has that dtype.

        Example:
            n_embd = 1, all weights 1, all biases 0, x = [[1.]] -> [[3.364768]], four times gelu(1) = 0.841192.
        """
        raise NotImplementedError("lecture10.mlp_block: MLP.forward is not written yet")


class Block(nn.Module):
    """Attention and the MLP, each with a normalisation before it and a residual connection around it.

        y   = x + attn(ln_1(x))
        out = y + mlp(ln_2(y))

    The normalisation stands before each part, inside the branch ("pre-norm"). There is no dropout.

    Args:
        config: the sizes; n_embd is a multiple of n_head.

    Attributes:
        ln_1, ln_2: ``nn.LayerNorm(n_embd)``, before attn and before mlp, each with weights of its own.
        attn: your ``CausalSelfAttention``.
        mlp: your ``MLP``.

    Source: lecture 10, sections 10.2.1 and 10.3.3.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        raise NotImplementedError("lecture10.mlp_block: Block.__init__ is not written yet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Let the tokens communicate, then let each compute.

        Args:
            x: one vector for each token, (B, T, n_embd), floats; T is at most block_size. Not modified.

        Returns:
            (B, T, n_embd), of the dtype of x, once the module has that dtype.
        """
        raise NotImplementedError("lecture10.mlp_block: Block.forward is not written yet")
