"""Assignment of new Parameters; the update by hand under no_grad, gradients by autograd.grad."""

import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, in_dim, hidden_dim, out_dim):
        super().__init__()
        self.fc1 = nn.Linear(in_dim, hidden_dim, bias=True)
        self.fc2 = nn.Linear(hidden_dim, out_dim, bias=True)

    def forward(self, x):
        return self.fc2(torch.clamp(self.fc1(x), min=0))


def from_numpy(params):
    in_dim, hidden_dim = params["W1"].shape
    model = MLP(in_dim=in_dim, hidden_dim=hidden_dim, out_dim=len(params["b2"]))
    for layer, weight, bias in ((model.fc1, "W1", "b1"), (model.fc2, "W2", "b2")):
        layer.weight = nn.Parameter(torch.from_numpy(params[weight].T.copy()))
        layer.bias = nn.Parameter(torch.from_numpy(params[bias].copy()))
    return model


def train(model, X, y, steps, lr, batch, rng):
    X, y = torch.as_tensor(X), torch.as_tensor(y)
    losses = []
    for _ in range(steps):
        idx = torch.as_tensor(rng.choice(len(X), size=batch, replace=False))
        logp = torch.log_softmax(model(X[idx]), dim=-1)
        loss = -logp.gather(1, y[idx][:, None]).mean()
        parameters = list(model.parameters())
        with torch.no_grad():
            for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                parameter.add_(gradient, alpha=-lr)
        losses.append(float(loss))
    return losses
