"""Stand-ins for what a submission imports and grading does not need: the import costs nothing, only the use does.

``import wandb`` gives a stand-in where there is no wandb. Its attributes and items are stand-ins, so that annotations
(``Float[Tensor, "b t"]``) stay what they are; its classes can be derived from; as a decorator it leaves the function as
it is. While the file is being imported its functions can be called, ``sns.set()``, and do nothing. Called, iterated or
computed with in a graded call, it raises, and says so in one sentence.

A stand-in is never put among ``sys.modules``: libraries that look for their own optional packages find what is there.
"""

from __future__ import annotations

import builtins
import itertools
import opcode
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from grader.sandbox.reading import Reading

# These are looked for where they are, or belong to the course: a stand-in would hide the mistake.
_NEVER = {"exercises", "solutions", "tests", "grader"}
_NEEDED = {"numpy", "torch", *sys.stdlib_module_names}  # a part of these that is not there is misspelled
_PROGRESS = {"tqdm"}
_WINDOWS = {"tkinter", "turtle"}  # of the standard library, in some installations of Python and not in others
# As decorators these make another function; all others leave it as it is, or faster, or checked.
_TRANSFORMS = {
    *("grad", "value_and_grad", "vmap", "pmap", "vjp", "jvp", "jacfwd", "jacrev", "hessian"),
    *("vectorize", "guvectorize"),
}
_LONGEST = 100
_DUNDER_VERSION = "0.0.0"


class StandInError(ImportError):
    """A stand-in was used where only the package itself would do."""


class StandIn:
    """Stands for a module that is not there, or for anything in it.

    Args:
        name: what it is called, ``wandb.init``.
        absent: why there is no more than a stand-in.
        real: what is there of it, if anything is: the module ``google`` where ``google.colab`` is missing.
        through: what it yields item by item, as a progress bar does.
    """

    def __init__(self, name: str, absent: Absent, real: Any = None, through: Iterable[Any] | None = None) -> None:
        self.__name = name[:_LONGEST]
        self.__absent = absent
        self.__real = real
        self.__through = through

    def __getattr__(self, attribute: str) -> Any:
        if attribute == "__version__":
            return _DUNDER_VERSION
        if attribute.startswith("__"):
            raise AttributeError(f"{self!r} has no {attribute}")
        if hasattr(self.__real, attribute):
            return getattr(self.__real, attribute)
        child = StandIn(f"{self.__name}.{attribute}", self.__absent)
        self.__dict__[attribute] = child
        return child

    def __repr__(self) -> str:
        return f"<{self.__name}: a stand-in>"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return True

    # -- what annotations do ------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        return StandIn(self.__name, self.__absent)

    def __or__(self, other: object) -> Any:
        return StandIn(self.__name, self.__absent)

    __ror__ = __or__

    def __instancecheck__(self, instance: object) -> bool:
        return False  # whatever is looked at comes from elsewhere

    __subclasscheck__ = __instancecheck__

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (type(self.__name.rpartition(".")[2], (_Base,), {"_stand_in": self}),)

    # -- use ----------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **_: Any) -> Any:
        """As a decorator give back what is decorated; else a use."""
        last = self.__name.removesuffix("()").rpartition(".")[2]
        called = f"{self.__name.removesuffix('()')}()"
        if self.__absent.decorates():
            if len(args) == 1 and _can_be_decorated(args[0]) and last not in _TRANSFORMS:
                return args[0]
            return StandIn(called, self.__absent)
        self.__deferred(called)
        through = args[0] if args and self.__absent.package in _PROGRESS else None
        return StandIn(called, self.__absent, through=range(*args) if last == "trange" else through)

    def __iter__(self) -> Iterator[Any]:
        if self.__absent.importing():
            count = _unpacked(sys._getframe(1))  # noqa: SLF001
            if count:
                return iter([StandIn(self.__name, self.__absent) for _ in range(count)])
            if self.__through is not None:
                return iter(self.__through)
        raise self.__absent.used(self.__name)

    def __enter__(self) -> Any:
        return self.__deferred(self.__name)

    def __exit__(self, *_: object) -> None:
        """Nothing was entered."""

    def __setitem__(self, key: Any, value: Any) -> None:
        self.__deferred(self.__name)

    def __deferred(self, name: str) -> Any:
        """The result of a use: a stand-in as well while the file is being imported, and an error afterwards."""
        if not self.__absent.importing():
            raise self.__absent.used(name)
        return StandIn(name, self.__absent)

    def _computed(self, *_: object) -> Any:
        """A sum, a comparison and the like."""
        return self.__deferred(self.__name)

    def _demanded(self, *_: object, **__: object) -> Any:
        raise self.__absent.used(self.__name)


# These can be put off, to where the result is used; a number, a length or an array cannot.
for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "xor", "lshift", "rshift"):
    setattr(StandIn, f"__{_name}__", StandIn._computed)  # noqa: SLF001
    setattr(StandIn, f"__r{_name}__", StandIn._computed)  # noqa: SLF001
for _name in ("neg", "pos", "abs", "invert", "lt", "le", "gt", "ge", "round"):
    setattr(StandIn, f"__{_name}__", StandIn._computed)  # noqa: SLF001
for _name in ("float", "int", "index", "complex", "len", "array", "contains", "next"):
    setattr(StandIn, f"__{_name}__", StandIn._demanded)  # noqa: SLF001


class _Base:
    """What a class derives from whose base is a stand-in: it can be defined, and is used when an object is made."""

    _stand_in: StandIn

    def __init_subclass__(cls, **_: Any) -> None:
        """Take whatever the missing base would have taken."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._stand_in(*args, **kwargs)


class Absent:
    """Why a package is not there, and who asks.

    Args:
        package: its name, ``wandb``.
        why: the end of a sentence, ``wandb is not installed here``.
        stand_ins: knows the learner's files.
    """

    def __init__(self, package: str, why: str, stand_ins: StandIns) -> None:
        self.package = package
        self.why = why
        self._stand_ins = stand_ins

    def used(self, name: str) -> StandInError:
        """What a use raises."""
        return StandInError(f"{name} is used, but {self.why}", name=self.package)

    def importing(self) -> bool:
        """Whether a file of the learner's is being imported."""
        return any(frame.f_code.co_name == "<module>" for frame in self._stand_ins.frames())

    def decorates(self) -> bool:
        """Whether the learner's line that runs is a decorator's."""
        frame = next(self._stand_ins.frames(), None)
        if frame is None:
            return False
        place = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
        return place in self._stand_ins.reading(frame.f_code.co_filename).decorators


class StandIns:
    """Gives stand-ins to import statements of the learner's files that find nothing.

    Args:
        sources: module -> (text, file name to show), as the finder of the submission has them.
        own: whether a module is the learner's.
        barred: packages that may not be imported -> why.
    """

    def __init__(
        self,
        sources: Mapping[str, tuple[str, str]],
        own: Callable[[str], bool] = lambda _: False,
        barred: Mapping[str, str] | None = None,
    ) -> None:
        self._texts = {shown: text for text, shown in sources.values()}
        self._readings: dict[str, Reading] = {}
        self._own = own
        self._barred = barred or {}
        self._given: dict[str, StandIn] = {}
        self._import = builtins.__import__
        self.starred: list[str] = []  # what `from … import *` was said of

    def install(self) -> None:
        """See to every import statement from now on."""
        self._import = builtins.__import__
        builtins.__import__ = self._find

    def remove(self) -> None:
        """Leave import statements to Python again."""
        if builtins.__import__ == self._find:
            builtins.__import__ = self._import

    def reading(self, file: str) -> Reading:
        """What the text of a file says."""
        if file not in self._readings:
            self._readings[file] = Reading(self._texts.get(file, ""))
        return self._readings[file]

    def frames(self) -> Iterator[types.FrameType]:
        """Those of the learner's files that run, the innermost first."""
        frame: types.FrameType | None = sys._getframe(1)  # noqa: SLF001
        while frame is not None:
            if frame.f_code.co_filename in self._texts:
                yield frame
            frame = frame.f_back

    def _find(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the names that __import__ has
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        frame = sys._getframe(1)  # noqa: SLF001
        if level or frame.f_code.co_filename not in self._texts:
            return self._import(name, globals, locals, fromlist or (), level)
        if name.partition(".")[0] in _WINDOWS and not self._own(name):
            return self._stand_in(name, ImportError(), fromlist or ())  # so that all of them are alike
        try:
            return self._import(name, globals, locals, fromlist or (), level)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            if not self._may_stand_in(name, error) or self.reading(frame.f_code.co_filename).may_fail(frame.f_lineno):
                raise
            return self._stand_in(name, error, fromlist or ())

    def _may_stand_in(self, name: str, error: Exception) -> bool:
        top = name.partition(".")[0]
        if top in _NEVER or self._own(name):
            return False
        missing = error.name if isinstance(error, ModuleNotFoundError) and error.name else ""
        part_of_needed = missing.partition(".")[0] in _NEEDED and "." in missing
        return not part_of_needed

    def _stand_in(self, name: str, error: Exception, fromlist: Sequence[str]) -> StandIn:
        top = name.partition(".")[0]
        if "*" in fromlist:
            self.starred.append(name)
        given = name if fromlist else top
        if given not in self._given:
            missing = name if top in sys.modules else top
            absent = Absent(missing, self._why(missing, error), self)
            self._given[given] = StandIn(given, absent, sys.modules.get(given))
        return self._given[given]

    def _why(self, missing: str, error: Exception) -> str:
        barred = self._barred.get(missing.partition(".")[0])
        if barred:
            return barred
        if missing.partition(".")[0] in _WINDOWS:
            return "there is no screen here"
        if isinstance(error, ModuleNotFoundError) and missing.startswith(error.name or " "):
            return f"{missing} is not installed here"
        if isinstance(error, PermissionError):
            return f"{missing} is not at hand here"
        said = " ".join(str(error).split())[:200]
        return f"{missing} cannot be imported here ({type(error).__name__}: {said})"


def _can_be_decorated(value: object) -> bool:
    return not isinstance(value, StandIn) and (callable(value) or isinstance(value, property | staticmethod))


def _unpacked(frame: types.FrameType) -> int:
    """Into how many names a line unpacks what it iterates over; 0 where it does not."""
    code, at = frame.f_code.co_code, frame.f_lasti
    instruction, count = opcode.opname[code[at]], code[at + 1]
    return count if instruction == "UNPACK_SEQUENCE" else count + 1 if instruction == "UNPACK_EX" else 0
