"""Loops and counters, no list of means: a running sum; and early stopping by a count that is set back."""


def _smooth(losses):
    n = len(losses)
    w = n // 10 or 1
    total, out = 0.0, []
    for i, loss in enumerate(losses):
        total += loss
        if i >= w:
            total -= losses[i - w]
        if i >= w - 1:
            out.append(total / w)
    return out


def diagnose(train_losses, val_losses):
    t, v = _smooth(train_losses), _smooth(val_losses)
    m = min(range(len(v)), key=v.__getitem__)
    rising, training_on, high = v[-1] > v[m] + 0.1 * v[m], t[m] > t[-1], t[-1] > 0.7 * t[0]
    return "overfit" if rising and training_on else "underfit" if high else "just right"


def early_stop(val_losses, patience):
    lowest, best, waited = float("inf"), 0, 0
    for epoch in range(len(val_losses)):
        if val_losses[epoch] < lowest:
            lowest, best, waited = val_losses[epoch], epoch, 0
        else:
            waited += 1
        if waited >= patience:
            break
    return [epoch, best]
