"""The words in other spellings, in the stub's own dict."""

answers = {
    "symptom_1": "Shuffle",
    "symptom_2": "LR high",
    "symptom_3": "lr-low",
    "symptom_4": " zero grad ",
    "symptom_5": '"init"',
}
