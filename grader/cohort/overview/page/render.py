"""Fills the overview's templates."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from grader.cohort.overview.counts import ExerciseCount, Outcome, Overview, Spread
from grader.cohort.overview.page.drawing import bars, spread_in_words
from grader.reports.html.render import STYLE, safe_to_show
from grader.reports.text_page import points_text

_TEMPLATES = Path(__file__).parent / "templates"
_KINDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.STOPPED: "stopped",
    Outcome.MISSING: "missing",
    Outcome.NOT_STARTED: "idle",
    Outcome.BLOCKED: "blocked",
    Outcome.FAULT: "fault",
    Outcome.WAITING: "waiting",
    Outcome.NOTHING: "nothing",
}


def to_page(overview: Overview, source: str = "") -> bytes:
    """Render an overview as one self-contained page.

    Args:
        overview: what was counted.
        source: what the gradebook is called.

    Returns:
        UTF-8. The same overview gives the same bytes.
    """
    exercises = [exercise for unit in overview.units for exercise in unit.exercises]
    told = {Outcome.PASSED, Outcome.FAILED} | {o for e in exercises for o, count in e.outcomes.items() if count}
    page = _environment().get_template("page.html.j2")
    text = page.render(
        view=overview,
        source=source,
        exercises=exercises,
        outcomes=[(outcome, kind) for outcome, kind in _KINDS.items() if outcome in told],
    )
    return text.encode("utf-8", errors="backslashreplace")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        optimized=False,
        finalize=safe_to_show,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = (_TEMPLATES / "sort.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(f"\n{script}\n".encode()).digest()).decode()
    environment.filters |= {"points": points_text, "percent": _percent, "seconds": _seconds, "moment": _moment}
    environment.globals |= {
        "bars": bars,
        "spread_in_words": spread_in_words,
        "mean_share": _mean_share,
        "style": Markup(STYLE.read_text("utf-8") + (_TEMPLATES / "style.css").read_text("utf-8")),  # noqa: S704 - ours
        "script": Markup(script),  # noqa: S704 - ours
        "script_hash": digest,
        "rows_at_most": 60,
        "people_at_most": 100,
    }
    return environment


def _mean_share(count: ExerciseCount | Spread) -> float:
    spread = count if isinstance(count, Spread) else count.spread
    return spread.mean / spread.points if spread.points else 0.0


def _percent(share: float) -> str:
    """A share in words that do not round something to nothing: ``32 %``, ``below 1 %``."""
    percent = 100 * share
    if 0 < percent < 1:
        return "below 1 %"
    return "over 99 %" if 99 < percent < 100 else f"{percent:.0f} %"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _moment(moment: str) -> str:
    """``2026-11-01T10:00:00+00:00`` to the minute, as it is read."""
    day, _, time = moment.partition("T")
    return f"{day} {time[:5]}" + (" UTC" if time.endswith(("+00:00", "Z")) else "") if time else moment
