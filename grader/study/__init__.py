"""The learner's loop: edit, save, look; on a terminal, in a notebook, in a debugger."""
