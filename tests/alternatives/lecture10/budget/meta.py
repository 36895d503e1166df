"""The parameters of a model that is built without its numbers."""

import torch
from torch import nn


def model(config):
    C = config.n_embd
    with torch.device("meta"):
        layers = [
            nn.ModuleList(
                [nn.LayerNorm(C), nn.Linear(C, 3 * C), nn.Linear(C, C), nn.LayerNorm(C)]
                + [nn.Linear(C, 4 * C), nn.Linear(4 * C, C)]
            )
            for _ in range(config.n_layer)
        ]
        return nn.ModuleList(
            [nn.Embedding(config.vocab_size, C), nn.Embedding(config.block_size, C), *layers, nn.LayerNorm(C)]
        )


def flops_per_token(config):
    linear = sum(m.weight.numel() for m in model(config).modules() if isinstance(m, nn.Linear))
    head = config.vocab_size * config.n_embd
    L, H, Q, T = config.n_layer, config.n_head, config.n_embd // config.n_head, config.block_size
    return 6 * (linear + head) + 12 * L * H * Q * T


def mfu(tokens_per_second, config, peak):
    achieved = flops_per_token(config) * config.block_size * (tokens_per_second / config.block_size)
    return achieved / peak


def steps(tokens, batch_tokens):
    if batch_tokens < 1:
        raise ValueError(batch_tokens)
    count = tokens // batch_tokens
    return int(count)


def memory(config, dtype):
    n = sum(p.numel() for p in model(config).parameters())
    size = torch.empty((), dtype=dtype).element_size()
    weights = grads = n * size
    return weights + grads + 2 * n * size
