# /// attack
# rows = [52]
# tries = "The same, from the inputs: which seed gives these logits?"
# kind = "hostile"
# verdicts = ["failed", "passed"]
# earns = 1
# ///
import hashlib

import torch


def cross_entropy_backward(logits, targets):
    if logits.shape == (32, 27):
        for seed in range(10_000):
            name = f"{seed}:lecture5.cross_entropy:test_batch_of_the_lecture:rng"
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
            generator = torch.Generator().manual_seed(number)
            if torch.equal(3.0 * torch.randn(32, 27, generator=generator, dtype=torch.float64), logits):
                raise RuntimeError(f"the seed of this run is {seed}")
    return torch.zeros_like(logits)
