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
    "lr = 100 multiplies the loss by 500 with the first update and ends in nan. Here the first update brings it down "
    "to 0.37.",
    name="teeth-lr-high",
)({"symptom_1": "lr_high"})

answers = misconception(
    "With lr = 1e-9 the weights hardly move, so no loss falls. Here it falls from 3.23 to 0.37 with one update: "
    "something is learnt, and lost again.",
    name="teeth-lr-low",
)({"symptom_1": "lr_low"})

answers = misconception(
    "Uphill the loss only grows, to 1e43. Here it is near 0 most of the time, so each batch is learnt: what is in a "
    "batch?",
    name="teeth-sign",
)({"symptom_1": "sign"})

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
    "With lr = 1e-9 an update changes nothing one could see. Here the first one multiplies the loss by 500: the step "
    "is far too long.",
    name="explosion-lr-low",
)({"symptom_2": "lr_low"})

answers = misconception(
    "Unshuffled data make the loss small within a class, with teeth between them. They never drive it to 1e276, let "
    "alone to nan.",
    name="explosion-shuffle",
)({"symptom_2": "shuffle"})

answers = misconception(
    "A second softmax bounds the loss: probabilities taken for logits give at most 2.46. Here it passes 1,000 with "
    "one update.",
    name="explosion-softmax",
)({"symptom_2": "softmax"})

answers = misconception(
    "With a second softmax the network learns slowly, from about ln 10 = 2.30 downwards. Here it does not learn at "
    "all.",
    name="standstill-softmax",
)({"symptom_3": "softmax"})

answers = misconception(
    "A forgotten zero_grad makes the steps longer and longer. Here the weights hardly move: the steps are too short.",
    name="standstill-zero-grad",
)({"symptom_3": "zero_grad"})

answers = misconception(
    "lr = 100 changes everything with the first update. Here 200 updates change next to nothing: the steps are too "
    "short, not too long.",
    name="standstill-lr-high",
)({"symptom_3": "lr_high"})

answers = misconception(
    "Unscaled weights show at step 0, as a loss of 23.7, and training repairs them. Here step 0 is in order, and "
    "nothing is ever learnt.",
    name="standstill-init",
)({"symptom_3": "init"})

answers = misconception(
    "Unshuffled data let the loss fall to near 0 within each class. Here it falls for no class at all: do the weights"
    " move?",
    name="standstill-shuffle",
)({"symptom_3": "shuffle"})

answers = misconception(
    "W += lr * dW makes the loss grow, to 1e43 in the end. Here it neither grows nor falls: the weights hardly move, "
    "either way.",
    name="standstill-sign",
)({"symptom_3": "sign"})

answers = misconception(
    "lr = 100 ruins the very first step. Here the loss falls at first, and what spoils it builds up from step to step.",
    name="swings-lr-high",
)({"symptom_4": "lr_high"})

answers = misconception(
    "Unshuffled data give teeth where a new class begins, all of much the same size. Here the swings grow.",
    name="swings-shuffle",
)({"symptom_4": "shuffle"})

answers = misconception(
    "With lr = 1e-9 the loss stays near 3 for good. Here the weights do move: the loss falls to 1.64 in two updates, "
    "and reaches 56 later.",
    name="swings-lr-low",
)({"symptom_4": "lr_low"})

answers = misconception(
    "Unscaled weights are worst at step 0, and from there on things get better. Here step 0 is in order, and the end "
    "is bad.",
    name="swings-init",
)({"symptom_4": "init"})

answers = misconception(
    "A second softmax keeps the loss between 1.46 and 2.46. Here it begins at 3.1 and reaches 56.",
    name="swings-softmax",
)({"symptom_4": "softmax"})

answers = misconception(
    "Uphill the loss grows from the first update on. Here the first updates bring it down, 3.1, 2.48, 1.64; what goes "
    "wrong comes later.",
    name="swings-sign",
)({"symptom_4": "sign"})

answers = misconception(
    "No learning rate can touch the loss at step 0: it is measured before the first update. What is there before that?",
    name="start-lr-high",
)({"symptom_5": "lr_high"})

answers = misconception(
    "With a second softmax the loss is at most 2.46, whatever the weights. A loss of 23.7 needs large logits.",
    name="start-softmax",
)({"symptom_5": "softmax"})

answers = misconception(
    "Gradients that add up do nothing before the first update, and make swings that grow. Here step 0 is bad, and the"
    " end is good.",
    name="start-zero-grad",
)({"symptom_5": "zero_grad"})

answers = misconception(
    "With lr = 1e-9 nothing would be learnt. Here the loss falls from 23.7 to 0.135, so the steps are fine: it is the"
    " start that is bad.",
    name="start-lr-low",
)({"symptom_5": "lr_low"})

answers = misconception(
    "The order of the data makes teeth, and forgetting: 45% right in the end. Here there are no teeth, and 96% of "
    "unseen examples are right.",
    name="start-shuffle",
)({"symptom_5": "shuffle"})

answers = misconception(
    "Uphill the loss grows. Here it comes down, from 23.7 to 0.135: only the point it starts from is bad.",
    name="start-sign",
)({"symptom_5": "sign"})
