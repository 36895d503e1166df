# /// attack
# rows = [40]
# tries = "A dict that equals the right one: its keys are of floats and booleans."
# kind = "hostile"
# exercise = "lecture9.pairs"
# verdicts = ["failed"]
# says = ["get_stats(ids)"]
# earns = 6
# ///
def get_stats(ids):
    counts = {}
    for a, b in zip(ids, ids[1:]):
        counts[(float(a), float(b))] = counts.get((float(a), float(b)), 0) + 1
    return counts


def merge(ids, pair, idx):
    out, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and (ids[i], ids[i + 1]) == tuple(pair):
            out.append(idx)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
