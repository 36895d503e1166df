# /// attack
# rows = [34, 44]
# tries = "The right keys with integers of 20,000 digits, which Python refuses to spell out."
# kind = "hostile"
# exercise = "lecture9.pairs"
# verdicts = ["failed"]
# says = ["get_stats(ids)"]
# ///
def get_stats(ids):
    return {pair: 10**20_000 for pair in zip(ids, ids[1:])}


def merge(ids, pair, idx):
    return [10**20_000] * 3
