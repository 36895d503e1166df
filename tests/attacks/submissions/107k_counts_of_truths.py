# /// attack
# rows = []
# tries = "The right counts, with True for 1; merged lists whose 0 and 1 are truths too."
# kind = "hostile"
# exercise = "lecture9.pairs"
# verdicts = ["failed"]
# says = ["get_stats(ids) is not right."]
# ///
def truth(number):
    return bool(number) if number in (0, 1) else float(number)


def get_stats(ids):
    counts = {}
    for pair in zip(ids, ids[1:]):
        counts[pair] = counts.get(pair, 0) + 1
    return {pair: truth(count) for pair, count in counts.items()}


def merge(ids, pair, idx):
    merged, i = [], 0
    while i < len(ids):
        found = tuple(ids[i : i + 2]) == pair
        merged.append(truth(idx if found else ids[i]))
        i += 2 if found else 1
    return merged
