"""gradlings: a course in neural networks, and the grader that can be trusted with it."""

__version__ = "0.1.0"
