"""The number measured with NumPy, and filled in one by one."""

import numpy as np

answers = {}
z = np.linspace(-0.01, 0.01, 101)
answers["far_out"] = " flat. "
answers["largest_slope"] = np.diff(1 / (1 + np.exp(-z))).max() / (z[1] - z[0])
