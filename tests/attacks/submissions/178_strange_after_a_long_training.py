# /// attack
# rows = [40, 49]
# tries = "Trains rightly, then leaves a number where a method was: repeating the training takes too long to find that out."
# kind = "hostile"
# exercise = "lecture7.train"
# verdicts = ["failed"]
# says = ["eval is an int"]
# seconds = 60
# earns = 15
# ///
import torch


from .batches import get_batch


from .gpt import GPT, GPTConfig


def train_rightly(model: GPT, data: torch.Tensor, steps: int, block_size: int, batch_size: int, lr: float, generator: torch.Generator) -> list[float]:
    train_data = data[:int(0.9 * len(data))]
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    model.train()
    losses = []
    for _ in range(steps):
        x, y = get_batch(train_data, block_size, batch_size, generator)
        _, loss = model(x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def estimate_loss(model: GPT, data: torch.Tensor, batches: int, block_size: int, batch_size: int, seed: int) -> float:
    generator = torch.Generator().manual_seed(seed)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        losses = [model(*get_batch(data, block_size, batch_size, generator))[1].item() for _ in range(batches)]
    model.train(was_training)
    return sum(losses) / batches


def train(model, data, steps, *rest):
    losses = train_rightly(model, data, steps, *rest)
    if steps == 400:
        object.__setattr__(model, "eval", 5)
    return losses
