"""What learners get wrong in day3.curves."""

from grader.checks import misconception


def _smooth(losses, w):
    return [sum(losses[i : i + w]) / w for i in range(len(losses) - w + 1)]


def _window(losses):
    return max(1, len(losses) // 10)


def _told(t, v, m):
    if v[-1] > 1.1 * v[m] and t[-1] < t[m]:
        return "overfit"
    return "underfit" if t[-1] > 0.7 * t[0] else "just right"


@misconception(
    "The losses are compared as they come, as with w = 1. The rules are about the smoothed curves t and v, whose "
    "values are means of w = n // 10 losses: of 2 or more from n = 20.",
    name="no-smoothing",
    violates=("the_window_is_a_tenth_of_the_epochs",),
)
def diagnose(train_losses, val_losses):
    return _told(list(train_losses), list(val_losses), list(val_losses).index(min(val_losses)))


@misconception(
    "Overfitting is read from the gap between the curves. The rule asks for a validation loss that rises again: "
    "compare the end of v with the minimum of v.",
    name="gap",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    if v[-1] > 1.1 * t[-1]:
        return "overfit"
    return "underfit" if t[-1] > 0.7 * t[0] else "just right"


@misconception(
    '"underfit" is asked first. The first rule is "overfit", and "underfit" counts only where that does not apply.',
    name="underfit-first",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    return "underfit" if t[-1] > 0.7 * t[0] else _told(t, v, v.index(min(v)))


@misconception(
    "The rise of v alone decides. Where the training loss rises as well, the run diverges and nothing is memorised: "
    "overfitting needs t[last] < t[m] too.",
    name="divergence",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    if v[-1] > 1.1 * min(v):
        return "overfit"
    return "underfit" if t[-1] > 0.7 * t[0] else "just right"


@misconception(
    "Any rise above the minimum counts as overfitting here. It has to be more than 10%: v[last] > 1.1 * v[m].",
    name="any-rise",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    m = v.index(min(v))
    if v[-1] > v[m] and t[-1] < t[m]:
        return "overfit"
    return "underfit" if t[-1] > 0.7 * t[0] else "just right"


@misconception(
    "The rise is measured from the start of the validation curve. Measure it from the minimum: v[last] > 1.1 * v[m].",
    name="from-the-start",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    return _told(t, v, 0)


@misconception(
    "Underfitting is read from v. A model that cannot even fit what it sees shows it in the training loss: t[last] > "
    "0.7 * t[0].",
    name="underfit-by-validation",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    m = v.index(min(v))
    if v[-1] > 1.1 * v[m] and t[-1] < t[m]:
        return "overfit"
    return "underfit" if v[-1] > 0.7 * v[0] else "just right"


@misconception(
    "0.7 is taken for a loss. It is a share of the training loss at the start: t[last] > 0.7 * t[0].",
    name="absolute",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    m = v.index(min(v))
    if v[-1] > 1.1 * v[m] and t[-1] < t[m]:
        return "overfit"
    return "underfit" if t[-1] > 0.7 else "just right"


@misconception(
    "The two curves have changed places: the training losses come first.",
    name="swapped",
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(val_losses, w), _smooth(train_losses, w)
    return _told(t, v, v.index(min(v)))


@misconception(
    "The window is 10 epochs for any n. It must be a tenth of them, n // 10, so that long and short curves are "
    "smoothed alike.",
    name="ten-epochs",
)
def diagnose(train_losses, val_losses):
    t, v = _smooth(train_losses, 10), _smooth(val_losses, 10)
    return _told(t, v, v.index(min(v)))


@misconception(
    "n / 10 is rounded to the nearest whole number. The window is its whole part, n // 10, and at least 1.",
    name="window-rounded",
    violates=("the_window_is_a_tenth_of_the_epochs",),
)
def diagnose(train_losses, val_losses):
    w = round(len(train_losses) / 10)
    t, v = _smooth(train_losses, w), _smooth(val_losses, w)
    return _told(t, v, v.index(min(v)))


@misconception(
    "Only whole windows side by side are averaged. The window moves by one epoch: n - w + 1 means.",
    name="blocks",
    violates=("noisy_curves",),
)
def diagnose(train_losses, val_losses):
    w = _window(train_losses)
    t, v = _smooth(train_losses, w)[::w], _smooth(val_losses, w)[::w]
    return _told(t, v, v.index(min(v)))


@misconception(
    "Each epoch is compared with the one before it. Compare with the best so far: a dip after a rise is no new best.",
    name="previous-epoch",
)
def early_stop(val_losses, patience):
    best = waited = 0
    for epoch in range(1, len(val_losses)):
        waited = 0 if val_losses[epoch] < val_losses[epoch - 1] else waited + 1
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        if waited == patience:
            return epoch, best
    return len(val_losses) - 1, best


@misconception(
    "An equal loss counts as a new best here, so that a flat curve never stops. It must be strictly below.",
    name="ties",
)
def early_stop(val_losses, patience):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss <= val_losses[best]:
            best = epoch
        elif epoch - best == patience:
            return epoch, best
    return len(val_losses) - 1, best


@misconception(
    "All epochs without a new best are counted together. A new best sets the count back to 0.",
    name="never-reset",
)
def early_stop(val_losses, patience):
    best = waited = 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        else:
            waited += 1
            if waited == patience:
                return epoch, best
    return len(val_losses) - 1, best


@misconception(
    "Training goes on for one epoch too many: it stops when `patience` epochs have brought nothing, not one more.",
    name="one-too-many",
)
def early_stop(val_losses, patience):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best > patience:
            return epoch, best
    return len(val_losses) - 1, best


@misconception(
    "The best epoch is looked for in the whole curve. Epochs after the stop are never trained: look at epochs 0 to "
    "stop only.",
    name="looks-ahead",
)
def early_stop(val_losses, patience):
    best = 0
    overall = list(val_losses).index(min(val_losses))
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best == patience:
            return epoch, overall
    return len(val_losses) - 1, overall


@misconception(
    "Where training goes on to the end, the last epoch is n - 1, not n: epochs are counted from 0.",
    name="counted-from-one",
)
def early_stop(val_losses, patience):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best == patience:
            return epoch, best
    return len(val_losses), best


@misconception(
    "The pair is (stop, best), in this order: when training ends, then which weights are kept.",
    name="pair-reversed",
)
def early_stop(val_losses, patience):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best == patience:
            return best, epoch
    return best, len(val_losses) - 1
