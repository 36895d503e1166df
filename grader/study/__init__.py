"""The learner's loop: watch, progress, reset, notebooks, the live page."""
