"""The learner's loop: watching a folder, and what goes with it."""
