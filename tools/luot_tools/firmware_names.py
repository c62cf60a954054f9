"""Gives the private names of a module short ones for a board. Never moves a line, never touches a public name.

MicroPython keeps in memory the text of each name that any module uses, once. Short names, which all modules share, take
little of it; a traceback still has file and line.
"""

import ast
import builtins
import io
import itertools
import re
import string
import tokenize
from collections.abc import Iterator

_PRIVATE = re.compile(r"_[a-zA-Z]\w*")
_MARKED = re.compile(r"(?:^|; )(_\w+) = const\(", re.MULTILINE)
_DOCSTRING = '"""'


def shortened(source: str) -> str:
    """The same module with `_a`, `_b` and so on in place of its private names.

    Names that stand in a string stay, since that may be an f-string or the argument of getattr, and those of constants
    that are marked, of which no name is left anyway. A module with a class that builds on another module's is returned
    as it is: objects of such a class have private names of both.
    """
    if _builds_on_others(ast.parse(source)):
        return source
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    names = dict.fromkeys(token.string for token in tokens if _is_private(token))
    stay = set(_MARKED.findall(source))
    for token in tokens:
        if token.type == tokenize.STRING and not token.string.startswith(_DOCSTRING):
            stay.update(_PRIVATE.findall(token.string))
    short = dict(zip((name for name in names if name not in stay), _short_names(stay), strict=False))
    lines = source.split("\n")
    for token in reversed(tokens):
        if _is_private(token) and token.string in short:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = line[:column] + short[token.string] + line[column + len(token.string) :]
    return "\n".join(lines)


def _builds_on_others(module: ast.Module) -> bool:
    classes = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    known = {one.name for one in classes} | set(dir(builtins))
    return any(not (isinstance(base, ast.Name) and base.id in known) for one in classes for base in one.bases)


def _is_private(token: tokenize.TokenInfo) -> bool:
    return token.type == tokenize.NAME and _PRIVATE.fullmatch(token.string) is not None


def _short_names(taken: set[str]) -> Iterator[str]:
    for length in (1, 2):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            name = "_" + "".join(letters)
            if name not in taken:
                yield name
