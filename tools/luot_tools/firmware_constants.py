"""Tells MicroPython's compiler which private names of a module never change. Never moves a line, never runs a module.

MicroPython writes the value of a private constant into its code, and keeps neither name nor variable, when it is marked
`const(...)`. The marks are made here, so that the source stays plain Python.
"""

import ast
from collections import Counter
from collections.abc import Mapping

Value = int | str | bytes | tuple["Value", ...]


def marked(source: str) -> str:
    """The same module, with each private name marked that is bound once, to numbers, text, bytes, or tuples of them."""
    module = ast.parse(source)
    bindings = Counter(_bound(module))
    known: dict[str, Value] = {}
    lines = source.split("\n")
    for statement in module.body:
        names = [name for name in _names(statement) if name.startswith("_") and bindings[name] == 1]
        values = _values(statement, known)
        if values is None or len(values) != len(names):
            continue
        known.update(zip(names, values, strict=True))
        first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
        marks = "; ".join(f"{name} = const({value!r})" for name, value in zip(names, values, strict=True))
        lines[first:last] = [marks] + [""] * (last - first - 1)
    return "\n".join(lines)


def constants(module: ast.Module) -> dict[str, Value]:
    """The names that a module binds once, at its top level, to such values."""
    bindings = Counter(_bound(module))
    known: dict[str, Value] = {}
    for statement in module.body:
        names, values = _names(statement), _values(statement, known)
        if values is not None and len(values) == len(names):
            known.update((name, value) for name, value in zip(names, values, strict=True) if bindings[name] == 1)
    return known


def _names(statement: ast.stmt) -> list[str]:
    """The names that a plain assignment binds; none of any other statement."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return []
    target = statement.targets[0]
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    return [one.id for one in targets if isinstance(one, ast.Name)]


def _values(statement: ast.stmt, known: Mapping[str, Value]) -> list[Value] | None:
    """What each name is bound to; None where that is not a constant."""
    if not isinstance(statement, ast.Assign):
        return None
    value = _value(statement.value, known)
    if not isinstance(statement.targets[0], ast.Tuple):
        return None if value is None else [value]
    return list(value) if isinstance(value, tuple) else None


def _value(node: ast.expr, known: Mapping[str, Value]) -> Value | None:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            if part.id not in known and part.id != "range":
                return None
        elif not isinstance(part, _PARTS):
            return None
    found = eval(compile(ast.Expression(node), "a constant", "eval"), {"__builtins__": {"range": range}}, dict(known))
    found = tuple(found) if isinstance(found, range) else found
    return found if _is_constant(found) else None


_PARTS = (
    ast.Constant,
    ast.Tuple,
    ast.UnaryOp,
    ast.unaryop,
    ast.BinOp,
    ast.operator,
    ast.expr_context,
    ast.Call,  # of range alone: no other name is known that could be called
)


def _is_constant(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_constant, value))
    return isinstance(value, int | str | bytes) and not isinstance(value, bool)


def _bound(module: ast.Module) -> list[str]:
    """Every binding of a name anywhere in the module, by assignment, argument, import, definition or `global`."""
    names = []
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.append(node.id)
        elif isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, ast.alias):
            names.append(node.asname or node.name)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            names += node.names
    return names
