"""A dict made by keywords."""

answers = dict(far_out="flat", largest_slope=0.25)
