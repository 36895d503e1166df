"""A dict that is filled one key after the other, by a rule on the first losses."""

answers = dict.fromkeys([f"symptom_{i}" for i in range(1, 6)])
first_losses = {
    "symptom_1": (3.23, 0.372),
    "symptom_2": (3.1, 1680.0),
    "symptom_3": (3.1, 3.04),
    "symptom_4": (3.1, 2.48),
}
for symptom, (before, after) in first_losses.items():
    if after > before:
        answers[symptom] = "lr_high"
    elif before - after < 0.1:
        answers[symptom] = "lr_low"
    else:
        answers[symptom] = "zero_grad" if before - after < 1 else "shuffle"
answers["symptom_5"] = "INIT"
