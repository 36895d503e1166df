"""`%load_ext grader.notebook`: `%%grade`, `%grade` and `%hint` for the cells of a notebook."""

from __future__ import annotations

from grader.study.magics import load_ipython_extension, unload_ipython_extension

__all__ = ["load_ipython_extension", "unload_ipython_extension"]
