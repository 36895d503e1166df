"""One rotation matrix for each token, with 2 × 2 blocks along its diagonal."""

import math

import torch


def apply_rope(x, positions, base=10_000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError
    matrices = []
    for m in positions.tolist():
        blocks = []
        for i in range(d // 2):
            a = m * math.pow(base, -2 * i / d)
            blocks.append(torch.tensor([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]], dtype=x.dtype))
        matrices.append(torch.block_diag(*blocks))
    return (torch.stack(matrices) @ x.unsqueeze(-1)).squeeze(-1)
