"""A report as a page and as text, with what the course knows of its exercises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.course import Exercise
    from grader.reports.model import Report


def html_page(report: Report, exercises: Sequence[Exercise]) -> bytes:
    """The report as a page, with the stubs and graphs of these exercises."""
    from grader.reports.html import to_html

    stubs = {exercise.id: exercise.stub for exercise in exercises if exercise.stub.is_file()}
    tasks = {exercise: stub.read_text("utf-8") for exercise, stub in stubs.items()}
    return to_html(report, tasks, {exercise.id: exercise.graph for exercise in exercises if exercise.graph})


def as_text(report: Report, width: int, *, verbose: bool = False) -> str:
    """The report as it stands on a terminal, without its colours."""
    from grader.reports.text_page import page

    lines = page(report, width, verbose=verbose)
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines)


def framed(page: bytes, title: str) -> str:
    """A page as HTML that stands in another: in a frame of its own, so that neither's style reaches the other.

    No script runs in it. The page around fits the frame's height, where it runs scripts; else it can be drawn larger.
    """
    import html

    escape = html.escape
    return (
        f'<iframe title="{escape(title)}" srcdoc="{escape(page.decode())}" sandbox="allow-same-origin" '
        f'style="width: 100%; height: 30em; border: 0; resize: vertical" onload="{escape(_FIT)}"></iframe>'
    )


# the body's own height: the document's is never less than the frame's
_FIT = (
    "const frame = this, inner = frame.contentDocument.documentElement;"
    "const fit = () => { frame.style.height = Math.ceil(inner.getBoundingClientRect().height) + 8 + 'px' };"
    "fit(); new ResizeObserver(fit).observe(inner)"
)
