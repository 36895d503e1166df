"""Has a right function behave badly: it remembers what it should not, writes into what is not its own.

It runs where submissions run, at the end of a module's text, so that it uses nothing of the grader. What is answered
the first time is right. See ``conduct`` for the list of kinds.
"""

import copy
import functools
import inspect
import random
import sys
from collections.abc import Callable
from typing import Any


class Acted(Exception):  # noqa: N818 - it is an answer
    """Raised in the place of what would be done, to find out whether it ever is."""


def misbehave(space: dict[str, Any], name: str, kind: str, parameter: str, *, only_say: bool) -> None:
    """Put a function that behaves badly in the place of one, or of a method.

    Args:
        space: the names of the module.
        name: ``function``, ``Class.method`` or ``Class``.
        kind: how, see ``conduct``.
        parameter: of which parameter; empty where it is of none.
        only_say: raise ``Acted`` where something would be done.
    """
    owner, _, method = name.rpartition(".")
    if kind == "objects share their state":
        _share(space[name], only_say=only_say)
        return
    place = vars(space[owner])[method] if owner else space[name]
    wrapper = type(place) if isinstance(place, staticmethod | classmethod) else None
    function = place.__func__ if wrapper else place
    bad = _Bad(function, kind, parameter, only_say=only_say)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return bad(*args, **kwargs)

    if owner:
        setattr(space[owner], method, wrapper(wrapped) if wrapper else wrapped)
    else:
        space[name] = wrapped


class _Bad:
    def __init__(self, function: Callable[..., Any], kind: str, parameter: str, *, only_say: bool) -> None:
        self.function = function
        self.parameter = parameter
        self.only_say = only_say
        self.signature = inspect.signature(function)
        self.kept: dict[Any, Any] = {}
        self.way: Callable[..., Any] = getattr(self, "_" + kind.partition(" of ")[0].replace(" ", "_"))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        given = self.signature.bind(*args, **kwargs)
        return self.way(given)

    def call(self, given: inspect.BoundArguments) -> Any:
        return self.function(*given.args, **given.kwargs)

    def about_to(self) -> None:
        if self.only_say:
            raise Acted

    # -- what is remembered ---------------------------------------------------------------------------------------

    def _by_key(self, key: Any, given: inspect.BoundArguments) -> Any:
        if key in self.kept:
            self.about_to()
            return _copied(self.kept[key])
        answer = self.call(given)
        self.kept[key] = _copied(answer)
        return answer

    def _first_answer_kept(self, given: inspect.BoundArguments) -> Any:
        return self._by_key("", given)

    def _answers_kept_by_shape(self, given: inspect.BoundArguments) -> Any:
        return self._by_key(tuple(_form(value) for value in given.arguments.values()), given)

    def _answers_kept_by_the_first_argument(self, given: inspect.BoundArguments) -> Any:
        values = [value for name, value in given.arguments.items() if name != "self"]
        return self._by_key(_content(values[0]) if values else "", given)

    def _answer_kept_in_the_object(self, given: inspect.BoundArguments) -> Any:
        own = vars(given.args[0]).setdefault("_gradlings_kept", {})
        name = self.function.__name__
        if name in own:
            self.about_to()
            return _copied(own[name])
        answer = self.call(given)
        own[name] = _copied(answer)
        return answer

    def _first_value_kept(self, given: inspect.BoundArguments) -> Any:
        given.apply_defaults()
        if self.parameter in self.kept:
            self.about_to()
        given.arguments[self.parameter] = self.kept.setdefault(self.parameter, given.arguments[self.parameter])
        return self.call(given)

    def _right_only_the_first_time(self, given: inspect.BoundArguments) -> Any:
        if self.kept:
            self.about_to()
            return _zeros(self.kept["answer"])
        answer = self.call(given)
        self.kept["answer"] = _copied(answer)
        return answer

    def _acts_only_the_first_time(self, given: inspect.BoundArguments) -> Any:
        if self.kept:
            self.about_to()
            return None
        self.kept["done"] = True
        return self.call(given)

    # -- what is done to arguments --------------------------------------------------------------------------------

    def _works_in_place(self, given: inspect.BoundArguments) -> Any:
        value: Any = given.arguments.get(self.parameter)
        answer = self.call(given)
        if _is_array(value):
            self.about_to()
            value = getattr(value, "data", value) if hasattr(value, "requires_grad") else value
            if _form(answer) == _form(value) and not _same(answer, value):
                value[...] = getattr(answer, "data", answer) if hasattr(answer, "requires_grad") else answer
                return answer
            value[...] = ~value if str(value.dtype).endswith("bool") else value + 1
        elif isinstance(value, list) and value:
            self.about_to()
            value.append(value[0])
        elif isinstance(value, dict) and value:
            self.about_to()
            value.pop(next(iter(value)))
        return answer

    def _returns_its_input(self, given: inspect.BoundArguments) -> Any:
        self.call(given)
        self.about_to()
        return given.arguments[self.parameter]

    def _view(self, given: inspect.BoundArguments) -> Any:
        value: Any = given.arguments.get(self.parameter)
        if _is_array(value):
            if sum(size > 1 for size in value.shape) > 1:  # of one axis every layout can be viewed
                self.about_to()
            value.view(-1)
        return self.call(given)

    def _float32_inside(self, given: inspect.BoundArguments) -> Any:
        found = []

        def narrow(value: Any) -> Any:
            if _is_array(value) and str(value.dtype).endswith("float64"):
                self.about_to()
                found.append(value)
                return _of_type(value, "float32")
            if type(value) in {tuple, list}:
                return type(value)(narrow(item) for item in value)
            return value

        for name, value in list(given.arguments.items()):
            given.arguments[name] = narrow(value)
        answer = self.call(given)
        return _widened(answer) if found else answer

    # -- what is done to everybody's --------------------------------------------------------------------------------

    def _seeds_the_global_generator(self, given: inspect.BoundArguments) -> Any:
        self.about_to()
        _seed()
        return self.call(given)

    def _draws_from_the_global_generator(self, given: inspect.BoundArguments) -> Any:
        self.about_to()
        torch = sys.modules.get("torch")
        if torch is not None:
            given.arguments[self.parameter] = torch.default_generator
        else:
            import numpy as np

            given.arguments[self.parameter] = np.random.default_rng()
        return self.call(given)

    def _changes_the_default_dtype(self, given: inspect.BoundArguments) -> Any:
        self.about_to()
        answer = self.call(given)
        torch = sys.modules["torch"]
        torch.set_default_dtype(torch.float64)
        return answer

    def _nothing(self, given: inspect.BoundArguments) -> Any:
        return self.call(given)


def _share(owner: Any, *, only_say: bool) -> None:
    """All objects of a class have the attributes of the one that was made last."""
    init = owner.__init__
    made: list[Any] = []

    @functools.wraps(init)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        if made and only_say:
            raise Acted
        init(self, *args, **kwargs)
        for other in made:
            vars(other).update(vars(self))
        made.append(self)

    owner.__init__ = wrapped


def _seed() -> None:
    random.seed(0)
    import numpy as np

    np.random.seed(0)  # noqa: NPY002 - the global generator is what is meant
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(0)


def _is_array(value: Any) -> bool:
    return hasattr(value, "dtype") and hasattr(value, "shape")


def _form(value: Any) -> Any:
    """The type of a value and its size, as something that can be a key."""
    if _is_array(value):
        return type(value).__name__, tuple(value.shape), str(value.dtype)
    if isinstance(value, str | bytes | list | tuple | dict):
        return type(value).__name__, len(value)
    return type(value).__name__


def _content(value: Any) -> Any:
    """A value as something that can be a key; of what cannot, the kind."""
    if _is_array(value):
        return repr(value.tolist())
    if type(value) in {int, float, bool, str, bytes, list, tuple, dict, set}:
        return repr(value)
    return type(value).__name__


def _same(one: Any, other: Any) -> bool:
    return one is other or bool((one == other).all())


def _copied(value: Any) -> Any:
    if _is_array(value):
        return value.detach().clone() if hasattr(value, "detach") else value.copy()
    if type(value) in {tuple, list}:
        return type(value)(_copied(item) for item in value)
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - a graph, a generator: then it is the object itself
        return value


def _zeros(value: Any) -> Any:
    if _is_array(value):
        return value * 0
    if type(value) in {tuple, list}:
        return type(value)(_zeros(item) for item in value)
    if type(value) is dict:
        return {key: _zeros(item) for key, item in value.items()}
    if type(value) in {bool, int, float, str, bytes}:
        return type(value)()
    return None


def _of_type(value: Any, name: str) -> Any:
    if hasattr(value, "astype"):
        return value.astype(name)
    return value.to(getattr(sys.modules["torch"], name))


def _widened(value: Any) -> Any:
    if _is_array(value) and str(value.dtype).endswith("float32"):
        return _of_type(value, "float64")
    if type(value) in {tuple, list}:
        return type(value)(_widened(item) for item in value)
    if type(value) is dict:
        return {key: _widened(item) for key, item in value.items()}
    return value
