"""Residual projections carry a flag, as in the lecture's video; Sequential semantics by a fold."""

import functools

import torch
import torch.nn.functional as F
from torch import nn

from .mlp_block import Block


class GPT(nn.Module):
    """A flag on the layers that add to the stream tells init_weights which they are."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        blocks = [Block(config) for _ in range(config.n_layer)]
        for block in blocks:
            block.attn.c_proj.is_residual = block.mlp.c_proj.is_residual = True
        self.transformer = nn.ModuleDict({"wte": nn.Embedding(config.vocab_size, config.n_embd)})
        self.transformer.update({"wpe": nn.Embedding(config.block_size, config.n_embd), "h": nn.ModuleList(blocks)})
        self.transformer.add_module("ln_f", nn.LayerNorm(config.n_embd))
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        self.init_weights()

    def init_weights(self):
        for module in self.modules():
            if not isinstance(module, (nn.Linear, nn.Embedding)):
                continue
            std = 0.02
            if hasattr(module, "is_residual"):
                std *= (2 * self.config.n_layer) ** -0.5
            torch.nn.init.normal_(module.weight, std=std)
            if getattr(module, "bias", None) is not None:
                torch.nn.init.constant_(module.bias, 0.0)

    def forward(self, idx, targets=None):
        if idx.size(1) > self.config.block_size:
            message = "the sequence is longer than block_size"
            raise ValueError(message)
        places = torch.cumsum(torch.ones_like(idx), dim=1) - 1  # (B, T)
        x = self.transformer.wpe(places) + self.transformer.wte(idx)
        x = functools.reduce(lambda stream, block: block(stream), self.transformer.h, x)
        logits = F.linear(self.transformer.ln_f(x), self.lm_head.weight)
        return logits, targets if targets is None else F.cross_entropy(logits.transpose(1, 2), targets)
