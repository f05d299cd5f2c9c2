"""Wrong programs, made mechanically from right ones: each differs in one place of its syntax tree.

What is not touched: docstrings, annotations, decorators, imports, what an error says (constant texts, for people), and
names. What is left is what a program does.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

COMPARE: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd, ast.Pow: ast.Mult,
}  # fmt: skip
SAYING: Final = ("Error", "require")  # calls whose texts are for people
Place = tuple[Any, ...]  # the way from the module to a node: names of fields, and numbers in lists


@dataclass(frozen=True)
class Bend:
    """One change of one module."""

    line: int
    what: str
    place: Place
    node: ast.AST | None  # what stands there instead; None removes a statement

    def apply(self, tree: ast.Module) -> ast.Module:
        """Return the changed module."""
        bent = copy.deepcopy(tree)
        at: Any = bent
        for step in self.place[:-1]:
            at = at[step] if isinstance(step, int) else getattr(at, step)
        last, new = self.place[-1], self.node if self.node is not None else ast.Pass()
        if isinstance(last, int):
            at[last] = new
        else:
            setattr(at, last, new)
        return ast.fix_missing_locations(bent)


def bends(tree: ast.Module) -> list[Bend]:
    """Return every change, in the order of the text."""
    return list(_children(tree, (), says=False))


def _children(node: ast.AST, place: Place, *, says: bool) -> Iterator[Bend]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params", "ctx", "keywords") and _skipped(
            node, field
        ):
            continue
        if isinstance(value, ast.AST):
            yield from _node(value, (*place, field), says=says)
        elif isinstance(value, list):
            for number, one in enumerate(value):
                if isinstance(one, ast.AST) and not (number == 0 and field == "body" and _is_text(one)):
                    yield from _node(one, (*place, field, number), says=says)


def _skipped(node: ast.AST, field: str) -> bool:
    return field != "keywords" or isinstance(node, ast.ClassDef)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _node(node: ast.AST, place: Place, *, says: bool) -> Iterator[Bend]:
    if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_text(node):
        return
    says = says or (isinstance(node, ast.Call) and ast.unparse(node.func).endswith(SAYING))
    line = getattr(node, "lineno", 0)
    for what, new in _instead(node, says=says):
        yield Bend(line, what, place, new)
    yield from _children(node, place, says=says)


def _instead(node: ast.AST, *, says: bool) -> Iterator[tuple[str, ast.AST | None]]:
    """Yield what may stand in the place of a node."""
    if isinstance(node, (ast.Raise, ast.Continue, ast.Break)) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, (ast.Yield, ast.YieldFrom, ast.Constant))
    ):
        yield f"without `{_short(node)}`", None
    elif isinstance(node, ast.Return) and node.value is not None and not _is(node.value, None):
        yield f"`return None` for `{_short(node)}`", ast.Return(ast.Constant(None))
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield f"not `{_short(node.test)}`", _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.comprehension):
        for number, test in enumerate(node.ifs):
            yield f"without `if {_short(test)}`", _with(node, ifs=node.ifs[:number] + node.ifs[number + 1 :])
    elif isinstance(node, ast.expr):
        yield from _expression(node, says=says)


def _expression(node: ast.expr, *, says: bool) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        for number, op in enumerate(node.ops):
            ops = [*node.ops[:number], COMPARE[type(op)](), *node.ops[number + 1 :]]
            yield _changed(node, _with(node, ops=ops))
    elif isinstance(node, ast.BoolOp):
        for number in range(len(node.values)):
            rest = node.values[:number] + node.values[number + 1 :]
            yield _changed(node, rest[0] if len(rest) == 1 else _with(node, values=rest))
        yield _changed(node, _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And()))
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield _changed(node, _with(node, op=ARITHMETIC[type(node.op)]()))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield _changed(node, node.operand)
    elif isinstance(node, ast.Constant) and not says:
        yield from _constant(node)


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield _changed(node, ast.Constant(not value))
    elif isinstance(value, int):
        yield _changed(node, ast.Constant(value + 1))
    elif isinstance(value, str):
        yield _changed(node, ast.Constant(value + "?"))
    elif isinstance(value, bytes):
        yield _changed(node, ast.Constant(value + b"?"))


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _with(node: Any, **fields: Any) -> Any:
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _changed(before: ast.AST, after: ast.AST) -> tuple[str, ast.AST]:
    return f"`{_short(after)}` for `{_short(before)}`", after


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 90 else text[:87] + "..."
