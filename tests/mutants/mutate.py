"""Break a module in small ways, one at a time: take a guard away, turn a condition round."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeGuard

REMOVED = "guard removed"
DROPPED = "filter dropped"
FLIPPED = "comparison flipped"
NEGATED = "condition turned"
KINDS: Final = (REMOVED, DROPPED, FLIPPED, NEGATED)
GUARDS: Final = ("require", "check", "refuse")

OPPOSITE: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    one: other
    for pair in (
        (ast.Eq, ast.NotEq),
        (ast.Lt, ast.GtE),
        (ast.Gt, ast.LtE),
        (ast.In, ast.NotIn),
        (ast.Is, ast.IsNot),
    )
    for one, other in (pair, pair[::-1])
}


@dataclass(frozen=True)
class Mutant:
    """A module with one thing changed."""

    kind: str
    line: int
    function: str
    was: str
    now: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    functions = _functions(tree)
    for node in _breakable(tree):
        for kind, part, now in _changes(node, source):
            where = max((f for f in functions if _inside(part, f)), key=_start, default=None)
            yield Mutant(
                kind,
                part.lineno,
                where.name if where else "",
                " ".join((ast.get_source_segment(source, part) or "").split()),
                now,
                _replaced(source, part, now),
            )


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def _start(node: ast.stmt) -> int:
    return node.lineno


def _inside(part: ast.expr | ast.stmt, function: ast.stmt) -> bool:
    return function.lineno <= part.lineno <= (function.end_lineno or 0)


def _breakable(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those that only say something: texts with gaps, annotations, asserts."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.JoinedStr | ast.Assert | ast.arg | ast.AnnAssign):
            yield child
            yield from _breakable(child)
        elif isinstance(child, ast.AnnAssign) and child.value is not None:
            yield child.value
            yield from _breakable(child.value)


Change = tuple[str, ast.expr | ast.stmt, str]


def _changes(node: ast.AST, source: str) -> Iterator[Change]:
    if (isinstance(node, ast.Raise) and not _is_to_be_defined(node)) or (
        isinstance(node, ast.Expr) and _guards(node.value)
    ):
        yield REMOVED, node, "pass"
    elif isinstance(node, ast.Call) and _is_filter(node.func):
        kept = ast.get_source_segment(source, node.func.value)
        yield DROPPED, node, str(kept)
    elif isinstance(node, ast.comprehension):
        yield from ((DROPPED, test, "True") for test in node.ifs)
    else:
        yield from _turned(node)


def _is_to_be_defined(node: ast.Raise) -> bool:
    """What a subclass must define refuses nobody."""
    return isinstance(node.exc, ast.Name) and node.exc.id == "NotImplementedError"


def _guards(value: ast.expr) -> bool:
    called = value.func if isinstance(value, ast.Call) else None
    name = getattr(called, "attr", getattr(called, "id", ""))
    return name.lstrip("_").startswith(GUARDS)


def _is_filter(called: ast.expr) -> TypeGuard[ast.Attribute]:
    return isinstance(called, ast.Attribute) and called.attr == "where"


def _turned(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        flipped = ast.Compare(node.left, [OPPOSITE[type(node.ops[0])]()], node.comparators)
        yield FLIPPED, node, f"({ast.unparse(flipped)})"
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield NEGATED, node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield NEGATED, node, f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.If | ast.IfExp | ast.While) and _is_plain(node.test):
        yield NEGATED, node.test, f"(not ({ast.unparse(node.test)}))"


def _is_plain(test: ast.expr) -> bool:
    """Neither turned round by itself already, nor for the type checker only."""
    said = isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"
    turned = isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp)
    return not said and not turned


def _replaced(source: str, part: ast.expr | ast.stmt, now: str) -> str:
    """Columns are counted in bytes."""
    lines = source.encode().splitlines(keepends=True)
    first, last = part.lineno - 1, (part.end_lineno or part.lineno) - 1
    before, after = lines[first][: part.col_offset], lines[last][part.end_col_offset :]
    lines[first : last + 1] = [before + now.encode() + after]
    return b"".join(lines).decode()
