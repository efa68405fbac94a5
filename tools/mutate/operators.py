"""Single mutations of a module's source: what a slip of the hand would change, found in its syntax tree.

Left alone is what no test should look at: docstrings and f-strings, what stands in a `raise` or a warning, annotations,
decorators, imports, `__all__`, and the functions that describe an object (`__repr__`, `__str__`, `__dir__`).
"""

import ast
import copy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

COMPARE = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
}  # fmt: skip
DROPPED_METHODS = ("detach", "clone", "copy", "abs", "sqrt", "exp", "log", "square", "item")
DROPPED_VIEWS = ("T", "mT")
DESCRIBING = ("__repr__", "__str__", "__dir__")
UNSEEN_CALLS = ("warn", "print")


@dataclass(frozen=True)
class Mutant:
    """A single mutation.

    Args:
        file: from the root of the repository.
        line: where it begins.
        operator: the kind of change.
        start, stop: the characters of the source that are replaced.
        new: by what.
        scope: first and last line of the function that holds it, or of the class or the module.
    """

    file: str
    line: int
    operator: str
    start: int
    stop: int
    new: str
    scope: tuple[int, int]

    @property
    def name(self) -> str:
        """A short name; with the file's text it says what is changed."""
        return hashlib.sha256(f"{self.file}\0{self.start}\0{self.stop}\0{self.new}".encode()).hexdigest()[:12]

    def of(self, text: str) -> str:
        """The file's text with the change in it."""
        return text[: self.start] + self.new + text[self.stop :]


def mutants(file: str, text: str) -> list[Mutant]:
    """All mutations of a module's source, in the order of the text."""
    tree, lines, found = ast.parse(text), text.splitlines(keepends=True), {}
    begins = [0, *accumulate(map(len, lines))]

    def at(line: int, column: int) -> int:
        """The place among the text's characters; columns of a syntax tree count bytes."""
        return begins[line - 1] + len(lines[line - 1].encode()[:column].decode())

    for node, scope in _looked_at(tree, (1, max(1, len(lines)))):
        for operator, old, new in _changes(node):
            if ast.dump(old) == ast.dump(new):
                continue
            words = ast.unparse(ast.fix_missing_locations(new))
            if isinstance(new, ast.expr) and not isinstance(new, ast.Constant | ast.Name | ast.Call | ast.Subscript):
                words = f"({words})"
            start, stop = at(old.lineno, old.col_offset), at(old.end_lineno, old.end_col_offset)
            mutant = Mutant(file, old.lineno, operator, start, stop, words, scope)
            found[mutant.name] = mutant
    return sorted(found.values(), key=lambda mutant: (mutant.start, mutant.stop, mutant.new))


def is_python(text: str) -> bool:
    """Whether a text can be read as Python; a tuple in brackets, say, can lose them where it must have them."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _looked_at(node: ast.AST, scope: tuple[int, int], inside: bool = False) -> Iterator[tuple[ast.AST, tuple]]:
    """Nodes that may be changed, each with the lines of its function or class."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        if node.name in DESCRIBING:
            return
        if not inside:  # a function within a function is seen by what sees the outer one
            scope = (min([node.lineno, *(part.lineno for part in node.decorator_list)]), node.end_lineno)
            inside = not isinstance(node, ast.ClassDef)
    if hasattr(node, "end_lineno"):
        yield node, scope
    for child in _children(node):
        yield from _looked_at(child, scope, inside)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _left_alone(child):
                yield child


def _left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _name(node.value.func) in UNSEEN_CALLS:
        return True
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _with(node: ast.AST, **fields) -> ast.AST:
    new = copy.deepcopy(node)
    for field, value in fields.items():
        setattr(new, field, value)
    return new


def _without(values: list, number: int) -> list:
    return values[:number] + values[number + 1 :]


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """(kind of change, what is replaced, by what), of the node itself and not of what is in it."""
    if isinstance(node, ast.If | ast.While):
        yield "condition negated", node.test, ast.UnaryOp(ast.Not(), node.test)
    for operator, new in _replacements(node):
        yield operator, node, new


def _replacements(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARE:
            yield "comparison", _with(node, ops=[COMPARE[type(operator)]()])
        case ast.Compare(ops=[*operators]):
            for number, operator in enumerate(operators):
                if type(operator) in COMPARE:
                    ops = [*operators[:number], COMPARE[type(operator)](), *operators[number + 1 :]]
                    yield "comparison", _with(node, ops=ops)
        case ast.BinOp(op=operator) if type(operator) in ARITHMETIC:
            if not (isinstance(node.left, ast.List | ast.Tuple) or isinstance(node.right, ast.List | ast.Tuple)):
                yield "arithmetic", _with(node, op=ARITHMETIC[type(operator)]())
            if isinstance(operator, ast.Add | ast.Mult | ast.Sub | ast.Div):
                yield "right side dropped", node.left
        case ast.BinOp(op=ast.BitOr()) if not isinstance(node.right, ast.Name):  # dicts, not types
            yield "right side dropped", node.left
        case ast.AugAssign(op=operator):
            yield "statement removed", ast.Pass()
            if type(operator) in ARITHMETIC and not isinstance(node.value, ast.List | ast.Tuple):
                yield "arithmetic", _with(node, op=ARITHMETIC[type(operator)]())
        case ast.Constant(value=bool(value)):
            yield "truth", ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield "constant", ast.Constant(value + 1)
        case ast.Constant(value=float(value)):
            yield "constant", ast.Constant(2 * value if value else 1.0)
        case ast.BoolOp(op=operator):
            yield "and, or", _with(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
            for number in range(len(node.values)):
                rest = _without(node.values, number)
                yield "condition dropped", rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield "not, minus", node.operand
        case ast.IfExp():
            yield "branch taken", node.body
            yield "branch taken", node.orelse
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "returns None", ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield "statement removed", ast.Pass()
        case ast.Subscript(slice=ast.Slice() as part):
            for bound in ("lower", "upper"):
                value = getattr(part, bound)
                if value is not None and not isinstance(value, ast.Constant):
                    later = ast.BinOp(value, ast.Add(), ast.Constant(1))
                    yield "slice", _with(node, slice=_with(part, **{bound: later}))
                if value is not None:
                    yield "slice", _with(node, slice=_with(part, **{bound: None}))
        case ast.Attribute(attr=name, ctx=ast.Load()) if name in DROPPED_VIEWS:
            yield "method dropped", node.value
        case ast.Call():
            yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.func, ast.Attribute) and node.func.attr in DROPPED_METHODS and not node.args:
        yield "method dropped", node.func.value
    if _name(node.func) in ("isinstance", "getattr", "hasattr", "issubclass", "field"):
        return
    for number in range(len(node.args) - 1):
        one, other = node.args[number : number + 2]
        if not (isinstance(one, ast.Starred) or isinstance(other, ast.Starred)):
            args = [*node.args[:number], other, one, *node.args[number + 2 :]]
            yield "arguments swapped", _with(node, args=args)
    for number, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield "keyword dropped", _with(node, keywords=_without(node.keywords, number))
