"""Ten questions before moving on: close the notes, and answer from memory.

Write your answer in place of None: a letter in quotes, as in "a", or a number, as in 0.5 (an expression will do, as in
2 / 3). A question that still says None counts as not started, and the others are graded all the same. Where an answer
is wrong, the report says what it would mean, and the section of the notes is worth another look. Source: day 3,
self-check; some of its questions ask for a number or a choice here, where the notes ask for words.
"""

# /// exercise
# title = "ten questions before moving on"
# packages = "numpy"
# quiz = true
# hints = [
#   """Most of the ten can be tried out in three lines of NumPy, and all of them on paper with two examples and two \
#   units. That is no cheating: it is how one comes to know such things.""",
#   """Softmax and cross-entropy together: (p - y) / B. Two layers: write out the shapes, (in, h) and (h, out). \
#   Variance: that of c * w is c squared times that of w. Uniform probabilities over C classes: p = 1/C each.""",
#   """A bias of one row, b, is broadcast to B rows: count its paths to the loss. Equal weights: compare the gradients \
#   of two equal units. The theorem of universal approximation: ask what it does not say.""",
# ]
# ///

import math

answers: dict[str, str | float | None] = {
    # 1. Two linear layers without biases, Y = (X W1) W2, equal one: Y = X W. What is W?
    #    "a"  W1 + W2
    #    "b"  W1 @ W2
    #    "c"  W2 @ W1
    #    "d"  W1 * W2, entry by entry
    "collapse": None,
    # 2. In a batch of 4 examples, one has the probabilities p = [0.7, 0.2, 0.1] and the true class 1, counted
    #    from 0. What is the gradient of the mean cross-entropy with respect to this example's logit of class 1?
    #    A number.
    "logit_gradient": None,
    # 3. He initialisation has the standard deviation √(2/fan_in). Where does the 2 come from?
    #    "a"  from the derivative of a square, as in the squared error
    #    "b"  from the two kinds of parameters of a layer, weights and bias
    #    "c"  from ReLU, which zeroes half of the pre-activations and so halves their mean square
    #    "d"  from the two passes, forward and backward, of which it takes the mean
    "he_two": None,
    # 4. In the backward pass, db = dz.sum(axis=0). Why the sum?
    #    "a"  the bias is added to each of the B rows, so the loss feels it through each of them, and the paths
    #         add
    #    "b"  the loss is a mean over the batch, and the sum undoes its 1/B
    #    "c"  db needs the shape (out,), and any reduction over the batch would do, the mean as well
    #    "d"  the rows of dz are all equal, so the sum is B times one of them
    "bias_gradient": None,
    # 5. The training loss is log(C), exactly, and stays there. What is the most likely mistake?
    #    "a"  the learning rate is far too high
    #    "b"  the weights start too large
    #    "c"  the data are not shuffled
    #    "d"  the weights are all zero, so that the logits are equal and no gradient reaches the layers below
    "stuck": None,
    # 6. Biases start at zero. Why not the weights?
    #    "a"  zero weights make the softmax divide by zero
    #    "b"  hidden units that start equal get equal gradients, and stay equal for ever
    #    "c"  weights of zero count as missing, and the optimizer skips them
    #    "d"  they could: it only takes a larger learning rate
    "zero_start": None,
    # 7. A classifier of 10 classes that has learned nothing yet, well initialised: what is its first loss,
    #    cross-entropy in natural logarithms? A number, exact to 1%; math.log and the like are welcome.
    "first_loss": None,
    # 8. Why is no softmax applied before the loss, cross_entropy, in PyTorch?
    #    "a"  softmax has no derivative
    #    "b"  softmax changes which class has the largest score
    #    "c"  cross_entropy contains one; what it takes for logits would lie in [0, 1], and the loss stay far from 0
    #    "d"  the probabilities would not sum to one over the batch
    "no_softmax": None,
    # 9. Every input is multiplied by 1000, and the first layer has no bias: its pre-activations become 1000 times
    #    as large, and so would the gradient of its weights for the same gradient above. By which factor must the
    #    standard deviation of its initial weights be multiplied, so that the pre-activations start as before?
    #    A number.
    "scaled_input": None,
    # 10. One hidden layer can approximate any continuous function. Why are networks deep all the same?
    #    "a"  the theorem tells neither how many units it takes nor how to find them; depth builds on its own
    #         features
    #    "b"  one hidden layer can in truth only do what a linear layer does
    #    "c"  deep networks are easier to train than shallow ones
    #    "d"  the theorem does not hold for ReLU
    "depth": None,
}

# solution
answers |= {
    "collapse": "b",
    "logit_gradient": (0.2 - 1) / 4,
    "he_two": "c",
    "bias_gradient": "a",
    "stuck": "d",
    "zero_start": "b",
    "first_loss": math.log(10),
    "no_softmax": "c",
    "scaled_input": 1 / 1000,
    "depth": "a",
}
# end solution
