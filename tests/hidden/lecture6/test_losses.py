"""Checks of lecture6.losses: means of windows, and of what remains."""

import torch

from grader.checks import assert_close, assert_responds, assert_unchanged, bonus, check, integer, needs, points, uniform


def random_losses(rng, n):
    """Losses that fall from about 3.3, noisy as those of batches are."""
    falling = 2 + 1.3 * torch.linspace(1, 0, n, dtype=torch.float64) if n > 1 else torch.tensor([2.5])
    return (falling.double() + uniform(rng, -0.6, 0.6, n)).tolist()


def expected(losses, window):
    return torch.tensor([chunk.mean() for chunk in torch.tensor(losses, dtype=torch.float64).split(window)]).double()


def means(answer):
    """An answer as a tensor, whatever holds the numbers: that it is a list of floats is another check's affair."""
    if isinstance(answer, torch.Tensor):
        check(answer.ndim == 1, "smooth must return one mean for each window.")
        return answer.double()
    check(
        isinstance(answer, (list, tuple)) and all(isinstance(mean, (int, float, torch.Tensor)) for mean in answer),
        "smooth must return a list of numbers, one for each window.",
    )
    check(
        all(not isinstance(mean, torch.Tensor) or mean.numel() == 1 for mean in answer),
        "smooth must return one number for each window.",
    )
    return torch.tensor([float(mean) for mean in answer], dtype=torch.float64)


def assert_means(submission, rng, cases):
    """Demand the means for these (number of losses, window)."""
    found = []
    for n, window in cases:
        losses = random_losses(rng, n)
        found.append((submission.smooth(losses, window), losses, window))
    for answer, losses, window in found:
        actual, right = means(answer), expected(losses, window)
        check(
            len(actual) == len(right),
            f"{len(losses)} losses in windows of {window} give {len(right)} means; these are {len(actual)}.",
        )
        assert_close(actual, right, name=f"smooth(…, {window})", rtol=1e-5, oracle="torch", sizes={"window": window})


@points(2)
def test_windows(submission, rng):
    """Each entry is the mean of so many consecutive losses, where window goes into their number."""
    assert_means(submission, rng, ((12, 4), (5 * integer(rng, 3, 6), 5), (integer(rng, 4, 9) * 7, 7), (2_000, 100)))
    losses = random_losses(rng, 24)
    again = [(means(submission.smooth(losses, window)), window) for window in (3, 4, 3)]
    for actual, window in again:  # the same losses, in other windows
        assert_close(actual, expected(losses, window), name=f"smooth(…, {window})", rtol=1e-5, oracle="torch")


@points(2)
@needs("test_windows")
def test_what_remains(submission, rng):
    """The last window may be shorter, and its mean is that of the losses in it: none is left out, and none invented."""
    cases = [(12, 4), (12, 5), (7, 3), (integer(rng, 4, 9) * 7 + 1, 7), (integer(rng, 4, 9) * 9 + 8, 9), (1_234, 100)]
    assert_means(submission, rng, cases)


@needs("test_windows", "test_what_remains")
def test_one_window(submission, rng):
    """A window as long as the list or longer gives the mean of all; a window of 1 the losses themselves."""
    n = integer(rng, 6, 9)
    submission.smooth(random_losses(rng, 2 * n + 1), n)  # to tell mistakes apart
    assert_means(submission, rng, ((n, n), (n, n + 3), (n, 10 * n), (1, 1), (1, 5), (n, 1)))


@needs("test_windows", "test_what_remains")
def test_the_mean_is_kept(submission, rng):
    """Weighted by how many losses each stands for, the means have the mean of all losses."""
    for n, window in ((7 * integer(rng, 4, 7) + 3, 7), (11 * integer(rng, 5, 8) + 4, 11)):
        losses = random_losses(rng, n)
        actual = means(submission.smooth(losses, window))
        counts = torch.tensor([min(window, n - i) for i in range(0, n, window)], dtype=torch.float64)
        check(actual.shape == counts.shape, f"{len(counts)} windows are wanted, not {len(actual)}.")
        whole = torch.tensor(losses, dtype=torch.float64).mean()
        assert_close((actual * counts).sum() / n, whole, name="the mean of the means", rtol=1e-5, oracle="torch")


@needs("test_windows")
def test_a_list_of_floats(submission, rng):
    """What is returned is a list of Python floats."""
    for n, window in ((12, 4), (6 * integer(rng, 3, 6), 6)):
        losses = random_losses(rng, n)
        answer = submission.smooth(losses, window)
        actual = means(answer)
        check(
            isinstance(answer, list) and all(type(mean) is float for mean in answer),
            "smooth must return a list of Python floats: .tolist() makes one of a tensor.",
        )
        check(actual.shape == expected(losses, window).shape, "smooth must return one mean for each window.")
        assert_close(actual, expected(losses, window), name="the means", rtol=1e-5, oracle="torch")


def test_losses_stay_as_they_are(submission, rng):
    """The list of losses is not modified."""
    answers = [means(assert_unchanged(submission.smooth, random_losses(rng, 12), 4)) for _ in range(2)]
    assert_responds(*answers, name="smooth(losses, 4)")


@bonus
@needs("test_windows", "test_what_remains")
def test_in_float64(submission, rng):
    """The means are right to one part in a billion: nothing is rounded to float32 on the way."""
    for n, window in ((7 * integer(rng, 4, 7) + 3, 7), (3_000, 1_000)):
        losses = random_losses(rng, n)
        actual = means(submission.smooth(losses, window))
        assert_close(actual, expected(losses, window), name=f"smooth(…, {window})", oracle="torch")
