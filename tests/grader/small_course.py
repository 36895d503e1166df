"""A course of five exercises that are graded in no time; some build on others."""

import textwrap

from grader.course import find_course

SOLUTION = '''
    """{name}."""
    {imports}
    # /// exercise
    # title = "{name}"
    # packages = "numpy"
    # hints = ["a", "b", "c"]
    # ///


    def {name}(x: float) -> float:
        """Return 2x."""
        # solution
        return 2.0 * x
        # end solution
'''
CHECKS = '''
    from grader.checks import assert_close, full, training


    def test_doubles(submission, rng):
        """It doubles."""
        x = float(rng.normal())
        assert_close(submission.{name}(x), 2 * x)


    {training}def test_zero(submission):
        """It leaves 0."""
        {zero}
        assert_close(submission.{name}(0.0), 0.0)


    @full
    def test_on_much(submission, rng):
        """It doubles much."""
        for x in rng.normal(size=20):
            assert_close(submission.{name}(float(x)), float(2 * x))
'''
NAMES = ("alone", "first", "second", "third", "fragile")
IMPORTS = {"second": "first", "third": "second"}


def make_course(root, fragile="pass", where="fragile"):
    """Exercises of which some build on others, and the third trains; a check of one may do something to its process."""
    write = {"exercises/day1/unit.toml": f'title = "t"\nexercises = {list(NAMES)}\n'}
    for name in NAMES:
        imports = f"from .{IMPORTS[name]} import {IMPORTS[name]}  # noqa" if name in IMPORTS else ""
        write[f"solutions/day1/{name}.py"] = SOLUTION.format(name=name, imports=imports)
        zero = fragile if name == where else "pass"
        training = "@training\n    " if name == "third" else ""
        write[f"tests/hidden/day1/test_{name}.py"] = CHECKS.format(name=name, zero=zero, training=training)
    for name, text in write.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return find_course(root)
