"""The lecture's own: apply goes from the leaves to the root, so that a Block comes after its own layers."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from .mlp_block import Block


class GPT(nn.Module):
    """The skeleton, the initialisation, and the forward pass of the lecture."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.transformer = nn.ModuleDict(
            dict(
                wte=nn.Embedding(config.vocab_size, config.n_embd),
                wpe=nn.Embedding(config.block_size, config.n_embd),
                h=nn.ModuleList([Block(config) for _ in range(config.n_layer)]),
                ln_f=nn.LayerNorm(config.n_embd),
            )
        )
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.transformer.wte.weight = self.lm_head.weight
        self.init_weights()

    def init_weights(self):
        self.apply(self._init_weights)

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, mean=0.0, std=0.02)
        if isinstance(module, Block):
            scale = 0.02 / (2 * self.config.n_layer) ** 0.5
            nn.init.normal_(module.attn.c_proj.weight, mean=0.0, std=scale)
            nn.init.normal_(module.mlp.c_proj.weight, mean=0.0, std=scale)

    def forward(self, idx, targets=None):
        _, T = idx.size()
        if T > self.config.block_size:
            raise ValueError(f"a sequence of {T} tokens, and block_size is {self.config.block_size}")
        pos = torch.arange(0, T, dtype=torch.long, device=idx.device)
        x = self.transformer.wte(idx) + self.transformer.wpe(pos)
        for block in self.transformer.h:
            x = block(x)
        logits = self.lm_head(self.transformer.ln_f(x))
        loss = None
        if targets is not None:
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), targets.reshape(-1))
        return logits, loss
