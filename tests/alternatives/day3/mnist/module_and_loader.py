"""A class, a DataLoader with the drawn order for a sampler, and metrics gathered in float64."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(28 * 28, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


def prepare(images):
    return torch.flatten(images, start_dim=1).to(torch.float32).div(255.0)


def build():
    return Net()


def train(model, X, y, X_val, y_val, epochs, batch_size, lr, weight_decay, generator):
    data, criterion = TensorDataset(X, y), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.0, weight_decay=weight_decay)
    train_loss, val_loss, val_accuracy = [], [], []
    for _ in range(epochs):
        order = torch.randperm(len(data), generator=generator).tolist()
        model.train()
        seen, total = 0, 0.0
        for inputs, labels in DataLoader(data, batch_size=batch_size, sampler=order):
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
            seen += len(labels)
            total += float(loss) * len(labels)
        model.eval()
        with torch.inference_mode():
            logits = model(X_val)
            val_loss.append(float(criterion(logits, y_val)))
            val_accuracy.append(int((logits.argmax(dim=-1) == y_val).sum()) / len(y_val))
        train_loss.append(total / seen)
    return {"train_loss": train_loss, "val_loss": val_loss, "val_accuracy": val_accuracy}
