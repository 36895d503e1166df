"""Python's parser, within limits of time: each text is parsed once, and what may be slow in another process first.

Twice as long an f-string, or a name of twice as many combining marks, takes the parser four times as long; nobody can
say that these are all, and no signal ends it. So a text that is not plainly small and simple goes to a process that may
be killed, and what comes back from there in time is parsed here.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import warnings
from collections import OrderedDict
from functools import cached_property
from hashlib import blake2b

from grader.errors import GraderError

MOST_TOKENS = 100_000  # of a text; Python's parser takes up to 10 µs and 2 kB for each
MOST_SECONDS = 2  # of CPU, for one text
# patterns are texts here: re compiles and keeps them at first use
_WORD = r"\w+|#+|[^\w\s#]|\n(?=\S)"
# What is parsed here at once. The course's largest solution has 13,000 characters, and brackets 5 deep.
_ORDINARY_TEXT = 60_000
_ORDINARY_TOKENS = 12_000
_ORDINARY_DEPTH = 20
_LONG_RUN = r"[^\x00-\x7f]{400}"  # a name of so many marks is slow to normalise; a sentence without a space is shorter
_LEXEME = (  # comments and strings, closed or not, and brackets
    r"(?s)#[^\n]*+"
    r"|(?:\b[a-zA-Z]{1,2})?(?:'''(?:[^\\']|\\.?|'(?!''))*+(?:'''|\Z)"
    r'|"""(?:[^\\"]|\\.?|"(?!""))*+(?:"""|\Z)'
    r"|'(?:[^\\'\n]|\\.?)*+'?"
    r'|"(?:[^\\"\n]|\\.?)*+"?)'
    r"|[()\[\]{}]"
)
# What an f-string's fields may hold: from Python 3.12 on, quotes there may be of the kind that surrounds them.
_PLAIN_FIELDS = r"""(?:[^{}]|\{\{|\}\}|\{(?:[^{}'"]|'[^'{}]*+'|"[^"{}]*+")*+\})*+"""
_MOST_MEMORY = 1 << 29
_MOST_COUNTED = 1000  # texts
_CRASHED_ON_WINDOWS = 0xC0000000  # from here on an exit code says how
_TOKENS: dict[bytes, int] = {}
_MOST_WAITING = 30.0  # seconds, of which a process that is not kept waiting needs a tenth
_WITHOUT_LIMITS = 5  # times its CPU seconds, where these cannot be limited
_PARSE = f"""
import sys, time
try:
    import resource
except ImportError:
    pass
else:
    for limit, most in (("CPU", int(sys.argv[1])), ("AS", {_MOST_MEMORY}), ("CORE", 0)):
        try:
            resource.setrlimit(getattr(resource, "RLIMIT_" + limit), (most, most + (limit == "CPU")))
        except (AttributeError, ValueError, OSError):
            pass
text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
began = time.process_time()
try:
    compile(text, "<text>", "exec", {ast.PyCF_ONLY_AST}, dont_inherit=True)
except Exception:
    pass
print(time.process_time() - began)
"""


class TooSlowError(Exception):
    """Python takes too long to read a text; the message says so in a sentence for its author."""


class Allowance:
    """What reading one submission may still take of the parser, beside its ordinary files.

    Attributes:
        seconds: of CPU, in the other process; then as much here at most.
    """

    def __init__(self) -> None:
        self.seconds = 3.0


class Parsed:
    """A text that was parsed, or the reason why it could not be.

    Attributes:
        tree: None where there is an error.
        error: None where there is a tree.
    """

    def __init__(self, tree: ast.Module | None, error: Exception | None, tokens: int) -> None:
        self.tree = tree
        self.error = error
        self.tokens = tokens

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, in the order of ``ast.walk``."""
        return () if self.tree is None else tuple(ast.walk(self.tree))


class _Kept(OrderedDict[str, Parsed]):
    """The texts parsed last: all of one submission, and no more memory than that."""

    most_tokens = 200_000
    most_texts = 64
    tokens = 0

    def keep(self, text: str, parsed: Parsed) -> None:
        self[text] = parsed
        self.tokens += parsed.tokens
        while self.tokens > self.most_tokens or len(self) > self.most_texts:
            self.tokens -= self.popitem(last=False)[1].tokens


_KEPT = _Kept()


def parse(text: str, allowance: Allowance | None = None) -> Parsed:
    """Parse a text, or find it where it was parsed before. The tree is shared: nobody may change it.

    Args:
        text: the text.
        allowance: what may be spent, which becomes less; that of one submission if None.

    Raises:
        GraderError: the other process did not start or was ended by somebody else.
    """
    if text in _KEPT:
        _KEPT.move_to_end(text)
        return _KEPT[text]
    allowance = Allowance() if allowance is None else allowance
    tokens = count_tokens(text)
    if tokens > MOST_TOKENS:
        return Parsed(None, TooSlowError("This file has more than 100,000 words and symbols."), 0)
    tree: ast.Module | None = None
    failed: Exception | None = None
    try:
        if not is_ordinary(text, tokens):
            if allowance.seconds <= 0:
                return Parsed(None, TooSlowError("Your files take Python too long to read, taken together."), 0)
            _try_elsewhere(text, allowance)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where warnings are errors, "\d" would count as a syntax error
            tree = ast.parse(text)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError, SystemError, TooSlowError) as error:
        failed = error.with_traceback(None)
    parsed = Parsed(tree, failed, tokens)
    _KEPT.keep(text, parsed)
    return parsed


def tree_of(text: str) -> ast.Module | None:
    """The tree of a text; None where it is not Python. It is shared: nobody may change it."""
    return parse(text).tree


def nodes_of(text: str) -> tuple[ast.AST, ...]:
    """Every node of a text's tree; none where it is not Python."""
    return parse(text).nodes


def count_tokens(text: str) -> int:
    """Estimate what parsing will cost, without building anything.

    Known by its digest, a text costs no memory, and whoever reads a folder again at each save counts one file anew.
    """
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    if digest not in _TOKENS:
        if len(_TOKENS) == _MOST_COUNTED:
            _TOKENS.clear()
        _TOKENS[digest] = sum(1 for _ in re.finditer(_WORD, text))
    return _TOKENS[digest]


def is_ordinary(text: str, tokens: int) -> bool:
    """Whether a look at each character is enough to know that parsing takes no time: it is small and nests little.

    How deep brackets are is known for certain, whatever stands in strings and comments, or else this is no ordinary
    text.
    """
    if len(text) > _ORDINARY_TEXT or tokens > _ORDINARY_TOKENS or (not text.isascii() and re.search(_LONG_RUN, text)):
        return False
    depth = deepest = 0
    for found in re.finditer(_LEXEME, text):
        lexeme = found[0]
        if lexeme in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif lexeme in ")]}":
            depth = max(depth - 1, 0)
        elif "{" in lexeme and not {*lexeme[:2]}.isdisjoint("fFtT") and not re.fullmatch(_PLAIN_FIELDS, lexeme):
            return False
    return deepest <= _ORDINARY_DEPTH


def _try_elsewhere(text: str, allowance: Allowance) -> None:
    """Parse a text in a process of its own, and throw the result away.

    Raises:
        TooSlowError: it takes too long, or ends that process.
        GraderError: the process did not start or was ended by somebody else.
    """
    import signal
    import subprocess  # a few milliseconds, which most runs save

    seconds = min(MOST_SECONDS, max(1, round(allowance.seconds)))
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter, which runs none of the text
            [sys.executable, "-I", "-S", "-B", "-W", "ignore", "-c", _PARSE, str(seconds)],
            input=text.encode("utf-8", "surrogatepass"),
            capture_output=True,
            timeout=_MOST_WAITING if os.name == "posix" else _WITHOUT_LIMITS * seconds,
            start_new_session=True,
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        if os.name == "posix":  # where its CPU time is limited, only a crowded machine can take this long
            raise GraderError("The machine is too busy: parsing one file took over 30 s. Grade again later.") from error
        allowance.seconds -= seconds
        raise TooSlowError(f"Python takes more than {seconds} s to read this file.") from error
    except OSError as error:
        raise GraderError(f"No process could be started to parse a file: {error.strerror}.") from error
    if ended.returncode == 0:
        allowance.seconds -= float(ended.stdout)
        return
    allowance.seconds -= seconds
    if ended.returncode == -getattr(signal, "SIGXCPU", 0):
        raise TooSlowError(f"Python takes more than {seconds} s to read this file.")
    crashes = {-getattr(signal, name, 0) for name in ("SIGSEGV", "SIGABRT", "SIGBUS")}
    if ended.returncode in crashes or ended.returncode >= _CRASHED_ON_WINDOWS:
        raise TooSlowError("Python itself crashes when it reads this file.")
    said = ended.stderr.decode("utf-8", "replace")[-300:]
    raise GraderError(f"The process that parses a file ended with {ended.returncode}. {said}".rstrip())
