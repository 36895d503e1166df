"""Four optimizers: SGD with momentum, RMSProp, Adam, and AdamW.

You write what makes a step of a gradient, from the plainest rule to the one that language models are trained with.
Source: deep dives, "The Evolution of Gradient Descent".
"""

# /// exercise
# title = "SGD, RMSProp, Adam and AdamW"
# forbids = ["torch.optim", "torch.autograd", "Tensor.backward"]
# why_forbidden = "this exercise is about writing the optimizers yourself"
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
        raise NotImplementedError("deepdive.optimizers: SGD.__init__ is not written yet")

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        raise NotImplementedError("deepdive.optimizers: SGD.step is not written yet")


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
        raise NotImplementedError("deepdive.optimizers: RMSProp.__init__ is not written yet")

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        raise NotImplementedError("deepdive.optimizers: RMSProp.step is not written yet")


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
        raise NotImplementedError("deepdive.optimizers: Adam.__init__ is not written yet")

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        raise NotImplementedError("deepdive.optimizers: Adam.step is not written yet")


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
        raise NotImplementedError("deepdive.optimizers: AdamW.__init__ is not written yet")

    def step(self, params: dict[str, torch.Tensor], grads: dict[str, torch.Tensor | None]) -> dict[str, torch.Tensor]:
        """Change the tensors of params in place, and return params: see the top of the file."""
        raise NotImplementedError("deepdive.optimizers: AdamW.step is not written yet")
