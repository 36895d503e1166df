"""Many submissions: hand-ins, the gradebook, what comes of them."""
