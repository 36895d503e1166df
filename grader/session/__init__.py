"""Grading one submission: the sandbox, pytest and the checks come together in a Report."""
