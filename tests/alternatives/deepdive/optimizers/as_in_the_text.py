"""The text's formulas one by one, each class by itself, with its state filled in when a name is met first."""

import torch


class SGD:
    """Momentum as a sum; the text's (1 - beta) would be a smaller lr."""

    def __init__(self, lr, momentum=0, weight_decay=0):
        self.eta, self.beta, self.lam, self.velocity = lr, momentum, weight_decay, {}

    def step(self, params, grads):
        """Take a step."""
        for k in params:
            if k not in grads or grads[k] is None:
                continue
            if k not in self.velocity:
                self.velocity[k] = torch.zeros_like(params[k])
            self.velocity[k] = self.beta * self.velocity[k] + (grads[k] + self.lam * params[k])
            params[k].sub_(self.eta * self.velocity[k])
        return params


class RMSProp:
    """s is a mean of squares."""

    def __init__(self, lr, alpha=0.99, eps=1e-8):
        self.eta, self.beta2, self.eps, self.s = lr, alpha, eps, {}

    def step(self, params, grads):
        """Take a step."""
        for k, theta in params.items():
            if grads.get(k) is None:
                continue
            g = grads[k]
            self.s[k] = self.beta2 * self.s.get(k, torch.zeros_like(g)) + (1 - self.beta2) * g.pow(2)
            theta.sub_(self.eta / (torch.sqrt(self.s[k]) + self.eps) * g)
        return params


class Adam:
    """Both moments, corrected."""

    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8):
        self.eta, self.eps = lr, eps
        self.beta1, self.beta2 = betas
        self.m, self.v, self.t = {}, {}, {}

    def direction(self, k, g):
        """Return m_hat / (sqrt(v_hat) + eps)."""
        t = self.t[k] = self.t.get(k, 0) + 1
        self.m[k] = self.beta1 * self.m.get(k, torch.zeros_like(g)) + (1 - self.beta1) * g
        self.v[k] = self.beta2 * self.v.get(k, torch.zeros_like(g)) + (1 - self.beta2) * g * g
        return (self.m[k] / (1 - self.beta1**t)) / (torch.sqrt(self.v[k] / (1 - self.beta2**t)) + self.eps)

    def step(self, params, grads):
        """Take a step."""
        for k, theta in params.items():
            if grads.get(k) is not None:
                theta.sub_(self.eta * self.direction(k, grads[k]))
        return params


class AdamW(Adam):
    """Adam, and the decay."""

    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas, eps)
        self.lam = weight_decay

    def step(self, params, grads):
        """Take a step."""
        for k, theta in params.items():
            if grads.get(k) is not None:
                theta.sub_(self.eta * (self.direction(k, grads[k]) + self.lam * theta))
        return params
