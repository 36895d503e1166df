"""`python -m grader` is refused: Python looks in the current folder first, which may be the one that is graded."""

import sys

if sys.flags.safe_path:  # python -P, python -I
    from grader.cli.main import main

    main()
else:
    sys.stderr.write("Error: `python -m` imports what lies in the current folder first. Call `grade`, or add -P.\n")
    sys.exit(3)
