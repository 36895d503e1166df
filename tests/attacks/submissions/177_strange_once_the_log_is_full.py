# /// attack
# rows = [40, 44]
# tries = "First so large an answer that the grader forgets the calls before it, then one that a check stumbles over."
# kind = "hostile"
# exercise = "lecture9.special"
# verdicts = ["failed"]
# says = ["larger than 256 MB together"]
# ///
import numpy as np

from .pretokenize import RegexTokenizer


class SpecialTokenizer(RegexTokenizer):
    def register_special_tokens(self, special):
        self.encode = self.decode = {}
        return np.zeros(32 << 20)
