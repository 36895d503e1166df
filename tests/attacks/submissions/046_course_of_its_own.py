# /// attack
# rows = [46]
# tries = "Brings a course of its own: checks that check nothing, solutions, settings and a workflow."
# kind = "hostile"
# verdicts = ["failed"]
# beside = {"course.toml" = "title = 'mine'\n", "gradlings.toml" = "title = 'mine'\n", "tests/hidden/lecture5/test_cross_entropy.py" = "def test_nothing(submission):\n    '''Nothing.'''\n", "lecture5/test_cross_entropy.py" = "def test_nothing():\n    pass\n", "solutions/lecture5/cross_entropy.py" = "def cross_entropy_backward(logits, targets):\n    return logits * 0\n", "tests/misconceptions/lecture5/cross_entropy.py" = "raise SystemExit\n", ".github/workflows/grade.yml" = "on: push\n", "grader/__init__.py" = "raise SystemExit\n"}
# ///
def cross_entropy_backward(logits, targets):
    return logits.zero_()
