"""The overview as one page: a file that needs nothing else, in which whatever a submission said is text.

Its one script sorts tables, and is allowed by its hash; without scripts all can be read, and names be shown.
"""

from __future__ import annotations

from grader.cohort.overview.page.render import to_page

__all__ = ["to_page"]
