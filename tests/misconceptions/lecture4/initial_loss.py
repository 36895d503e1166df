"""What learners get wrong in lecture4.initial_loss."""

import math

import torch

from grader.checks import misconception

# expected_initial_loss


@misconception(
    "This is the probability of each character. The loss is minus its natural logarithm, −ln(1/V) = ln V.",
    name="probability",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return 1 / vocab


@misconception(
    "The sign is wrong: ln(1/V) is negative, and the loss is minus that.",
    name="negative",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return math.log(1 / vocab)


@misconception(
    "This is the logarithm to the base 2, in bits. Cross-entropy in torch takes the natural logarithm: "
    "math.log(vocab).",
    name="bits",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return math.log2(vocab)


@misconception(
    "This is the logarithm to the base 10. Cross-entropy in torch takes the natural logarithm: math.log(vocab).",
    name="decimal",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return math.log10(vocab)


@misconception(
    "This is ln 27 whatever the vocabulary. It is the logarithm of the argument: math.log(vocab).",
    name="always-27",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return math.log(27)


@misconception(
    "This is the entropy divided by V once more: the mean over V equal terms −ln(1/V) is just that term, ln V.",
    name="divided-by-v",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return math.log(vocab) / vocab


@misconception(
    "This is the logarithm of V − 1. The '.' is a character of the vocabulary as well, and V counts it already: ln V.",
    name="one-less",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return math.log(max(vocab - 1, 1))


@misconception(
    "The loss is rounded. Return all digits, and let who prints it round: math.log(vocab).",
    name="rounded",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return round(math.log(vocab), 2)


@misconception(
    "The loss is a tensor here. A Python float is asked for: math.log(vocab), or .item() at the end.",
    name="tensor",
    violates=("expected_initial_loss",),
)
def expected_initial_loss(vocab):
    return torch.tensor(float(vocab)).log()


# init_output


@misconception(
    "Only the bias was repaired. The logits are large because of W2, whose H products add up: multiply it by 0.01 too.",
    name="only-bias",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        b2.zero_()


@misconception(
    "Only the weights were repaired. The bias is drawn from N(0, 1), so some characters are preferred from the start: "
    "set it to 0.",
    name="only-weights",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.mul_(0.01)


@misconception(
    "W2 is all zeros. The loss is as expected, but through such weights no gradient reaches the layers below: multiply "
    "by 0.01 instead.",
    name="zero-weights",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.zero_()
        b2.zero_()


@misconception(
    "Nothing has changed for the caller: W2 = W2 * 0.01 makes a new tensor and gives it a name inside the function. "
    "Work in place, W2.mul_(0.01).",
    name="new-tensors",
    violates=("first_loss",),
)
def init_output(W2, b2):
    W2 = W2 * 0.01
    b2 = b2 * 0
    return


@misconception(
    "The caller's tensors are as they were, and new ones are returned. The caller ignores what is returned: work in "
    "place, W2.mul_(0.01), and return nothing.",
    name="returned-instead",
    violates=("first_loss",),
)
def init_output(W2, b2):
    return W2 * 0.01, b2 * 0


@misconception(
    "W2 and b2 are changed and returned as well. What works in place returns nothing, lest one think it has left the "
    "arguments alone.",
    name="returned-too",
    violates=("parameters",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.mul_(0.01)
        b2.zero_()
    return W2, b2


@misconception(
    "autograd refuses this for a parameter: a leaf that requires a gradient may be changed in place only under "
    "torch.no_grad().",
    name="no-no-grad",
    violates=("parameters",),
)
def init_output(W2, b2):
    W2 *= 0.01
    b2 *= 0


@misconception(
    "The parameters require no gradient after this, so that no optimizer trains them. Leave requires_grad as it is, "
    "and "
    "work under torch.no_grad().",
    name="gradient-switched-off",
    violates=("parameters",),
)
def init_output(W2, b2):
    W2.requires_grad_(False).mul_(0.01)
    b2.requires_grad_(False).zero_()


@misconception(
    "W2 is multiplied by 0.1, which is not enough: the logits still have a standard deviation near 1. Take 0.01.",
    name="tenth",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.mul_(0.1)
        b2.zero_()


@misconception(
    "W2 is divided by √H, which keeps the logits near a standard deviation of 1. For the output layer smaller ones are "
    "wanted, near 0: multiply by 0.01.",
    name="by-root-of-h",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.div_(W2.shape[0] ** 0.5)
        b2.zero_()


@misconception(
    "W2 is divided by 0.01, so it is a hundred times as large. Multiply by 0.01.",
    name="divided",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.div_(0.01)
        b2.zero_()


@misconception(
    "0.01 is subtracted from W2, which moves the numbers and leaves them as large as they were. Multiply by 0.01.",
    name="subtracted",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.sub_(0.01)
        b2.zero_()


@misconception(
    "All weights are 0.01 now. Equal columns give equal logits, and units with equal weights learn the same: multiply "
    "what is there by 0.01.",
    name="constant",
    violates=("first_loss",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.fill_(0.01)
        b2.zero_()


@misconception(
    "The bias is set to 1, not 0. The loss is the same for any constant, but b2 is to be zeros: b2.zero_().",
    name="bias-one",
    violates=("weights_stay_random",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.mul_(0.01)
        b2.fill_(1.0)


@misconception(
    "The bias is multiplied by 0.01, not set to zero. That is what the lecture does with b1; b2 starts at 0.",
    name="bias-small",
    violates=("weights_stay_random",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.mul_(0.01)
        b2.mul_(0.01)


@misconception(
    "W2 is drawn anew, with numbers that the caller's seed does not decide. Multiply what is there by 0.01.",
    name="drawn-anew",
    violates=("weights_stay_random",),
)
def init_output(W2, b2):
    with torch.no_grad():
        W2.normal_(0, 0.01)
        b2.zero_()


@misconception(
    "torch's global generator is seeded here, so that everything that the caller draws next is the same each time. "
    "Nothing "
    "is random in this function: leave the seed to the caller.",
    name="seeded",
    violates=("nothing_is_drawn",),
)
def init_output(W2, b2):
    torch.manual_seed(42)
    with torch.no_grad():
        W2.mul_(0.01)
        b2.zero_()
