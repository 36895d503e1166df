"""What learners get wrong in day3.torch_twin."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from grader.checks import misconception


def _steps(model, X, y, steps, batch, rng):
    """The batches of the loop, as tensors."""
    for _ in range(steps):
        idx = rng.choice(len(X), batch, replace=False)
        yield torch.from_numpy(X[idx]), torch.from_numpy(y[idx])


def _loop(model, X, y, steps, lr, batch, rng, loss_of=F.cross_entropy, opt=None):
    opt = opt or torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for inputs, labels in _steps(model, X, y, steps, batch, rng):
        loss = loss_of(model(inputs), labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses


def _filled(params, first, second):
    model = MLP(params["W1"].shape[0], params["W1"].shape[1], params["W2"].shape[1])
    model = model.to(torch.tensor(params["W1"]).dtype)
    with torch.no_grad():
        model.fc1.weight.copy_(first)
        model.fc1.bias.copy_(torch.tensor(params["b1"]))
        model.fc2.weight.copy_(second)
        model.fc2.bias.copy_(torch.tensor(params["b2"]))
    return model


@misconception(
    "cross_entropy contains the softmax: give it the logits. A softmax before it squeezes them into [0, 1], and the "
    "loss can never come near 0.",
    name="softmax-before-cross-entropy",
)
def train(model, X, y, steps, lr, batch, rng):
    return _loop(model, X, y, steps, lr, batch, rng, lambda z, t: F.cross_entropy(torch.softmax(z, 1), t))


@misconception(
    "The gradients of all steps so far add up. torch adds to .grad: call opt.zero_grad() before backward.",
    name="no-zero-grad",
    violates=("step_for_step",),
)
def train(model, X, y, steps, lr, batch, rng):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for inputs, labels in _steps(model, X, y, steps, batch, rng):
        loss = F.cross_entropy(model(inputs), labels)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses


@misconception(
    "step() comes before backward(), so it uses the gradients of the batch before. First backward, then step.",
    name="step-before-backward",
)
def train(model, X, y, steps, lr, batch, rng):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for inputs, labels in _steps(model, X, y, steps, batch, rng):
        loss = F.cross_entropy(model(inputs), labels)
        opt.step()
        opt.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return losses


@misconception(
    "zero_grad stands between backward and step and throws the gradients away: nothing is learnt. Zero them before "
    "backward.",
    name="zero-grad-after-backward",
)
def train(model, X, y, steps, lr, batch, rng):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for inputs, labels in _steps(model, X, y, steps, batch, rng):
        loss = F.cross_entropy(model(inputs), labels)
        loss.backward()
        opt.zero_grad()
        opt.step()
        losses.append(loss.item())
    return losses


@misconception(
    "The losses of a batch are summed, so every step is `batch` times too long. The loss is their mean, as "
    "cross_entropy gives it by itself.",
    name="sum-for-mean",
)
def train(model, X, y, steps, lr, batch, rng):
    return _loop(model, X, y, steps, lr, batch, rng, lambda z, t: F.cross_entropy(z, t, reduction="sum"))


@misconception(
    "The loss is measured again after the update. Return the loss of the step itself: that of the batch before the "
    "update.",
    name="loss-after-update",
    violates=("losses",),
)
def train(model, X, y, steps, lr, batch, rng):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for inputs, labels in _steps(model, X, y, steps, batch, rng):
        opt.zero_grad()
        F.cross_entropy(model(inputs), labels).backward()
        opt.step()
        losses.append(F.cross_entropy(model(inputs), labels).item())
    return losses


@misconception(
    "Batches are drawn with replacement, so an example can come twice in one. Use rng.choice(len(X), batch, "
    "replace=False).",
    name="with-replacement",
)
def train(model, X, y, steps, lr, batch, rng):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        idx = rng.choice(len(X), batch)
        loss = F.cross_entropy(model(torch.from_numpy(X[idx])), torch.from_numpy(y[idx]))
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses


@misconception(
    "Each step uses all of X. Draw a batch of rows, and use those rows of y too.",
    name="whole-data",
)
def train(model, X, y, steps, lr, batch, rng):
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(steps):
        loss = F.cross_entropy(model(torch.from_numpy(X)), torch.from_numpy(y))
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses


@misconception(
    "The optimizer has momentum, which carries gradients over to later steps. Plain SGD is wanted: torch.optim.SGD(…, "
    "lr=lr).",
    name="momentum",
    violates=("step_for_step",),
)
def train(model, X, y, steps, lr, batch, rng):
    return _loop(model, X, y, steps, lr, batch, rng, opt=torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9))


@misconception(
    "The optimizer is Adam, whose steps have nearly the same length whatever the gradient. Plain SGD is wanted: "
    "torch.optim.SGD(…, lr=lr).",
    name="adam",
)
def train(model, X, y, steps, lr, batch, rng):
    return _loop(model, X, y, steps, lr, batch, rng, opt=torch.optim.Adam(model.parameters(), lr=lr))


@misconception(
    "Every example is made float64, which a model in float32 cannot take. Keep the dtype that X has.",
    name="examples-to-float64",
    violates=("any_model",),
)
def train(model, X, y, steps, lr, batch, rng):
    return _loop(model, X.astype(np.float64), y, steps, lr, batch, rng)


@misconception(
    "squeeze takes the axis of a batch of one away, and there are no rows left to take the softmax of. The logits are "
    "(B, out) as they come.",
    name="squeezed",
    violates=("step_for_step",),
)
def train(model, X, y, steps, lr, batch, rng):
    return _loop(model, X, y, steps, lr, batch, rng, lambda z, t: F.cross_entropy(z.squeeze(), t))


@misconception(
    "X is scaled in place, so the caller's examples change. Leave them as they are.",
    name="scales-the-examples",
)
def train(model, X, y, steps, lr, batch, rng):
    X -= X.mean(axis=0)
    return _loop(model, X, y, steps, lr, batch, rng)


@misconception(
    "The weights are reshaped to (out, in), which keeps the numbers in their old order. Transpose them: W.T.",
    name="reshaped",
)
def from_numpy(params):
    W1, W2 = params["W1"], params["W2"]
    return _filled(params, torch.tensor(W1.reshape(W1.shape[::-1])), torch.tensor(W2.reshape(W2.shape[::-1])))


@misconception(
    "The weights are copied as they are where the shapes happen to fit. nn.Linear keeps (out, in): always transpose.",
    name="transposed-by-need",
    violates=("weights_from_numpy",),
)
def from_numpy(params):
    W1, W2 = (torch.tensor(params[name]) for name in ("W1", "W2"))
    turned = [W if W.shape[0] == W.shape[1] else W.T for W in (W1, W2)]
    return _filled(params, *turned)


@misconception(
    "The biases stay as nn.Linear drew them. Copy b1 and b2 as well, into fc1.bias and fc2.bias.",
    name="biases-left",
)
def from_numpy(params):
    torch.manual_seed(0)
    model = MLP(params["W1"].shape[0], params["W1"].shape[1], params["W2"].shape[1])
    model = model.to(torch.tensor(params["W1"]).dtype)
    with torch.no_grad():
        model.fc1.weight.copy_(torch.tensor(params["W1"].T))
        model.fc2.weight.copy_(torch.tensor(params["W2"].T))
    return model


@misconception(
    "The weights pass through float32 and lose half of their digits. Move the model to the arrays' dtype before you "
    "copy them.",
    name="through-float32",
    violates=("weights_from_numpy",),
)
def from_numpy(params):
    narrow = {name: array.astype(np.float32) for name, array in params.items()}
    return _filled(narrow, torch.tensor(narrow["W1"].T), torch.tensor(narrow["W2"].T)).to(
        torch.tensor(params["W1"]).dtype
    )


@misconception(
    "The model is float64 whatever it is given. It must have the dtype of the arrays.",
    name="always-float64",
    violates=("float32",),
)
def from_numpy(params):
    wide = {name: array.astype(np.float64) for name, array in params.items()}
    return _filled(wide, torch.tensor(wide["W1"].T), torch.tensor(wide["W2"].T))


@misconception(
    "There is a ReLU after the second layer as well, which turns all negative logits into 0. Return the logits as "
    "they are.",
    name="relu-on-logits",
)
class MLP(nn.Module):
    def __init__(self, in_dim, hidden_dim, out_dim):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(in_dim, hidden_dim), nn.Linear(hidden_dim, out_dim)

    def forward(self, x):
        return F.relu(self.fc2(F.relu(self.fc1(x))))


@misconception(
    "There is no ReLU between the two layers, so they are no more than one linear layer: "
    "self.fc2(F.relu(self.fc1(x))) has one.",
    name="no-relu",
)
class MLP(nn.Module):
    def __init__(self, in_dim, hidden_dim, out_dim):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(in_dim, hidden_dim), nn.Linear(hidden_dim, out_dim)

    def forward(self, x):
        return self.fc2(self.fc1(x))


@misconception(
    "The model returns probabilities. It must return the logits: the softmax belongs to the loss.",
    name="softmax-in-the-model",
)
class MLP(nn.Module):
    def __init__(self, in_dim, hidden_dim, out_dim):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(in_dim, hidden_dim), nn.Linear(hidden_dim, out_dim)

    def forward(self, x):
        return torch.softmax(self.fc2(F.relu(self.fc1(x))), 1)
