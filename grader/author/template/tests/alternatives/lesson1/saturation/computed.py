"""The number worked out, the word in capitals."""

a = 1 / 2
answers = {"far_out": "FLAT", "largest_slope": a * (1 - a)}
