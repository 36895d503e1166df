# /// attack
# rows = [34, 45]
# tries = "Answers a quiz with all choices at once, and with texts that change each time they are read."
# kind = "hostile"
# exercise = "day3.pick_the_bug"
# verdicts = ["failed", "raised"]
# ///
class Changing(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__

    def casefold(self):
        return "a"


class Answers(dict):
    def __getitem__(self, key):
        return [
            "a b c d e f", "abcdef", Changing("a"), ["a", "b", "c"], {"a", "b"}, b"a", "a\x00b", "(a)(b)", "a,b", True,
        ][hash(key) % 10]


answers = Answers()
