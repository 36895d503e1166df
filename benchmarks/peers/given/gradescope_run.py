"""gradescope-utils: run_tests.py of the documentation."""

import unittest
from pathlib import Path

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

suite = unittest.defaultTestLoader.discover("tests")
with Path("../results/results.json").open("w", encoding="utf-8") as file:
    JSONTestRunner(visibility="visible", stream=file).run(suite)
