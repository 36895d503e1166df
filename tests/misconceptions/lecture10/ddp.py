"""What learners get wrong in lecture10.ddp."""

from grader.checks import misconception


class _Steps:
    """The right steps, one a method. Each wrong answer below overrides one of them."""

    def terms(self, x, w):
        return w * x**2  # (N, D)

    def mean(self, terms):
        return terms.mean(1)  # (N,)

    def share(self, dout, x):
        return dout[:, None] / x.shape[1]  # (N, 1)

    def slope(self, x, w):
        return 2 * w * x  # (N, D)

    def over_batch(self, rows):
        return rows.sum(0)  # (D,)

    def forward(self, x, w):
        return self.mean(self.terms(x, w))

    def backward(self, dout, x, w):
        share = self.share(dout, x)
        return share * self.slope(x, w), self.over_batch(share * x**2)


# mean_square


@misconception(
    "The D terms are added up. The mean divides their sum by D.",
    name="sum-for-mean",
    violates=("mean_square",),  # the checks that must fail, and no other
)
def mean_square(x, w):
    class Wrong(_Steps):
        def mean(self, terms):
            return terms.sum(1)

    return Wrong().forward(x, w)


@misconception(
    "The mean runs over the examples. Each example has a mean of its own, over its D numbers: axis 1.",
    name="mean-over-batch",
)
def mean_square(x, w):
    class Wrong(_Steps):
        def mean(self, terms):
            return terms.mean(0)

    return Wrong().forward(x, w)


@misconception("The weight is squared too. Square x alone, then multiply by w.", name="weight-squared")
def mean_square(x, w):
    class Wrong(_Steps):
        def terms(self, x, w):
            return (w * x) ** 2

    return Wrong().forward(x, w)


# mean_square_backward


@misconception(
    "The 1/D of the mean is missing from the gradients: each of the D terms counts one D-th.", name="no-mean-backward"
)
def mean_square_backward(dout, x, w):
    class Wrong(_Steps):
        def share(self, dout, x):
            return dout[:, None]

    return Wrong().backward(dout, x, w)


@misconception("The slope of x² is 2x: dx lacks the 2.", name="no-factor-2")
def mean_square_backward(dout, x, w):
    class Wrong(_Steps):
        def slope(self, x, w):
            return w * x

    return Wrong().backward(dout, x, w)


@misconception(
    "dx lacks the weight. x[n, d] reaches the loss by way of w[d] * x[n, d]**2, so w[d] is a factor of its slope.",
    name="no-weight",
)
def mean_square_backward(dout, x, w):
    class Wrong(_Steps):
        def slope(self, x, w):
            return 2 * x

    return Wrong().backward(dout, x, w)


@misconception(
    "dw is a mean over the batch here. Every example used the same w, and what reaches it from each is added up: sum.",
    name="mean-for-sum",
)
def mean_square_backward(dout, x, w):
    class Wrong(_Steps):
        def over_batch(self, rows):
            return rows.mean(0)

    return Wrong().backward(dout, x, w)


@misconception(
    "The gradient from above is left out: these are the gradients of the sum of out. Multiply row n by dout[n].",
    name="no-upstream",
)
def mean_square_backward(dout, x, w):
    class Wrong(_Steps):
        def share(self, dout, x):
            return dout.new_ones(len(dout), 1) / x.shape[1]

    return Wrong().backward(dout, x, w)
