"""A sum that is emptied."""


def smooth(losses, window):
    """Return the means."""
    means, total, count = [], 0.0, 0
    for loss in losses:
        total += loss
        count += 1
        if count == window:
            means.append(total / count)
            total, count = 0.0, 0
    if count:
        means.append(total / count)
    return means
