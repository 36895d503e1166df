"""The bounds on what a submission may send, and on the time that the trusted process spends on it: all in one place.

Whatever comes from a submission is bounded before it is worked on. What a learner means stays far below; what lies
above is wrong anyway, and is told so at once.
"""

from __future__ import annotations

from typing import Final

# One message of a worker.
MAX_STRUCTURE: Final = 4 << 20  # bytes of its structure: all that is no array
MAX_BLOB: Final = 64 << 20  # bytes of arrays in it
MAX_SHARED: Final = 256 << 20  # bytes of large arrays beside it
MAX_DEPTH: Final = 64  # read; what is written stays 8 below, for what it is wrapped in
MAX_NODES: Final = 1_000_000  # values in it
INTEGER_BITS: Final = 8_192  # Python spells out 4,300 digits and no more, and takes quadratic time for them
UNPACK_SECONDS: Final = 1.0  # of CPU: a check may end a second after its limit, and a busy machine is no attack

# The description of an exception.
MESSAGE: Final = 4_000  # characters
NAME: Final = 200  # of a type, a function, a name that is defined
FRAMES: Final = 24
STOOD: Final = 100  # frames of where a worker stood
NAMES: Final = 2_000
PATH: Final = 300

# What a check keeps of a conversation.
MOST_HELD: Final = 256 << 20  # bytes of answers in the log of calls
MOST_MISTAKEN: Final = 64 << 20  # bytes of wrong answers that diagnosis may compare
MOST_LOOKED_AT: Final = 1_000  # items of a container that are searched for the value of a comparison

MOST_FORGOTTEN: Final = 10_000  # objects of the worker's that one request gives up; the rest wait for the next

# What is said of an answer.
SHOWN: Final = 300  # characters of one value
HEADLINE: Final = 2_000
CODE: Final = 12_000  # characters of an input as Python
CHOICE: Final = 200  # characters of an answer to a quiz: normalising marks takes quadratic time

# CPU seconds of the trusted process.
JUDGE_SECONDS: Final = 10.0  # for what a wrong answer means; past them it is told without a cause
CHECK_SECONDS: Final = 20.0  # for a check's own work: comparing, searching, oracles
TRAINING_TIMES: Final = 10  # so many times as much where an oracle trains, too
FULL_TIMES: Final = 360  # and in full mode
