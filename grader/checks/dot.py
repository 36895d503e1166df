"""Reads graphs in DOT, the language of Graphviz: as much of its grammar as there is, and none of its layout.

Whoever wrote the text is not trusted: time is proportional to its length, and nesting is bounded.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import msgspec

LONGEST = 200_000  # characters
DEEPEST = 20  # subgraphs in each other
MOST = 20_000  # edges

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/|^\#[^\n]*)
      | (?P<word>[A-Za-z_\u0080-\U0010ffff][A-Za-z_0-9\u0080-\U0010ffff]*)
      | (?P<numeral>-?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?))
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | (?P<mark>->|--|[{}\[\];,=:+])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_KEYWORDS = {"node", "edge", "graph", "digraph", "subgraph", "strict"}


class DotError(Exception):
    """The text is no DOT; the message says where and why."""


class Graph(msgspec.Struct):
    """A graph.

    Attributes:
        directed: whether it is a digraph.
        nodes: the attributes of each node, by its name; ``label`` is the name where none was given.
        edges: (from, to), in the order in which they stand in the text.
    """

    directed: bool
    nodes: dict[str, dict[str, str]] = {}
    edges: list[tuple[str, str]] = []


def read_dot(text: str) -> Graph:
    """Read a graph.

    Example:
        read_dot('digraph { a [label="x | y"]; a -> b }').edges -> [("a", "b")]

    Raises:
        DotError: it is none.
    """
    if len(text) > LONGEST:
        raise DotError(f"The text has {len(text):,} characters; {LONGEST:,} are read at most.")
    return _Reader(text).graph()


class _Token(msgspec.Struct, frozen=True):
    kind: str  # word, numeral, quoted, mark, end
    text: str
    line: int


def _tokens(text: str) -> Iterator[_Token]:
    place, line = 0, 1
    while place < len(text):
        if text[place] == "<":
            end = _end_of_html(text, place)
            yield _Token("quoted", text[place:end], line)
            line += text.count("\n", place, end)
            place = end
            continue
        found = _TOKEN.match(text, place)
        if found is None:
            what = "A text in quotes does not end" if text[place] == '"' else f"{text[place]!r} has no place"
            raise DotError(f"Line {line}: {what} in DOT.")
        kind = str(found.lastgroup)
        if kind != "space":
            yield _Token(kind, found.group(kind), line)
        line += text.count("\n", place, found.end())
        place = found.end()
    yield _Token("end", "the end", line)


def _end_of_html(text: str, start: int) -> int:
    depth = 0
    for found in re.finditer("[<>]", text[start:]):
        depth += 1 if found.group() == "<" else -1
        if depth == 0:
            return start + found.end()
    raise DotError(f"Line {text.count(chr(10), 0, start) + 1}: a text in <…> does not end.")


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.place = 0
        self.result = Graph(directed=True)
        self.subgraphs = 0

    def graph(self) -> Graph:
        self._takes("strict")
        token = self._next()
        kind = token.text.lower() if token.kind == "word" else ""
        if kind not in {"graph", "digraph"}:
            raise DotError(f"Line {token.line}: DOT begins with digraph (or graph); here is {token.text[:40]!r}.")
        self.result.directed = kind == "digraph"
        if self._is_name():
            self._name()
        self._wants("{")
        self._statements({}, 0)
        token = self._next()
        if token.kind != "end":
            raise DotError(f"Line {token.line}: the graph has ended, and {token.text[:40]!r} follows.")
        return self.result

    # Tokens

    @property
    def _token(self) -> _Token:
        return self.tokens[self.place]

    def _next(self) -> _Token:
        token = self._token
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def _takes(self, text: str) -> bool:
        token = self._token
        same = token.kind == "mark" and token.text == text
        same |= token.kind == "word" and token.text.lower() == text
        if same:
            self._next()
        return same

    def _wants(self, mark: str) -> None:
        token = self._token
        if not self._takes(mark):
            raise DotError(f"Line {token.line}: {mark!r} is wanted here; {token.text[:40]!r} stands here.")

    def _is_name(self) -> bool:
        token = self._token
        if token.kind == "word":
            return token.text.lower() not in _KEYWORDS
        return token.kind in {"numeral", "quoted"}

    def _name(self) -> str:
        token = self._next()
        if token.kind == "word" and token.text.lower() in _KEYWORDS:
            raise DotError(f"Line {token.line}: {token.text!r} means something in DOT: as a name it stands in quotes.")
        if token.kind not in {"word", "numeral", "quoted"}:
            raise DotError(f"Line {token.line}: a name is wanted here; {token.text[:40]!r} stands here.")
        text = token.text.replace('\\"', '"') if token.kind == "quoted" else token.text
        while token.kind == "quoted" and self._takes("+"):
            if self._token.kind != "quoted":
                raise DotError(f"Line {token.line}: a text in quotes is wanted after +.")
            text += self._next().text.replace('\\"', '"')
        return text

    # Statements

    def _statements(self, defaults: dict[str, str], depth: int) -> list[str]:
        """Up to the closing brace; the names of the nodes in it."""
        if depth > DEEPEST:
            raise DotError(f"Line {self._token.line}: more than {DEEPEST} subgraphs in each other.")
        defaults, inside = dict(defaults), dict[str, None]()
        while not self._takes("}"):
            if self._token.kind == "end":
                raise DotError("The graph does not end: a closing } is missing.")
            inside.update(dict.fromkeys(self._statement(defaults, depth)))
            self._takes(";")
        return list(inside)

    def _statement(self, defaults: dict[str, str], depth: int) -> list[str]:
        for what in ("node", "edge", "graph"):
            if self._takes(what):
                attributes = self._attributes()
                if what == "node":
                    defaults.update(attributes)
                return []
        ends = [self._end(defaults, depth)]
        if self._takes("="):  # ID = ID
            self._name()
            return []
        while self._token.kind == "mark" and self._token.text in {"->", "--"}:
            self._arrow()
            ends.append(self._end(defaults, depth))
        attributes = self._attributes()
        for name in ends[0] if len(ends) == 1 else ():
            self.result.nodes[name].update(attributes)
        for left, right in itertools.pairwise(ends):
            if len(self.result.edges) + len(left) * len(right) > MOST:
                raise DotError(f"More than {MOST:,} edges.")
            self.result.edges += itertools.product(left, right)
        return [name for end in ends for name in end]

    def _arrow(self) -> None:
        token = self._next()
        if (token.text == "->") is not self.result.directed:
            kind, wanted = ("digraph", "->") if self.result.directed else ("graph", "--")
            raise DotError(f"Line {token.line}: an edge of a {kind} is written {wanted}.")

    def _end(self, defaults: dict[str, str], depth: int) -> list[str]:
        """A node, or a subgraph: what an edge may lead from or to."""
        if self._takes("subgraph"):
            if self._is_name():
                self._name()
            self._wants("{")
            return self._statements(defaults, depth + 1)
        if self._takes("{"):
            return self._statements(defaults, depth + 1)
        name = self._name()
        if self._token.kind == "mark" and self._token.text == "=":
            return []
        for _ in range(2):  # a port, and a point of the compass
            if self._takes(":"):
                self._name()
        self.result.nodes.setdefault(name, {"label": name, **defaults})
        return [name]

    def _attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while self._takes("["):
            while not self._takes("]"):
                key = self._name()
                self._wants("=")
                found[key] = self._name()
                if not self._takes(","):
                    self._takes(";")
        return found
