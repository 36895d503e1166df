"""What learners get wrong in walk.linear_formula."""

import torch
from torch import nn

from grader.checks import misconception


def _layers(model, *, refuse=True):
    layers = list(model) if isinstance(model, nn.Sequential) else [model]
    for layer in layers:
        if refuse and not isinstance(layer, nn.Linear):
            raise ValueError(f"{type(layer).__name__} is not linear")
    return [layer for layer in layers if isinstance(layer, nn.Linear)]


def _biases(layers):
    return [layer.weight.new_zeros(layer.out_features) if layer.bias is None else layer.bias for layer in layers]


def _fold(layers, start=None):
    w, b = start or (torch.eye(layers[0].in_features).to(layers[0].weight), layers[0].weight.new_zeros(()))
    for layer, bias in zip(layers, _biases(layers), strict=True):
        w, b = layer.weight @ w, (layer.weight @ b if b.ndim else 0) + bias
    return w.detach(), b.detach()


@misconception(
    "The weights are multiplied in the wrong order. The first layer acts first, so its weight stands next to x, on the "
    "right: W2 @ W1.",
    name="order-of-the-product",
)
def extract(model):
    layers = _layers(model)
    _, b = _fold(layers)
    w = layers[0].weight
    for layer in layers[1:]:
        w = w @ layer.weight
    return w.detach(), b


@misconception(
    "The biases are added up as they are. What a layer adds goes through all layers behind it: W2 @ b1 + b2.",
    name="biases-added-up",
)
def extract(model):
    layers = _layers(model)
    w, _ = _fold(layers)
    b = _biases(layers)
    return w, sum(b[1:], b[0]).detach()


@misconception(
    "b is the bias of the last layer alone. What the layers before it add goes through it too: W2 @ b1 + b2.",
    name="last-bias-alone",
)
def extract(model):
    layers = _layers(model)
    w, _ = _fold(layers)
    return w, _biases(layers)[-1].detach()


@misconception(
    "The last layer's own bias is left out. b is W2 @ b1 + b2.",
    name="last-bias-left-out",
)
def extract(model):
    layers = _layers(model)
    w, b = _fold(layers)
    return w, b - _biases(layers)[-1].detach() * (len(layers) > 1)


@misconception(
    "Two layers are joined, and those behind them left out. Go on: let each layer act on the w and b so far.",
    name="two-layers-only",
)
def extract(model):
    return _fold(_layers(model)[:2])


@misconception(
    "w is the last layer's weight. It is the product of all weights, as the layers act on x one after the other.",
    name="last-weight",
)
def extract(model):
    layers = _layers(model)
    _, b = _fold(layers)
    return layers[-1].weight.detach(), b


@misconception(
    "The weights are added up. Layers act one after the other, so that their weights are multiplied.",
    name="weights-added-up",
)
def extract(model):
    layers = _layers(model)
    _, b = _fold(layers)
    return sum(layer.weight.detach() for layer in layers), b


@misconception(
    "w is transposed, (in, out). It is wanted as nn.Linear keeps its weight, (out, in): y = x @ w.T + b.",
    name="transposed",
)
def extract(model):
    w, b = _fold(_layers(model))
    return w.T, b


@misconception(
    "b is turned round as it goes through the layers: b @ W multiplies by the transpose. A layer makes W @ b + c of b.",
    name="bias-by-the-transpose",
)
def extract(model):
    layers = _layers(model)
    w, _ = _fold(layers)
    biases = _biases(layers)
    b = biases[0]
    for layer, bias in zip(layers[1:], biases[1:], strict=True):
        b = b @ layer.weight + bias
    return w, b.detach()


@misconception(
    "b is the model's answer to ones. b is what is left where x is 0: the answer to zeros.",
    name="answer-to-ones",
)
def extract(model):
    w, b = _fold(_layers(model))
    return w, b + w.sum(1)


@misconception(
    "b is (1, out). It is wanted as nn.Linear keeps its bias, (out,).",
    name="bias-with-a-row",
)
def extract(model):
    w, b = _fold(_layers(model))
    return w, b[None]


@misconception(
    "A layer without a bias is not reckoned with: its bias is None, and adds nothing.",
    name="bias-none",
)
def extract(model):
    layers = _layers(model)
    w, b = layers[0].weight, layers[0].bias
    for layer in layers[1:]:
        w, b = layer.weight @ w, layer.weight @ b + layer.bias
    return w.detach(), b.detach()


@misconception(
    "A layer without a bias makes the biases before it vanish. It adds none, and multiplies all the same: W @ b.",
    name="bias-lost",
)
def extract(model):
    layers = _layers(model)
    w, _ = _fold(layers)
    b = _biases(layers)[0]
    for layer in layers[1:]:
        b = torch.zeros_like(layer.weight[:, 0]) if layer.bias is None else layer.weight @ b + layer.bias
    return w, b.detach()


@misconception(
    "Layers that are not linear are passed over, as if they did nothing. With a ReLU in it a net has no one formula: "
    "raise ValueError.",
    name="passed-over",
)
def extract(model):
    return _fold(_layers(model, refuse=False))


@misconception(
    "The model is asked for its answers to unit vectors, whatever is in it. A ReLU gives answers too, and there is no "
    "one formula behind them: look at the layers, and raise ValueError.",
    name="asked-and-believed",
)
def extract(model):
    first = model[0] if isinstance(model, nn.Sequential) else model
    with torch.no_grad():
        b = model(first.weight.new_zeros(first.in_features))
        return (model(torch.eye(first.in_features).to(first.weight)) - b).T, b


@misconception(
    "w and b require gradients, as parameters do. Detach them: they are numbers to read.",
    name="not-detached",
)
def extract(model):
    layers = _layers(model)
    w, b = layers[0].weight, _biases(layers)[0]
    for layer, bias in zip(layers[1:], _biases(layers)[1:], strict=True):
        w, b = layer.weight @ w, layer.weight @ b + bias
    return w, b


@misconception(
    "w and b are float32, whatever the model is. Take its dtype: torch.eye and torch.zeros are float32 unless told.",
    name="float32",
)
def extract(model):
    w, b = _fold(_layers(model))
    return w.float(), b.float()


@misconception(
    "The model is changed: its first layer has the result for its weight afterwards. Copy what you work on.",
    name="written-into-the-model",
)
def extract(model):
    layers = _layers(model)
    w, b = _fold(layers)
    layers[-1].bias.data.copy_(b) if layers[-1].bias is not None else None
    return w, b


@misconception(
    "The Sequential is taken for granted. A single nn.Linear is a model too, and cannot be gone through.",
    name="sequential-only",
)
def extract(model):
    return _fold(_layers(nn.Sequential(*model)))
