"""A dict made by keywords, with a note of the learner's own in it."""

answers = dict(
    symptom_1="shuffle", symptom_2="lr_high", symptom_3="lr_low", symptom_4="zero_grad", symptom_5="init", sure=False
)
