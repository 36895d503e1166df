"""Fills the templates. Nothing here is imported by a run that writes no page: jinja2 takes its time."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from grader.graph import Graph
from grader.reports.figures import few_digits
from grader.reports.html import drawing, pictures
from grader.reports.html.graphs import graph_drawing
from grader.reports.html.view import View
from grader.reports.lines import LONGEST_TEXT
from grader.reports.model import Report
from grader.reports.text import sanitize
from grader.reports.text_page import advice, bonus_text, in_short, points_text, praise, waiting_text

_TEMPLATES = Path(__file__).parent / "templates"
STYLE = _TEMPLATES / "style.css"  # the look of every page


def to_html(
    report: Report,
    tasks: Mapping[str, str] | None = None,
    graphs: Mapping[str, Graph] | None = None,
    seeds: Mapping[str, int] | None = None,
) -> bytes:
    """Render a report as one self-contained page.

    Args:
        report: the report.
        tasks: the stub of each exercise, by its id, where they are at hand: the page then says what was asked.
        graphs: the graph of each exercise that has one, by its id.
        seeds: the seed of each exercise, by its id, where they are not all the report's.

    Returns:
        UTF-8. The same report gives the same bytes.
    """
    page = _environment().get_template("page.html.j2")
    text = page.render(view=View(report, tasks or {}, graphs or {}, seeds or {}))
    return text.encode("utf-8", errors="backslashreplace")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        optimized=False,  # half of the time is compiling; folding constants would add to it
        finalize=safe_to_show,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = points_text
    environment.filters["number"] = few_digits
    environment.filters["in_short"] = in_short
    environment.filters["advice"] = advice
    environment.filters["bonus"] = bonus_text
    environment.filters["praise"] = praise
    environment.filters["wait"] = waiting_text
    environment.globals |= {
        "error_grid": drawing.error_grid,
        "error_levels": drawing.ERROR_LEVELS,
        "weight_grid": drawing.weight_grid,
        "plot": drawing.plot,
        "built_graph": pictures.built_graph,
        "plane": pictures.plane,
        "histogram": pictures.histogram,
        "graph_drawing": graph_drawing,
        "style": Markup(STYLE.read_text("utf-8")),  # noqa: S704 - our own file
    }
    return environment


def safe_to_show(value: Any) -> Any:
    """What every ``{{ … }}`` passes through before it is escaped: text of bounded length in which all is printable."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return sanitize(value[:LONGEST_TEXT], multiline=True)
    return value
