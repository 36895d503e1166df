"""The report as one page: a file that needs nothing else, runs no script, and can be read, heard and printed.

Whatever a submission said is text there: `sanitize` spells out what does not print, jinja2 escapes the rest, and the
page's own policy forbids scripts, images and every request.
"""

from __future__ import annotations

from grader.reports.html.render import to_html

__all__ = ["to_html"]
