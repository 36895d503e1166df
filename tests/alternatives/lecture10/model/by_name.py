"""First weights by the names of parameters, tensors filled in place; the head's weight is the embedding's."""

import math

import torch
from torch import nn

from .attention import GPTConfig
from .mlp_block import Block


class GPT(nn.Module):
    """Tied the other way round: the head takes the embedding's matrix."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.block_size, self.depth = config.block_size, config.n_layer
        C, V = config.n_embd, config.vocab_size
        self.transformer = nn.ModuleDict()
        self.transformer["h"] = nn.ModuleList(Block(config) for _ in range(config.n_layer))
        self.transformer["wte"], self.transformer["wpe"] = nn.Embedding(V, C), nn.Embedding(config.block_size, C)
        self.transformer["ln_f"] = nn.LayerNorm(C)
        self.lm_head = nn.Linear(C, V, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight
        self.init_weights()

    @torch.no_grad()
    def init_weights(self):
        for name, parameter in self.named_parameters():
            if ".ln_" in name:
                continue
            if name.endswith("bias"):
                parameter.zero_()
            elif name.endswith("c_proj.weight"):
                parameter.normal_(0.0, 0.02 / math.sqrt(2 * self.depth))
            else:
                parameter.copy_(0.02 * torch.randn_like(parameter))

    def forward(self, idx, targets=None):
        parts = self.transformer
        if not idx.shape[-1] <= self.block_size:
            raise ValueError("too many tokens")
        x = parts["wte"].weight[idx] + parts["wpe"].weight[: idx.shape[-1]]
        for block in parts["h"]:
            x = block(x)
        logits = parts["ln_f"](x) @ self.lm_head.weight.T
        if targets is None:
            return logits, None
        return logits, -logits.log_softmax(-1).gather(-1, targets[..., None]).mean()
