"""What learners answer in day3.pick_the_bug: each mistake does something, but not this."""

from grader.checks import misconception

answers = misconception(
    "A second softmax leaves a loss of 1.46 at best. Here it is near 0: each batch is easy, and yet most is forgotten.",
    name="teeth-softmax",
)({"symptom_1": "softmax"})

answers = misconception(
    "Gradients that add up make swings that grow. These teeth come every 20 batches and stay small: what changes then?",
    name="teeth-zero-grad",
)({"symptom_1": "zero_grad"})

answers = misconception(
    "Unscaled weights spoil the start and are then repaired. Here the start is harmless, and the end is bad.",
    name="teeth-init",
)({"symptom_1": "init"})

answers = misconception(
    "Uphill the loss climbs step by step, at first by a quarter. Here one step multiplies it by 500: how long was it?",
    name="explosion-sign",
)({"symptom_2": "sign"})

answers = misconception(
    "Unscaled weights show at step 0, before any update. Here step 0 is in order, and the first update ruins it.",
    name="explosion-init",
)({"symptom_2": "init"})

answers = misconception(
    "Gradients that add up are right at the first step, where there is nothing yet to add. Here that step ruins all.",
    name="explosion-zero-grad",
)({"symptom_2": "zero_grad"})

answers = misconception(
    "With a second softmax the network learns slowly, from ln 10 = 2.30 downwards. Here it does not learn at all.",
    name="standstill-softmax",
)({"symptom_3": "softmax"})

answers = misconception(
    "A forgotten zero_grad makes the steps longer and longer. Here the weights do not move: the steps are too short.",
    name="standstill-zero-grad",
)({"symptom_3": "zero_grad"})

answers = misconception(
    "lr = 100 ruins the very first step. Here the loss falls at first, and what spoils it builds up from step to step.",
    name="swings-lr-high",
)({"symptom_4": "lr_high"})

answers = misconception(
    "Unshuffled data give teeth where a new class begins, all of much the same size. Here the swings grow.",
    name="swings-shuffle",
)({"symptom_4": "shuffle"})

answers = misconception(
    "No learning rate can touch the loss at step 0: it is measured before the first update. What is there before that?",
    name="start-lr-high",
)({"symptom_5": "lr_high"})

answers = misconception(
    "With a second softmax the loss is at most 2.46, whatever the weights. A loss of 23.7 needs large logits.",
    name="start-softmax",
)({"symptom_5": "softmax"})
