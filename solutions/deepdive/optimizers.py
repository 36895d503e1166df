"""Four optimizers: SGD with momentum, RMSProp, Adam, and AdamW.

You write what makes a step of a gradient, from the plainest rule to the one that language models are trained with.
Source: deep dives, "The Evolution of Gradient Descent".
"""

# /// exercise
# title = "SGD, RMSProp, Adam and AdamW"
# forbids = ["torch.optim", "torch.autograd", "Tensor.backward"]
# why_forbidden = "this exercise is about writing the optimizers yourself"
# hints = [
#   """All four have one frame: go through params by name, skip those without a gradient, bring up to date what is \
#   remembered under that name (zeros at first), and change the tensor in place. Write SGD's until it is right, and \
#   the others have only other lines in the middle.""",
#   """Adam: t counts this parameter's steps from 1. m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g², then m / (1 - \
#   b1^t) and v / (1 - b2^t), and the step is lr * m_hat / (sqrt(v_hat) + eps). AdamW shrinks p by lr * weight_decay * \
#   p besides, and g never hears of it; SGD's weight_decay goes into g, in front of the momentum.""",
#   """SGD: v = momentum * v + (g + weight_decay * p); p.sub_(lr * v). RMSProp: s = alpha * s + (1 - alpha) * g**2; \
#   p.sub_(lr * g / (s.sqrt() + eps)). AdamW: p.mul_(1 - lr * weight_decay), then Adam's step. State: self.v.get(name, \
#   0.0), in __init__ an empty dict.""",
# ]
# ///

from collections.abc import Iterator

import torch

# What all four have in common. step(params, grads) takes two dicts, of tensors by name:
#
#   params  what is trained; plain tensors of float32 or float64, of any shapes, that require no gradient
#   grads   the gradient of each, under the same name, of its shape and dtype
#
# It changes the tensors of params in place, and returns params. The gradients stay as they are. A parameter whose
# gradient is missing in grads, or None, is skipped: it keeps its value, and what is remembered of it too, its count of
# steps included. What is remembered from step to step is remembered by name, in the optimizer: next time there may be
# another tensor under that name. Two optimizers share nothing. What is remembered is 0 at first.


class SGD:
    """Gradient descent, with momentum and L2 regularisation if wanted, as torch.optim.SGD has it.

        g = g + weight_decay * p
        v = momentum * v + g             without (1 - momentum): see below
        p = p - lr * v

    The deep dives have v = momentum * v + (1 - momentum) * g, an average of gradients. Here, as in torch, it is a sum
    of them: the direction is the same, and the step 1 / (1 - momentum) times as long, which a smaller lr makes up for.

    Args:
        lr: the learning rate.
        momentum: at least 0, less than 1.
        weight_decay: at least 0.

    Example:
        SGD(0.5, momentum=0.9), p = 1 and the gradients 2, 2: v = 2 and 3.8, p = 0 and -1.9

    Source: deep dives, "SGD with Momentum" and "L2 Regularization".
    """

    def __init__(self, lr: float, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        # solution
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.v: dict[str, torch.Tensor] = {}
        # end solution

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        # solution
        for name, p, g in with_gradients(params, grads):
            self.v[name] = self.momentum * self.v.get(name, 0.0) + (g + self.weight_decay * p)
            p.sub_(self.lr * self.v[name])
        return params
        # end solution


class RMSProp:
    """Each number's step is divided by the root of its gradient's mean square, as torch.optim.RMSprop has it.

        s = alpha * s + (1 - alpha) * g**2
        p = p - lr * g / (sqrt(s) + eps)     eps outside the root

    s begins at 0 and is not corrected for it, so that the first steps are long: 10 * lr with alpha = 0.99.

    Args:
        lr: the learning rate.
        alpha: how much of s is kept; the text's beta_2.
        eps: against a division by 0.

    Source: deep dives, "RMSProp".
    """

    def __init__(self, lr: float, alpha: float = 0.99, eps: float = 1e-8) -> None:
        # solution
        self.lr, self.alpha, self.eps = lr, alpha, eps
        self.s: dict[str, torch.Tensor] = {}
        # end solution

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        # solution
        for name, p, g in with_gradients(params, grads):
            self.s[name] = self.alpha * self.s.get(name, 0.0) + (1 - self.alpha) * g**2
            p.sub_(self.lr * g / (self.s[name].sqrt() + self.eps))
        return params
        # end solution


class Adam:
    """Momentum over RMSProp, both corrected for having begun at 0, as torch.optim.Adam has it.

        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        p = p - lr * m_hat / (sqrt(v_hat) + eps),   m_hat = m / (1 - b1**t),   v_hat = v / (1 - b2**t)

    t is the number of steps that this parameter has taken, this one included: 1 in the first. There m_hat = g and
    v_hat = g**2, so that the first step is lr in the direction of -g's sign, however small g is.

    Args:
        lr: the learning rate.
        betas: (b1, b2).
        eps: against a division by 0, outside the root, and not corrected by anything.

    Source: deep dives, "Adam"; Kingma and Ba, 2015, arXiv:1412.6980.
    """

    def __init__(self, lr: float, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> None:
        # solution
        self.lr, self.betas, self.eps = lr, betas, eps
        self.moments = Moments()
        # end solution

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        # solution
        for name, p, g in with_gradients(params, grads):
            m_hat, v_hat = self.moments.update(name, g, self.betas)
            p.sub_(self.lr * m_hat / (v_hat.sqrt() + self.eps))
        return params
        # end solution


class AdamW:
    """Adam with decoupled weight decay, as torch.optim.AdamW has it.

        p = p - lr * (m_hat / (sqrt(v_hat) + eps) + weight_decay * p)

    with Adam's m_hat and v_hat, of the gradient alone: weight_decay * p is not added to g, or it would be divided by
    sqrt(v_hat) like everything else. Both p on the right are the p before the step. With g = 0 all the time, p shrinks
    by the factor 1 - lr * weight_decay in each step.

    Args:
        lr: the learning rate.
        betas: (b1, b2).
        eps: as in Adam.
        weight_decay: at least 0.

    Source: deep dives, "AdamW"; Loshchilov and Hutter, 2019, arXiv:1711.05101.
    """

    def __init__(
        self,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        # solution
        self.lr, self.betas, self.eps, self.weight_decay = lr, betas, eps, weight_decay
        self.moments = Moments()
        # end solution

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        # solution
        for name, p, g in with_gradients(params, grads):
            m_hat, v_hat = self.moments.update(name, g, self.betas)
            p.sub_(self.lr * (m_hat / (v_hat.sqrt() + self.eps) + self.weight_decay * p))
        return params
        # end solution


# solution
def with_gradients(
    params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]
) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
    """Go through (name, parameter, gradient) of the parameters that have a gradient."""
    for name, p in params.items():
        g = grads.get(name)
        if g is not None:
            yield name, p, g


class Moments:
    """Adam's running means of g and g**2 and its counts of steps, by name."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.m: dict[str, torch.Tensor] = {}
        self.v: dict[str, torch.Tensor] = {}
        self.t: dict[str, int] = {}

    def update(self, name: str, g: torch.Tensor, betas: tuple[float, float]) -> tuple[torch.Tensor, torch.Tensor]:
        """Take in one gradient, and return both means, corrected."""
        b1, b2 = betas
        self.t[name] = self.t.get(name, 0) + 1
        self.m[name] = b1 * self.m.get(name, 0.0) + (1 - b1) * g
        self.v[name] = b2 * self.v.get(name, 0.0) + (1 - b2) * g**2
        return self.m[name] / (1 - b1 ** self.t[name]), self.v[name] / (1 - b2 ** self.t[name])


# end solution
