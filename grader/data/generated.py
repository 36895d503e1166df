"""Texts, words and points that are new in every run, and come with what is known exactly about them."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MOST_CONTEXTS = 4096  # the stationary distribution is the solution of that many equations
_UNIFORM = 0.01  # so that a chain forgets where it began, whatever Dirichlet draws
_DRAWS = 200
_BAYES_SAMPLE = 100_000  # the standard error of an accuracy of 0.99 is 0.0003


def topics_text() -> str:
    """Return the topics of Python's own help: about 465 KB of English prose and code, with every Python.

    The text differs a little from one version of Python to the next, so a target on it is relative to what the
    reference reaches in the same run.
    """
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))


def markov_text(
    order: int, symbols: int, length: int, seed: int, concentration: float = 0.1
) -> tuple[NDArray[np.int64], float]:
    """Draw a text in which the last ``order`` symbols decide the odds of the next one, and its exact entropy rate.

    Each context has its own distribution over the next symbol: Dirichlet(concentration), mixed with 1 % of the
    uniform one. The text starts in the stationary distribution of its contexts, so that no part of it is special.
    No model can expect a mean loss below the entropy rate, and a good one comes close to it.

    Args:
        order: symbols of context, at least 1; ``symbols ** order`` is 4,096 at most.
        symbols: size of the alphabet, at least 2.
        length: symbols to draw.
        seed: the same seed gives the same text.
        concentration: small for a text that is easy to predict, large for one close to uniform.

    Returns:
        ``(text, entropy_rate)``: (length,) int64 in [0, symbols), and the rate in nats a symbol.

    Raises:
        ValueError: if there are too many contexts.
    """
    contexts = symbols**order
    if contexts > _MOST_CONTEXTS:
        raise ValueError(f"{symbols} symbols and order {order} make {contexts} contexts; {_MOST_CONTEXTS} is the most")
    rng = np.random.default_rng(seed)
    odds = rng.dirichlet(np.full(symbols, concentration), size=contexts)  # (contexts, symbols)
    odds = (1 - _UNIFORM) * odds + _UNIFORM / symbols
    stationary = _stationary(odds)
    entropy_rate = float(-stationary @ (odds * np.log(odds)).sum(1))

    cumulative = odds.cumsum(1)
    cumulative[:, -1] = 1.0  # a rounded sum below 1 must not lead outside of the alphabet
    rows = cumulative.tolist()
    context = int(rng.choice(contexts, p=stationary))
    text = np.empty(length, dtype=np.int64)
    for i, draw in enumerate(rng.random(length).tolist()):
        symbol = bisect_right(rows[context], draw)
        text[i] = symbol
        context = (context * symbols + symbol) % contexts
    return text, entropy_rate


def _stationary(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often each context occurs in the long run, from ``stationary @ P = stationary`` and a sum of 1."""
    contexts, symbols = odds.shape
    P = np.zeros((contexts, contexts))
    here = np.arange(contexts)
    for symbol in range(symbols):
        np.add.at(P, (here, (here * symbols + symbol) % contexts), odds[:, symbol])
    equations = P.T - np.eye(contexts)
    equations[-1] = 1.0  # one equation follows from the others; the sum takes its place
    stationary = np.linalg.solve(equations, np.eye(contexts)[-1])
    stationary = np.clip(stationary, 0, None)
    return np.asarray(stationary / stationary.sum())


def generated_words(count: int, seed: int, longest: int = 15) -> list[str]:
    """Draw words as regular as names are: lower-case letters, each depending on the three before it.

    The scores of the next letter are a sum of three random tables, one for each place of the context, and the end of
    a word is a letter among the others: enough structure for a small network to find, and more than bigrams hold.

    Args:
        count: how many words; the same word may occur twice.
        seed: the same seed gives the same words.
        longest: words are cut at this length.

    Returns:
        Words of 1 to ``longest`` letters a to z, five or six on average.
    """
    rng = np.random.default_rng(seed)
    V, block = 27, 3
    tables = rng.standard_normal((block, V, V))
    tables[:, :, 0] += 0.8  # words end sooner than by chance: 0 is the end
    context = np.zeros((count, block), dtype=np.int64)
    going = np.ones(count, dtype=bool)
    drawn = np.zeros((count, longest), dtype=np.int64)
    for place in range(longest):
        scores = sum(tables[i, context[:, i]] for i in range(block))  # (count, V)
        scores += rng.gumbel(size=scores.shape)  # the largest of scores + Gumbel noise is a draw from their softmax
        if place == 0:
            scores[:, 0] = -np.inf  # a word has one letter at least
        following = scores.argmax(1)
        going &= following != 0
        drawn[:, place] = np.where(going, following, 0)
        context = np.concatenate([context[:, 1:], following[:, None]], 1)
    return ["".join(_LETTERS[letter - 1] for letter in row if letter) for row in drawn.tolist()]


def blobs(
    count: int, seed: int, *, classes: int = 3, features: int = 4, spread: float = 3.0, bayes_at_least: float = 0.99
) -> tuple[NDArray[np.float64], NDArray[np.int64], float]:
    """Draw points around class centres, and the accuracy that no classifier can beat.

    The centres are normal with standard deviation ``spread``, the points normal with 1 around them. Centres that lie
    too close to be told apart are drawn again.

    Args:
        count: how many points; each class has as many as the others, up to one.
        seed: the same seed gives the same points.
        classes: number of blobs.
        features: number of coordinates.
        spread: standard deviation of the centres.
        bayes_at_least: the least accuracy of the best possible classifier.

    Returns:
        ``(X, y, bayes)``: (count, features) float64, (count,) int64, and the accuracy of choosing the nearest centre,
        which is the best there is, measured on 100,000 other points (its standard error is 0.0003).

    Raises:
        ValueError: if 200 draws of centres give none that lie far enough apart.
    """
    rng = np.random.default_rng(seed)
    for _ in range(_DRAWS):
        centres = spread * rng.standard_normal((classes, features))
        y = rng.integers(classes, size=_BAYES_SAMPLE)
        bayes = float((_nearest(_around(centres, y, rng), centres) == y).mean())
        if bayes >= bayes_at_least:
            break
    else:
        raise ValueError(f"no centres with a Bayes accuracy of {bayes_at_least} in {_DRAWS} draws: widen the spread")
    labels = rng.permutation(np.arange(count, dtype=np.int64) % classes)
    return _around(centres, labels, rng), labels, bayes


def _around(centres: NDArray[np.float64], labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    return centres[labels] + rng.standard_normal((len(labels), centres.shape[1]))


def _nearest(X: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.int64]:
    """The centre closest to each point: |x - c|² without |x|², which is the same for all."""
    return np.asarray((2 * X @ centres.T - (centres**2).sum(1)).argmax(1), dtype=np.int64)
