"""Coverage-guided fuzzing of what reads a worker's answers: `python tests/grader/fuzz_wire.py -max_total_time=60`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["grader.sandbox"]):
    from grader.sandbox import wire
    from grader.sandbox.peers import _unpack_answer
    from grader.sandbox.proxy import from_node
    from grader.sandbox.unpacking import Unpacker


def one(data: bytes) -> None:
    """Read one frame as the trusted side does; anything but a ProtocolError is a find."""
    try:
        structure, blob = wire.parse_header(data[:8].ljust(8, b"\0"))
        answer = wire.parse_structure(data[8 : 8 + structure])
        if len(answer) == 4:
            _unpack_answer(answer[1:], Unpacker(data[8 + structure :][:blob], from_node))
    except wire.ProtocolError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
