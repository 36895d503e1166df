"""One page about a whole class: what was done, what was misunderstood, what nobody has a name for yet."""
