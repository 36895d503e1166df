"""What learners answer in day3.self_check."""

from grader.checks import misconception

answers = misconception(
    "A sum would need W1 and W2 of one shape. Write out the shapes: (in, h) and (h, out) leave one way to (in, out).",
    name="collapse-a",
)({"collapse": "a"})

answers = misconception(
    "X meets W1 first, so W1 stands next to it: (X W1) W2 = X (W1 W2). In the other order even the shapes fit only if "
    "Y is as wide as X.",
    name="collapse-c",
)({"collapse": "c"})

answers = misconception(
    "Entry by entry needs equal shapes, and is not one map after the other. The matrix product is.",
    name="collapse-d",
)({"collapse": "d"})

answers = misconception(
    "That is p - y of one example, with y one-hot. The loss is a mean over 4 examples, so each counts a quarter.",
    name="logit-gradient-not-averaged",
)({"logit_gradient": -0.8})

answers = misconception(
    "If you took (1 - 0.2)/4, the sign is reversed. If you took p itself, the 1 of the one-hot vector and the mean "
    "are missing. At the true class the gradient is negative: a step against it raises that logit.",
    name="logit-gradient-sign",
)({"logit_gradient": 0.2})

answers = misconception(
    "That is p/B. At the true class the 1 of the one-hot vector is subtracted before: (p - 1)/B.",
    name="logit-gradient-no-one-hot",
)({"logit_gradient": 0.05})

answers = misconception(
    "That is the gradient at the probability, -1/p, over B. The softmax's derivative p (1 - p) still multiplies it.",
    name="logit-gradient-of-the-probability",
)({"logit_gradient": -1.25})

answers = misconception(
    "No loss is involved: initialisation looks at the size of activations alone, before there is any loss.",
    name="he-two-a",
)({"he_two": "a"})

answers = misconception(
    "The bias starts at zero and adds no variance. The 2 makes up for something that ReLU does.",
    name="he-two-b",
)({"he_two": "b"})

answers = misconception(
    "A compromise between both passes is Glorot's 2/(fan_in + fan_out). He and others look at one pass, and at what "
    "ReLU leaves of it.",
    name="he-two-d",
)({"he_two": "d"})

answers = misconception(
    "dz carries the 1/B already, and the sum leaves it there. The sum is there because the bias was added to every "
    "row.",
    name="bias-gradient-b",
)({"bias_gradient": "b"})

answers = misconception(
    "The mean has the right shape and is wrong by a factor of B: compare it with finite differences.",
    name="bias-gradient-c",
)({"bias_gradient": "c"})

answers = misconception(
    "The rows of dz differ: each has its own p - y. What they share is the bias, and their parts of its gradient add.",
    name="bias-gradient-d",
)({"bias_gradient": "d"})

answers = misconception(
    "A learning rate that is too high makes the loss jump or explode. It does not leave it at log(C) exactly.",
    name="stuck-a",
)({"stuck": "a"})

answers = misconception(
    "Weights that are too large show in a first loss far above log(C). Exactly log(C) means equal probabilities.",
    name="stuck-b",
)({"stuck": "b"})

answers = misconception(
    "Unshuffled data make the loss uneven, and the network forgets. It still moves: log(C) exactly means equal logits.",
    name="stuck-c",
)({"stuck": "c"})

answers = misconception(
    "The softmax of zeros is 1/C each, with nothing to divide by but C. Look at the gradients of two hidden units.",
    name="zero-start-a",
)({"zero_start": "a"})

answers = misconception(
    "No optimizer skips a zero. But equal hidden units get equal gradients, for ever.",
    name="zero-start-c",
)({"zero_start": "c"})

answers = misconception(
    "No learning rate tells apart two hidden units of the same weights: their gradients are equal at every step.",
    name="zero-start-d",
)({"zero_start": "d"})

answers = misconception(
    "That is the probability of the true class, 1/10. The loss is minus its logarithm.",
    name="first-loss-probability",
)({"first_loss": 0.1})

answers = misconception(
    "That is in bits, with the logarithm to base 2. The loss is in natural logarithms.",
    name="first-loss-bits",
)({"first_loss": 3.32})

answers = misconception(
    "That is the logarithm to base 10. The loss takes the natural one.",
    name="first-loss-base-ten",
)({"first_loss": 1.0})

answers = misconception(
    "Cross-entropy is minus the logarithm, and never negative.",
    name="first-loss-negative",
)({"first_loss": -2.3})

answers = misconception(
    "That is the share of examples that a guess gets wrong. The loss is minus the logarithm of the probability.",
    name="first-loss-error-rate",
)({"first_loss": 0.9})

answers = misconception(
    "Softmax has a derivative: p_i changes with logit j at the rate p_i (1[i=j] - p_j). The question is what "
    "cross_entropy does by itself.",
    name="no-softmax-a",
)({"no_softmax": "a"})

answers = misconception(
    "Softmax keeps the order: the largest logit has the largest probability. The loss is what changes.",
    name="no-softmax-b",
)({"no_softmax": "b"})

answers = misconception(
    "Softmax works within a row, and so does the loss; nothing sums over the batch. Ask what cross_entropy does first.",
    name="no-softmax-d",
)({"no_softmax": "d"})

answers = misconception(
    "That would make the pre-activations a million times as large. The weights must undo what the inputs did.",
    name="scaled-input-wrong-way",
)({"scaled_input": 1000.0})

answers = misconception(
    "That is the factor of the variance. The standard deviation is its square root.",
    name="scaled-input-variance",
)({"scaled_input": 1e-06})

answers = misconception(
    "The root belongs to fan_in, which has not changed. z = x w: if x grows by a factor, w shrinks by that factor.",
    name="scaled-input-root",
)({"scaled_input": 0.0316})

answers = misconception(
    "With the old weights the pre-activations are 1000 times as large. He's formula knows fan_in, and not the size of "
    "the inputs.",
    name="scaled-input-unchanged",
)({"scaled_input": 1.0})

answers = misconception(
    "That holds without the activation in between. With one, a hidden layer can bend, as XOR shows.",
    name="depth-b",
)({"depth": "b"})

answers = misconception(
    "Deep networks are harder to train: it took good initialisation, ReLU and residual connections to make it work.",
    name="depth-c",
)({"depth": "c"})

answers = misconception(
    "It holds for every activation that is no polynomial, ReLU included. Ask what the theorem leaves open.",
    name="depth-d",
)({"depth": "d"})
