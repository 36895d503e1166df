# /// attack
# rows = []
# tries = "x is right; y holds the right numbers as floats, all of them whole."
# kind = "hostile"
# exercise = "lecture7.batches"
# verdicts = ["failed"]
# says = ["y is of torch.float64, and data of torch.int64"]
# earns = 7
# ///
import torch


def get_batch(data, block_size, batch_size, generator):
    ix = torch.randint(len(data) - block_size, (batch_size,), generator=generator)
    x = torch.stack([data[i : i + block_size] for i in ix])
    y = torch.stack([data[i + 1 : i + 1 + block_size] for i in ix])
    return x, y.double()
