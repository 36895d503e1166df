"""Why a neuron that is sure learns slowly.

Two questions. Write your answer in place of None: a word in quotes, and a number (an expression will do).
Source: say here where your course explains it.
"""

# /// exercise
# title = "a neuron that is sure"
# packages = "numpy"
# quiz = true
# hints = [
#   """Draw the sigmoid, and lay a ruler along it.""",
#   """Its slope is a (1 - a), with a between 0 and 1.""",
#   """For a near 0 or 1 one of the two factors is near 0; the product is largest in the middle, at a = 1/2.""",
# ]
# ///

answers: dict[str, str | float | None] = {
    # 1. A neuron's z is 20. What is the slope of the sigmoid there?
    #    "flat"    almost 0
    #    "steep"   almost 1
    #    "grows"   about 20, as it grows with z
    "far_out": None,
    # 2. What is the largest slope that the sigmoid has anywhere? A number.
    "largest_slope": None,
}

# solution
answers |= {"far_out": "flat", "largest_slope": 1 / 4}
# end solution
