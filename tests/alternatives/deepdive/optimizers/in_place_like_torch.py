"""State that is changed in place, lerp and addcmul, the bias correction in the step size, decay first."""

import math
from collections import defaultdict

import torch


class _Base:
    def __init__(self, lr, **settings):
        self.lr = lr
        self.__dict__.update(settings)
        self.state = defaultdict(dict)

    @torch.no_grad()
    def step(self, params, grads):
        for name in list(params):
            g = grads[name] if name in grads else None
            if g is not None:
                self.one(params[name], g, self.state[name])
        return params


class SGD(_Base):
    """The buffer begins as the first gradient."""

    def __init__(self, lr, momentum=0, weight_decay=0):
        super().__init__(lr, momentum=momentum, weight_decay=weight_decay)

    def one(self, p, g, state):
        """Take a step with one parameter."""
        if self.weight_decay:
            g = g.add(p, alpha=self.weight_decay)
        if self.momentum:
            if "buffer" not in state:
                state["buffer"] = g.clone()
            else:
                state["buffer"].mul_(self.momentum).add_(g)
            g = state["buffer"]
        p.add_(g, alpha=-self.lr)


class RMSProp(_Base):
    """One buffer."""

    def __init__(self, lr, alpha=0.99, eps=1e-8):
        super().__init__(lr, alpha=alpha, eps=eps)

    def one(self, p, g, state):
        """Take a step with one parameter."""
        square = state.setdefault("square", torch.zeros_like(p))
        square.mul_(self.alpha).addcmul_(g, g, value=1 - self.alpha)
        p.addcdiv_(g, square.sqrt().add_(self.eps), value=-self.lr)


class AdamW(_Base):
    """Decay, then Adam."""

    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def one(self, p, g, state):
        """Take a step with one parameter."""
        if not state:
            state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
        state["t"] += 1
        b1, b2 = self.betas
        state["m"].lerp_(g, 1 - b1)
        state["v"].mul_(b2).addcmul_(g, g, value=1 - b2)
        p.mul_(1 - self.lr * self.weight_decay)
        denominator = state["v"].sqrt() / math.sqrt(1 - b2 ** state["t"]) + self.eps
        p.addcdiv_(state["m"], denominator, value=-self.lr / (1 - b1 ** state["t"]))


class Adam(AdamW):
    """AdamW without decay."""

    def __init__(self, lr, betas=(0.9, 0.999), eps=1e-8):
        super().__init__(lr, betas, eps, weight_decay=0.0)
