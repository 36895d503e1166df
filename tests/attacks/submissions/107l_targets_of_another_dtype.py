# /// attack
# rows = []
# tries = "The right windows, of another dtype in turn: x, y, both."
# kind = "hostile"
# exercise = "lecture7.batches"
# verdicts = ["failed"]
# earns = 3
# says = ["is wanted"]
# ///
import torch

KINDS = (torch.float64, torch.int32, torch.complex128, torch.float32)
CALLS = [0]


def get_batch(data, block_size, batch_size, generator):
    ix = torch.randint(len(data) - block_size, (batch_size,), generator=generator)
    x = torch.stack([data[i : i + block_size] for i in ix])
    y = torch.stack([data[i + 1 : i + 1 + block_size] for i in ix])
    CALLS[0] += 1
    kind = KINDS[CALLS[0] % 4]
    return x if CALLS[0] % 3 == 0 else x.to(kind), y if CALLS[0] % 3 == 1 else y.to(kind)
