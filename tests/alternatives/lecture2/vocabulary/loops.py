"""One character after the other, and no set."""


def build_vocab(words):
    seen = []
    for word in words:
        for letter in word:
            if letter not in seen:
                seen.append(letter)
    seen.sort()
    stoi, itos = {".": 0}, {0: "."}
    for letter in seen:
        number = len(stoi)
        stoi[letter] = number
        itos[number] = letter
    return [stoi, itos]
