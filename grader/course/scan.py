"""The walk over a file that finds uses of what is forbidden."""

from __future__ import annotations

import ast
import warnings
from collections import deque
from collections.abc import Callable, Iterable

from grader.course.meaning import Own, Ref, Scope, Values, argument, meaning, paths_of, texts_of
from grader.course.rules import Rules

_MOST_STEPS = 200_000
_MOST_TEXTS = 20  # that are run with eval or exec
_FACTORIES = {"new_tensor", "new_zeros", "new_ones", "new_full", "new_empty"}


def _parsed_anew(text: str) -> ast.Module | None:
    """Parse a short text into a tree of its own, to be changed; None where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return None


_TELLS_NOTHING = (ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
_Item = ast.AST | Callable[[], None]


class Scan:
    """A walk over a file in the order in which it would run; functions' bodies come after what surrounds them.

    It keeps its own stack: a learner's expression may be nested deeper than Python can recurse.

    Attributes:
        uses: (line, column, forbidden name) -> what the line does.
    """

    def __init__(self, rules: Rules, own: set[str]) -> None:
        self.rules = rules
        self.own = own
        self.uses: dict[tuple[int, int, str], str] = {}
        self._lines: set[tuple[int, str]] = set()
        self._texts = 0
        self._stack: list[tuple[_Item, Scope, bool]] = []
        self._bodies: deque[tuple[list[ast.stmt], Scope]] = deque()

    def run(self, tree: ast.Module) -> None:
        """Visit everything, but no more than a bounded number of nodes."""
        self._bodies.append((tree.body, Scope()))
        steps = 0
        while (self._stack or self._bodies) and steps < _MOST_STEPS:
            if not self._stack:
                self._push(*self._bodies.popleft())
                continue
            steps += 1
            item, scope, perhaps = self._stack.pop()
            if isinstance(item, ast.AST):
                self._visit(item, scope, perhaps)
            else:
                item()

    def _push(self, items: Iterable[_Item | None], scope: Scope, perhaps: bool = False) -> None:
        told = [item for item in items if item is not None and not isinstance(item, _TELLS_NOTHING)]
        self._stack += [(item, scope, perhaps) for item in reversed(told)]

    def _report(self, node: ast.AST, name: str, how: str) -> None:
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        if name and (line, name) not in self._lines:
            self._lines.add((line, name))
            self.uses[line, column, name] = how

    def _report_paths(self, node: ast.AST, values: Values, verb: str) -> bool:
        for path in paths_of(values):
            name = self.rules.name_of(path)
            if name:
                self._report(node, name, f"{verb} {path}")
                return True
        return False

    # -- statements ---------------------------------------------------------------------------------------------

    def _visit(self, node: ast.AST, scope: Scope, perhaps: bool) -> None:  # noqa: C901, PLR0912 - a table of node kinds
        match node:
            case ast.Import() | ast.ImportFrom():
                self._import(node, scope, perhaps)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node, scope, perhaps)
            case ast.ClassDef(name=name, body=body):
                self._push([lambda: scope.bind(name, (Own("class"),), perhaps=perhaps)], scope)
                self._push(body, Scope(scope, is_class=True))
                self._push([*node.decorator_list, *node.bases, *node.keywords], scope)
            case ast.Assign(targets=targets, value=value):
                self._graph_attribute(targets, value, scope)
                self._push([value, *targets, lambda: self._assign(targets, value, scope, perhaps)], scope)
            case ast.AnnAssign(value=value):
                then = None if value is None else lambda: self._assign([node.target], value, scope, perhaps)
                self._push([node.annotation, value, node.target, then], scope)
            case ast.NamedExpr(value=value):
                self._push([value, lambda: self._assign([node.target], value, scope, perhaps)], scope)
            case ast.If() if is_main_guard(node.test):
                self._push(node.orelse, scope, perhaps)
            case ast.If() | ast.While() | ast.For() | ast.AsyncFor() | ast.Try() | ast.TryStar() | ast.Match():
                if isinstance(node, ast.For | ast.AsyncFor):
                    self._assign([node.target], None, scope, perhaps)
                self._push(ast.iter_child_nodes(node), scope, True)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                scope.elsewhere.update(names)
            case ast.withitem(optional_vars=target):
                self._push([node.context_expr, target], scope, perhaps)
                self._assign([target] if target else [], None, scope, perhaps)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                scope.bind(name, (), perhaps=perhaps)
                self._push(ast.iter_child_nodes(node), scope, perhaps)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                inner = Scope(scope)
                self._assign([generator.target for generator in node.generators], None, inner, False)
                self._push(ast.iter_child_nodes(node), inner)
            case ast.expr():
                self._expression(node, scope)
            case _:
                self._push(ast.iter_child_nodes(node), scope, perhaps)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope, perhaps: bool) -> None:
        base = "." if isinstance(node, ast.ImportFrom) and node.level else getattr(node, "module", None) or ""
        for alias in node.names:
            path = alias.name if isinstance(node, ast.Import) else f"{base}.{alias.name}"
            if base == ".":
                path = ""
            if alias.name == "*":
                scope.module().add_star(base)
                path = base
            self._report_paths(node, (Ref(path),), "imports")
            if alias.name == "*":
                continue
            name = alias.asname or alias.name.partition(".")[0]
            known = path if alias.asname or isinstance(node, ast.ImportFrom) else name
            scope.bind(name, (Ref(known),) if path else (Own("import"),), perhaps=perhaps)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope, perhaps: bool) -> None:
        args = node.args
        named = [*args.posonlyargs, *args.args]
        everything = [*named, *args.kwonlyargs, args.vararg, args.kwarg]
        inner = scope.for_body()
        for arg in everything:
            if arg is not None:
                inner.bind(arg.arg, ())
        defaults = [*zip(reversed(named), reversed(args.defaults)), *zip(args.kwonlyargs, args.kw_defaults)]  # noqa: B905
        for arg, default in defaults:
            inner.bind(arg.arg, meaning(default, scope))
        self._push([*args.defaults, *args.kw_defaults, *(arg.annotation for arg in everything if arg)], scope)
        if isinstance(node, ast.Lambda):
            self._bodies.append(([ast.copy_location(ast.Expr(node.body), node)], inner))
            return
        self._push([*node.decorator_list, node.returns], scope)
        scope.bind(node.name, (Own("function"),), perhaps=perhaps)
        self._bodies.append((node.body, inner))

    def _assign(self, targets: Iterable[ast.expr], value: ast.expr | None, scope: Scope, perhaps: bool) -> None:
        """Bind what is assigned to; unpacked item by item where both sides are written out."""
        waiting: list[tuple[ast.expr, ast.expr | None]] = [(target, value) for target in targets]
        while waiting:
            target, given = waiting.pop()
            if isinstance(target, ast.Name):
                scope.bind(target.id, meaning(given, scope), perhaps=perhaps)
            elif isinstance(target, ast.Starred):
                waiting.append((target.value, None))
            elif isinstance(target, ast.Tuple | ast.List):
                same = isinstance(given, ast.Tuple | ast.List) and len(given.elts) == len(target.elts)
                items = given.elts if same and isinstance(given, ast.Tuple | ast.List) else [None] * len(target.elts)
                waiting += zip(target.elts, items, strict=True)

    # -- expressions --------------------------------------------------------------------------------------------

    def _expression(self, node: ast.expr, scope: Scope) -> None:
        match node:
            case ast.Name(ctx=ast.Load()):
                self._report_paths(node, meaning(node, scope), "uses")
            case ast.Attribute(value=value, attr=attr, ctx=ctx):
                found = self._report_paths(node, meaning(node, scope), "uses")
                if not found and isinstance(ctx, ast.Load):
                    self._method(node, value, attr, scope)
                while found and isinstance(value, ast.Attribute):
                    value = value.value  # the whole chain has been told
                self._push([value], scope)
            case ast.Subscript():
                self._report_paths(node, meaning(node, scope), "reaches")
                self._push(ast.iter_child_nodes(node), scope)
            case ast.Call():
                self._report_paths(node, meaning(node, scope), "reaches")
                self._named_method(node, scope)
                self._graph(node, scope)
                self._run_text(node, scope)
                self._push(ast.iter_child_nodes(node), scope)
            case _:
                self._push(ast.iter_child_nodes(node), scope)

    def _method(self, node: ast.AST, receiver: ast.expr, attr: str, scope: Scope) -> None:
        """``loss.backward``, where ``loss`` is nothing else that is known."""
        name = self.rules.methods.get(attr, "")
        if name and attr not in self.own and not self._is_no_tensor(receiver, scope):
            self._report(node, name, f"uses Tensor.{attr}")

    def _named_method(self, call: ast.Call, scope: Scope) -> None:
        """``getattr(loss, "backward")`` and ``methodcaller("backward")``."""
        paths = paths_of(meaning(call.func, scope))
        if "builtins.getattr" in paths and len(call.args) > 1:
            for attr in texts_of(meaning(call.args[1], scope)):
                self._method(call, call.args[0], attr, scope)
        if "operator.methodcaller" in paths and call.args:
            for attr in texts_of(meaning(call.args[0], scope)):
                self._method(call, ast.Constant(None), attr, scope)

    def _is_no_tensor(self, node: ast.expr, scope: Scope) -> bool:
        """Whether it is a module, the learner's own, or an object of a class that is not torch's."""
        if isinstance(node, ast.Name) and node.id in {"self", "cls"}:
            return True
        values = meaning(node, scope)
        if not values and isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return "builtins.super" in paths_of(meaning(node.func, scope))
        return any(isinstance(value, Ref | Own) for value in values)

    def _graph(self, call: ast.Call, scope: Scope) -> None:
        """Asking torch to record gradients, the first step of autograd."""
        if not self.rules.graph:
            return
        functions = meaning(call.func, scope)
        paths = paths_of(functions)
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        first = argument(call, 0, "mode")
        asked = ""
        if method == "requires_grad_" and method not in self.own and not functions:
            wanted = argument(call, 0, "requires_grad")
            asked = "requires_grad_()" if wanted is None or _is_constant(wanted, True) else ""
        elif "torch.set_grad_enabled" in paths and _is_constant(first, True):
            asked = "set_grad_enabled(True)"
        elif "torch.inference_mode" in paths and _is_constant(first, False):
            asked = "inference_mode(False)"
        elif any(path.startswith("torch.") for path in paths) or (method in _FACTORIES and not functions):
            wanted = next((keyword.value for keyword in call.keywords if keyword.arg == "requires_grad"), None)
            asked = "requires_grad=True" if _is_constant(wanted, True) else ""
        if asked:
            self._report(call, self.rules.graph, f"asks autograd to record gradients ({asked})")

    def _graph_attribute(self, targets: Iterable[ast.expr], value: ast.expr, scope: Scope) -> None:
        """``x.requires_grad = True``."""
        for target in targets:
            if (
                self.rules.graph
                and isinstance(target, ast.Attribute)
                and target.attr == "requires_grad"
                and "requires_grad" not in self.own
                and _is_constant(value, True)
                and not self._is_no_tensor(target.value, scope)
            ):
                how = "asks autograd to record gradients (requires_grad = True)"
                self._report(target, self.rules.graph, how)

    def _run_text(self, call: ast.Call, scope: Scope) -> None:
        """``eval("torch.autograd")`` and ``__import__("torch.autograd")``, where the text is known."""
        functions = paths_of(meaning(call.func, scope))
        if "builtins.__import__" in functions:
            names = texts_of(meaning(argument(call, 0, "name"), scope))
            self._report_paths(call, tuple(Ref(name) for name in names), "imports")
        if not {"builtins.eval", "builtins.exec"}.intersection(functions) or self._texts == _MOST_TEXTS:
            return
        self._texts += 1
        for text in texts_of(meaning(argument(call, 0, "source"), scope)):
            tree = _parsed_anew(text)
            for node in ast.walk(tree) if tree is not None else ():
                ast.copy_location(node, call)
            self._push([] if tree is None else tree.body, scope, perhaps=True)


def _is_constant(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def is_main_guard(test: ast.expr) -> bool:
    """``__name__ == "__main__"``, either way round."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return any(
                isinstance(name, ast.Name) and name.id == "__name__" and _says_main(text)
                for name, text in ((left, right), (right, left))
            )
    return False


def _says_main(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == "__main__"
