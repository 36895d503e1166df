"""No running means: every gradient is kept, and summed with its weight anew in each step."""

import torch


def _write(params, name, value):
    params[name].copy_(value)


class _Kept:
    def __init__(self):
        self.history = {}

    def keep(self, params, grads):
        """Go through the names that have a gradient, with all of their gradients, the newest first."""
        for name in params:
            if grads.get(name) is not None:
                self.history.setdefault(name, []).insert(0, grads[name].clone())
                yield name, params[name], self.history[name]


def _mean(beta, gradients):
    return sum((1 - beta) * beta**age * g for age, g in enumerate(gradients))


class SGD(_Kept):
    """The regularised gradients are what is kept."""

    def __init__(self, lr, momentum=0, weight_decay=0):
        super().__init__()
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay

    def step(self, params, grads):
        """Take a step."""
        full = {k: g + self.weight_decay * params[k] for k, g in grads.items() if g is not None and k in params}
        for name, p, gradients in self.keep(params, full):
            v = sum(self.momentum**age * g for age, g in enumerate(gradients))
            _write(params, name, p - self.lr * v)
        return params


class RMSProp(_Kept):
    """The mean of squares over the whole history."""

    def __init__(self, lr, alpha=0.99, eps=1e-8):
        super().__init__()
        self.lr, self.alpha, self.eps = lr, alpha, eps

    def step(self, params, grads):
        """Take a step."""
        for name, p, gradients in self.keep(params, grads):
            s = _mean(self.alpha, [g * g for g in gradients])
            _write(params, name, p - self.lr * gradients[0] / (s**0.5 + self.eps))
        return params


class Adam(_Kept):
    """The correction is the sum of the weights."""

    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__()
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, 0.0

    def step(self, params, grads):
        """Take a step."""
        b1, b2 = self.betas
        for name, p, gradients in self.keep(params, grads):
            t = len(gradients)
            m = _mean(b1, gradients) / (1 - b1**t)
            v = _mean(b2, [g * g for g in gradients]) / (1 - b2**t)
            _write(params, name, p - self.lr * m / (torch.sqrt(v) + self.eps) - self.lr * self.weight_decay * p)
        return params


class AdamW(Adam):
    """With a decay."""

    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps)
        self.weight_decay = weight_decay
