"""Pick the bug: five symptoms, seven suspects.

Somebody trained a network of 16 inputs, 32 hidden units and 10 classes on 4,000 examples, in one pass of 200 batches
of 20: ReLU, He initialisation, mean cross-entropy, plain SGD with lr = 0.2. Without a mistake it goes like this:

    ▅▃▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
    loss 3.1, 2.48, 1.83, 0.14, 0.0566 at steps 0, 1, 2, 100, 199
    in the end right: 98% of the training set, 98% of unseen examples

Then seven copies of the loop were given one mistake each:

    "zero_grad"   the gradients of all steps so far add up: opt.zero_grad() is missing
    "lr_high"     lr = 100
    "lr_low"      lr = 1e-9
    "init"        weights drawn from N(0, 1), not scaled by the square root of 2/fan_in
    "shuffle"     the examples lie in order of their class, and are trained on in that order
    "softmax"     a softmax is applied to the logits, and cross_entropy, which has its own, to the result
    "sign"        W += lr * dW

Below are the symptoms of five of them. Which mistake was it? Write the word in quotes, as above, in place of None.
Two suspects are innocent. A curve has 40 signs, one for 5 steps each, at the mean of their losses: from ▁ for 0 to █
for 4 and more; × stands for nan. The losses are those of the batches, before each update. No code is asked for: a
wrong answer is run, and its curve set beside the symptom. Source: day 3, exercise 7 (with symptoms that were measured).
"""

# /// exercise
# title = "pick the bug"
# packages = "numpy"
# quiz = true
# ///

answers: dict[str, str | None] = {
    # Symptom 1. The loss is near 0 most of the time, with teeth. The accuracy is far below what such a loss promises.
    #     ▂▁▁▁▂▁▁▁▂▁▁▁▂▁▁▁▂▁▁▁▃▁▁▁▃▁▁▁▂▁▁▁▄▁▁▁▃▁▁▁
    #     loss 3.23, 0.372, 0.342, 0.00741, 0.00847 at steps 0, 1, 2, 100, 199
    #     in the end right: 45% of the training set, 44% of unseen examples
    "symptom_1": None,
    # Symptom 2. The loss is in order at step 0. One step later it is 500 times as large, in the end no number.
    #     ██████████████████████××××××××××××××××××
    #     loss 3.1, 1.68e+03, 1.13e+06, 9.99e+276, nan at steps 0, 1, 2, 100, 199
    #     in the end right: 11% of the training set, 10% of unseen examples
    "symptom_2": None,
    # Symptom 3. The loss stays where it was, up to the noise of the batches.
    #     ▆▇▇▆▇▆▇▆▆▆▆▆▇▇▆▆▇▆▇▆▆▇▆▇▇▆▆▇▆▆▆▇▇▆▇▆▆▇▆▆
    #     loss 3.1, 3.04, 2.62, 2.83, 2.91 at steps 0, 1, 2, 100, 199
    #     in the end right: 8% of the training set, 9% of unseen examples
    "symptom_3": None,
    # Symptom 4. The loss falls quickly at first. Then it swings, wider and wider.
    #     ▄▂▁▁▂▁▂▃▄▅██████████████████████████████
    #     loss 3.1, 2.48, 1.64, 56, 1.45 at steps 0, 1, 2, 100, 199
    #     in the end right: 71% of the training set, 73% of unseen examples
    "symptom_4": None,
    # Symptom 5. The loss begins far too high, before any update was made. Then all goes well.
    #     ██▅▃▃▂▁▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
    #     loss 23.7, 15, 7.53, 0.333, 0.135 at steps 0, 1, 2, 100, 199
    #     in the end right: 97% of the training set, 96% of unseen examples
    "symptom_5": None,
}
