"""What learners get wrong in day3.neuron."""

import numpy as np

from grader.checks import misconception

# neuron


@misconception(
    "The sum w · x + b is returned as it is. A neuron passes it through its activation last: activation(w @ x + b).",
    name="no-activation",
)
def neuron(x, w, b, activation):
    return w @ x + b


@misconception(
    "The bias is added after the activation. It belongs inside, where it shifts the point at which the neuron "
    "begins to respond: activation(w @ x + b).",
    name="bias-outside",
)
def neuron(x, w, b, activation):
    return activation(w @ x) + b


@misconception("The bias is missing: activation(w @ x + b), not activation(w @ x).", name="neuron-without-bias")
def neuron(x, w, b, activation):
    return activation(w @ x)


@misconception(
    "The activation is applied to each product w[i]·x[i]. It is applied once, to the whole sum with its bias.",
    name="activation-of-each-product",
)
def neuron(x, w, b, activation):
    return activation(w * x).sum() + b


@misconception(
    "The products are averaged. A neuron adds them up: sum, not mean.",
    name="mean-of-products",
)
def neuron(x, w, b, activation):
    return activation((w * x).mean() + b)


# linear


@misconception("The bias is missing: X W + b, with b added to every row.", name="linear-without-bias")
def linear(X, W, b):
    return X @ W


@misconception(
    "W is transposed here, as with torch's nn.Linear, which stores (d_out, d_in). In this unit W is (d_in, d_out), "
    "one neuron a column: X @ W, with no .T.",
    name="transposed",
)
def linear(X, W, b):
    return X @ W.T + b


@misconception(
    "The bias is added along the wrong axis: b[j] belongs to neuron j, so it is added to column j, in every row. "
    "X @ W + b does so by itself.",
    name="bias-down-the-rows",
)
def linear(X, W, b):
    return X @ W + b[:, None]


# collapse


@misconception(
    "b1 is lost on the way. The second layer multiplies it by W2 along with everything else: b = b1 @ W2 + b2.",
    name="b1-lost",
)
def collapse(W1, b1, W2, b2):
    return W1 @ W2, b2.copy()


@misconception(
    "b2 is lost: the second layer adds it after the product, b = b1 @ W2 + b2.",
    name="b2-lost",
)
def collapse(W1, b1, W2, b2):
    return W1 @ W2, b1 @ W2


@misconception(
    "b1 and b2 are added as they are. b1 passes through the second layer first, which multiplies it by W2: "
    "b = b1 @ W2 + b2.",
    name="b1-past-w2",
)
def collapse(W1, b1, W2, b2):
    return W1 @ W2, b1 + b2


@misconception(
    "The matrices are multiplied in the wrong order. X meets W1 first, so with X on the left it is X W1 W2.",
    name="order",
)
def collapse(W1, b1, W2, b2):
    return W2 @ W1, b1 @ W2 + b2


@misconception(
    "b2 += … changes the caller's bias. Make a new array: b1 @ W2 + b2.",
    name="in-place",
    violates=("arguments_stay_as_they_are",),
)
def collapse(W1, b1, W2, b2):
    b2 += b1 @ W2
    return W1 @ W2, b2


@misconception(
    "The products pass through float32, which keeps half of the digits. Leave the arrays as they are, float64.",
    name="through-float32",
    violates=("linear",),
)
def linear(X, W, b):
    return (X.astype(np.float32) @ W.astype(np.float32)).astype(np.float64) + b
