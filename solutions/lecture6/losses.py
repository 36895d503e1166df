"""A loss that can be read: the means of so many steps at a time.

The loss of a batch of 32 jumps about more than the model improves in a thousand steps, and a plot of all of them is a
thick band. Means of windows show what is below it, down to the step at which the learning rate falls.
Source: lecture 6, section 6.3.1.
"""

# /// exercise
# title = "a loss that can be read"
# hints = [
#   """Cut the list into windows, one behind the other, and take the mean of each. How many losses has the last one?""",
#   """The windows begin at 0, window, 2 * window, …: range(0, len(losses), window). A slice that reaches beyond the \
#   end of a list stops there by itself. Divide by how many there are.""",
#   """chunks = [losses[i : i + window] for i in range(0, len(losses), window)]; return [sum(chunk) / len(chunk) for \
#   chunk in chunks]""",
# ]
# ///


def smooth(losses: list[float], window: int) -> list[float]:
    """Return the means of consecutive windows of losses, the last one over what remains.

    The windows do not overlap: losses 0 to window - 1, window to 2 * window - 1, and so on. Where window does not go
    into the number of losses, the last window is shorter, and its mean is that of the losses in it. None is left out.

    Args:
        losses: one a step, Python floats, at least one. Not modified.
        window: steps in a window, at least 1; it may be larger than the number of losses.

    Returns:
        One Python float for each window, ceil(len(losses) / window) of them. Float32 inside will do; for a bonus they
        are right in float64.

    Example:
        smooth([1.0, 3.0, 6.0, 8.0, 5.0], 2) -> [2.0, 7.0, 5.0]

    Source: lecture 6, section 6.3.1, listing 60, which fails where something remains.
    """
    # solution
    chunks = [losses[i : i + window] for i in range(0, len(losses), window)]
    return [sum(chunk) / len(chunk) for chunk in chunks]
    # end solution
