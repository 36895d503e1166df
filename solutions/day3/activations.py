"""Six activation functions and their derivatives.

You write ReLU, Leaky ReLU, GELU, SiLU, tanh and the sigmoid, and what the backward pass multiplies by for each.
Source: day 3, "The cast of activations".
"""

# /// exercise
# title = "six activations and their slopes"
# packages = "numpy"
# hints = [
#   """Start with the sigmoid in a form that is right for x = -1000 and x = 1000, and d_sigmoid by it: silu \
#   and its derivative follow from these two by the product rule.""",
#   """exp overflows for large positive numbers only, and exp(-|x|) never does: with e = exp(-|x|), the \
#   sigmoid is 1 / (1 + e) where x >= 0 and e / (1 + e) elsewhere. Phi(x) = (1 + erf(x / sqrt(2))) / 2 is the \
#   CDF of the normal distribution, and its derivative is the bell curve exp(-x**2 / 2) / sqrt(2 pi).""",
#   """math.erf takes one number; np.vectorize(math.erf)(x) takes an array. d_silu: s + x * s * (1 - s) with \
#   s = sigmoid(x); d_gelu: Phi(x) + x * bell(x); d_tanh: 1 - np.tanh(x)**2; d_relu: (x > 0) as floats.""",
# ]
# ///

import math

import numpy as np

# In all twelve functions x is the pre-activation, the z of z = X W + b: an array of float64 of any shape with
# at least one axis. The answer is a new array of float64 of the same shape, entry by entry, and x is not
# modified. Answers are finite and right for x up to +-1000 as well.


def relu(x: np.ndarray) -> np.ndarray:
    """Return max(0, x).

    Args:
        x: pre-activations, any shape, float64.

    Returns:
        The activations, of the shape of x.

    Example:
        [-2, 0, 3] -> [0, 0, 3]

    Source: day 3, "The cast of activations".
    """
    # solution
    return np.maximum(0.0, x)
    # end solution


def d_relu(x: np.ndarray) -> np.ndarray:
    """Return the derivative of relu at x: 1 where x > 0, else 0; at x = 0, where there is a kink, it is 0.

    Args:
        x: pre-activations (not activations), any shape, float64.

    Returns:
        The slopes, float64 (not booleans), of the shape of x.

    Example:
        [-2, 0, 3] -> [0, 0, 1]

    Source: day 3, "The cast of activations".
    """
    # solution
    return (x > 0).astype(x.dtype)
    # end solution


def leaky_relu(x: np.ndarray, alpha: float = 0.01) -> np.ndarray:
    """Return x where x > 0, else alpha * x.

    Args:
        x: pre-activations, any shape, float64.
        alpha: the slope for negative x, 0 <= alpha < 1.

    Returns:
        The activations, of the shape of x.

    Example:
        [-2, 0, 3] with alpha = 0.1 -> [-0.2, 0, 3]

    Source: day 3, "The cast of activations".
    """
    # solution
    return np.where(x > 0, x, alpha * x)
    # end solution


def d_leaky_relu(x: np.ndarray, alpha: float = 0.01) -> np.ndarray:
    """Return the derivative of leaky_relu at x: 1 where x > 0, else alpha; at x = 0 it is alpha.

    Args:
        x: pre-activations, any shape, float64.
        alpha: the slope for negative x, 0 <= alpha < 1.

    Returns:
        The slopes, of the shape of x.

    Example:
        [-2, 0, 3] with alpha = 0.1 -> [0.1, 0.1, 1]

    Source: day 3, "The cast of activations".
    """
    # solution
    return np.where(x > 0, 1.0, alpha)
    # end solution


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), in a form whose exp does not overflow for x = -1000 or x = 1000.

    Args:
        x: pre-activations, any shape, float64.

    Returns:
        Numbers between 0 and 1, of the shape of x.

    Example:
        [-1000, 0, 1000] -> [0, 0.5, 1]

    Source: day 3, "The cast of activations".
    """
    # solution
    e = np.exp(-np.abs(x))  # at most 1
    return np.where(x >= 0, 1.0, e) / (1.0 + e)  # for x < 0, both sides of the fraction times exp(x)
    # end solution


def d_sigmoid(x: np.ndarray) -> np.ndarray:
    """Return the derivative of the sigmoid at x: s (1 - s) with s = sigmoid(x).

    Args:
        x: pre-activations, any shape, float64: the x that went into sigmoid, not what came out.

    Returns:
        The slopes, of the shape of x.

    Example:
        [0] -> [0.25]

    Source: day 3, "The cast of activations".
    """
    # solution
    s = sigmoid(x)
    return s * (1.0 - s)
    # end solution


def tanh(x: np.ndarray) -> np.ndarray:
    """Return (exp(x) - exp(-x)) / (exp(x) + exp(-x)), finite for +-1000 too; np.tanh is welcome.

    Args:
        x: pre-activations, any shape, float64.

    Returns:
        Numbers between -1 and 1, of the shape of x.

    Example:
        [-1000, 0, 1000] -> [-1, 0, 1]

    Source: day 3, "The cast of activations".
    """
    # solution
    return np.tanh(x)
    # end solution


def d_tanh(x: np.ndarray) -> np.ndarray:
    """Return the derivative of tanh at x: 1 - tanh(x)**2.

    Args:
        x: pre-activations, any shape, float64: the x that went into tanh, not what came out.

    Returns:
        The slopes, of the shape of x.

    Example:
        [0] -> [1]

    Source: day 3, "The cast of activations".
    """
    # solution
    return 1.0 - np.tanh(x) ** 2
    # end solution


def silu(x: np.ndarray) -> np.ndarray:
    """Return x * sigmoid(x), also called Swish: the activation of LLaMA's MLPs.

    Args:
        x: pre-activations, any shape, float64.

    Returns:
        The activations, of the shape of x.

    Example:
        [0, 1] -> [0, 0.7310...]

    Source: day 3, "The cast of activations"; Ramachandran, Zoph and Le, 2017.
    """
    # solution
    return x * sigmoid(x)
    # end solution


def d_silu(x: np.ndarray) -> np.ndarray:
    """Return the derivative of silu at x, by the product rule: s + x s (1 - s) with s = sigmoid(x).

    Args:
        x: pre-activations, any shape, float64.

    Returns:
        The slopes, of the shape of x.

    Example:
        [0] -> [0.5]

    Source: day 3, "The cast of activations".
    """
    # solution
    return sigmoid(x) + x * d_sigmoid(x)
    # end solution


def gelu(x: np.ndarray) -> np.ndarray:
    """Return x * Phi(x), exact, where Phi is the cumulative distribution function of the standard normal.

        Phi(x) = (1 + erf(x / sqrt(2))) / 2

    NumPy has no erf. Python's ``math.erf`` takes one number at a time, and ``np.vectorize`` maps it over an
    array. The approximation by a tanh that GPT-2 uses differs by up to 5e-4, and is not what is wanted here.

    Args:
        x: pre-activations, any shape, float64.

    Returns:
        The activations, of the shape of x.

    Example:
        [-1, 0, 1] -> [-0.15865..., 0, 0.84134...]

    Source: day 3, "The cast of activations"; Hendrycks and Gimpel, 2016.
    """
    # solution
    return x * normal_cdf(x)
    # end solution


def d_gelu(x: np.ndarray) -> np.ndarray:
    """Return the derivative of gelu at x, by the product rule: Phi(x) + x phi(x).

    phi is the density of the standard normal, exp(-x**2 / 2) / sqrt(2 pi), which is the derivative of Phi.

    Args:
        x: pre-activations, any shape, float64.

    Returns:
        The slopes, of the shape of x.

    Example:
        [0] -> [0.5]

    Source: day 3, "The cast of activations".
    """
    # solution
    density = np.exp(-(x**2) / 2.0) / math.sqrt(2.0 * math.pi)
    return normal_cdf(x) + x * density
    # end solution


# solution
def normal_cdf(x: np.ndarray) -> np.ndarray:
    """Return the cumulative distribution function of the standard normal, entry by entry."""
    return 0.5 * (1.0 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2.0)))


# end solution
