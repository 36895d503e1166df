"""Shows the platform in ``GRADE_AS`` to the grader in this process."""

import os

if os.environ.get("GRADE_AS"):
    import another_platform

    another_platform.install(os.environ["GRADE_AS"])
