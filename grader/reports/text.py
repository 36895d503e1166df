r"""Text from a submission, made safe to show.

Names, values, exception messages and output of a submission may hold anything: colour codes, a cursor that
moves up and overwrites a verdict, letters that reverse the line, half a surrogate pair. Every rendering
passes such text through `sanitize` first:

    "\x1b[32mok\x1b[0m \x07 \u202eevil"  ->  "ok \x07 \u202eevil", with the escapes spelled out
"""

from __future__ import annotations

import re
import unicodedata

# Colours and links are dropped whole; whatever does not parse as one is spelled out below. The second class
# leaves out its own introducer, so that a long run of introducers costs linear time.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movements
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\x9d]*(?:\x07|\x1b\\|\x9c)"  # OSC: titles, links, the clipboard
)
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SIMPLE = re.compile(r"[ -~]*")
_UNSAFE_IN_JSON = re.compile("[^\x00-\x7e]")

# Printable by name, blank on the screen: the Hangul fillers, the empty braille cell, the grapheme joiner.
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")

# Letters carry up to two or three marks in any script; towers of them spill over the lines above.
_MARKS_AT_MOST = 3

_ASCII_FOR = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "--",
        "·": "*",
        "×": "x",
        "…": "...",
        "→": "->",
        "←": "<-",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "≈": "~",
        "±": "+/-",
        "√": "sqrt",
        "²": "^2",
        "³": "^3",
        "∞": "inf",
        "∂": "d",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "│": "|",
        "α": "alpha",
        "β": "beta",
        "γ": "gamma",
        "ε": "epsilon",
        "θ": "theta",
        "λ": "lambda",
        "μ": "mu",
        "σ": "sigma",
    }
)


def sanitize(text: str, *, multiline: bool = False) -> str:
    r"""Make untrusted text safe to show on a terminal, in XML or in a page.

    ANSI sequences go. Every other character that does not print (controls, bidi overrides, zero-width and
    private characters, lone surrogates) is spelled out as ``\x07`` or ``\u202e``; tabs become spaces.

    Args:
        text: anything.
        multiline: keep line ends (all kinds become ``\n``); otherwise each becomes one space.

    Returns:
        Text in which every character is printable, or ``\n`` where `multiline` is set.
    """
    if _SIMPLE.fullmatch(text):
        return text
    text = _LINE_ENDS.sub("\n", _ANSI.sub("", text)).expandtabs(4)
    shown: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if char == "\n":
            shown.append("\n" if multiline else " ")
        elif unicodedata.category(char) == "Zs":
            shown.append(" ")
        elif char.isprintable() and char not in _INVISIBLE and marks <= _MARKS_AT_MOST:
            shown.append(char)
        else:
            shown.append(_spelled_out(char))
    return "".join(shown)


def to_ascii(text: str) -> str:
    r"""Spell text in ASCII for consoles that have no other encoding: ``×`` as ``x``, ``é`` as ``\xe9``."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _spelled_out(char) for char in text.translate(_ASCII_FOR))


def escape_json(document: str) -> str:
    r"""Escape what does not print in an encoded JSON document; it decodes to the same strings.

    JSON encoders leave bidi overrides and the C1 controls as they are, and a report is also read with
    ``cat``. All of these lie inside string literals, where ``\u202e`` means the same.
    """
    return _UNSAFE_IN_JSON.sub(_escape_in_json, document)


def _escape_in_json(match: re.Match[str]) -> str:
    char = match[0]
    if char.isprintable():
        return char
    units = char.encode("utf-16-be")  # beyond U+FFFF, JSON wants a surrogate pair
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def _spelled_out(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
