"""Writes the protocol's numbers into a board's modules in place of their names. Moves no line, runs no module.

A name that other modules can use costs a board ten times what its number does, and the protocol has a hundred of them.
"""

import ast
import io
import itertools
import re
import tokenize
from collections.abc import Collection, Iterator, Mapping

from luot_tools import firmware_constants

_PACKAGE = "luot_protocol/"
_DOCSTRING = '"""'

Place = tuple[int, int]


def written_out(sources: Mapping[str, str], untouched: Collection[str]) -> dict[str, str]:
    """The same modules, by their names in the tree, with `1` for `codes.OPENED`, which is `_OPENED` in codes itself.

    `sources` are all modules of all boards, so that each board gets the same. A number keeps its public name where it
    is imported by that name, or used in a string or by a module of `untouched`, which all are returned as they are.
    """
    numbers = {_dotted(name): _numbers(text) for name, text in sources.items() if name.startswith(_PACKAGE)}
    made = {name: text if name in untouched else _without_names(text, numbers) for name, text in sources.items()}
    staying = {one for text in made.values() for one in _used_by_name(text)}
    for name, text in made.items():
        own = numbers.get(_dotted(name), {}).keys() - staying
        made[name] = _made_private(text, {one for one in own if not re.search(rf"\b_{one}\b", text)})
    return made


def _numbers(source: str) -> dict[str, int]:
    found = firmware_constants.constants(ast.parse(source))
    return {name: value for name, value in found.items() if isinstance(value, int) and not name.startswith("_")}


def _dotted(name: str) -> str:
    return name.removesuffix(".py").replace("/", ".")


def _used_by_name(source: str) -> Iterator[str]:
    """Names that are imported, stand in a string, or are an attribute of anything."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield node.attr
    for token in _tokens(source):
        if token.type == tokenize.STRING and not token.string.startswith(_DOCSTRING):
            yield from re.findall(r"\w+", token.string)


def _without_names(source: str, numbers: Mapping[str, Mapping[str, int]]) -> str:
    """With the value for each `module.NAME` of an imported module."""
    modules = {
        alias.asname or alias.name: numbers[f"{node.module}.{alias.name}"]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if f"{node.module}.{alias.name}" in numbers
    }
    changes = []
    tokens = _tokens(source)
    for before, module, dot, name in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False):
        value = modules.get(module.string, {}).get(name.string)
        if value is not None and dot.string == "." != before.string and module.start[0] == name.end[0]:
            changes.append((module.start, name.end, str(value)))
    return _changed(source, changes)


def _made_private(source: str, names: Collection[str]) -> str:
    return _changed(
        source,
        [
            (token.start, token.start, "_")
            for before, token in itertools.pairwise(_tokens(source))
            if token.type == tokenize.NAME and token.string in names and before.string != "."
        ],
    )


def _changed(source: str, changes: list[tuple[Place, Place, str]]) -> str:
    """With these texts from a place to another of the same line; in the order in which they stand."""
    lines = source.split("\n")
    for (row, begin), (_, end), text in reversed(changes):
        lines[row - 1] = lines[row - 1][:begin] + text + lines[row - 1][end:]
    return "\n".join(lines)


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    """With an empty one first, so that each token of the source has one before it."""
    first = tokenize.TokenInfo(tokenize.NEWLINE, "", (0, 0), (0, 0), "")
    return [first, *tokenize.generate_tokens(io.StringIO(source).readline)]
