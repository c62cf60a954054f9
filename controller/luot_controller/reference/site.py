"""Writes docs/site.md: every table and key of the site file, from the structs that check it; adds nothing else."""

import ast
import inspect
import sys
import textwrap
import types
from collections.abc import Iterator
from enum import EnumMeta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from luot_controller.settings import sample_site
from luot_controller.site_rows import DESK_PATTERN, ID_PATTERN, TIME_PATTERN, Row, Site

FILE = Path(__file__).parents[3] / "docs" / "site.md"

_FORMS = {
    ID_PATTERN: "1 to 32 of a-z, 0-9 and -",
    DESK_PATTERN: "1 to 27 of a-z, 0-9 and -",
    TIME_PATTERN: "HH:MM",
}
_WORDS = {str: "text", int: "whole number", bool: "true or false"}


def text() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# The site file",
            "",
            "`site.toml` in the office's data folder says what is done here, where, and in which order. Made by `make",
            "docs` from `controller/luot_controller/site_rows.py`; a test fails when this page is stale.",
            "",
            "- `luot site check FILE` reads it as the office does. A mistake is named with its line, its key, its",
            "  value and what is allowed.",
            "- An office that runs takes a changed file into force within two seconds, or at once with",
            "  `luot site reload`. A file with a mistake, or one that drops what somebody in line needs, is refused",
            "  and changes nothing. Visits keep the head start they were opened with.",
            "",
            *(line for table in _tables(Site) for line in _described(table)),
            "## The file of a new office",
            "",
            "```toml",
            *sample_site().splitlines(),
            "```",
            "",
        ]
    )


def _tables(struct: type[Row]) -> Iterator[type[Row]]:
    """The tables within a struct, each once, in the order of the file."""
    for field in msgspec.structs.fields(struct):
        inner = _inner(field.type)
        if isinstance(inner, type) and issubclass(inner, Row):
            yield inner
            yield from _tables(inner)


def _described(table: type[Row]) -> list[str]:
    heading, _, about = (inspect.getdoc(table) or "").partition(":")
    docs = _field_docs(table)
    rows = [
        f"| `{field.encode_name}` | {_allowed(field.type)} | {_default(field)} | {docs[field.name]} |"
        for field in msgspec.structs.fields(table)
    ]
    about = " ".join(about.split())
    head = ["| key | allowed | left out | meaning |", "| --- | --- | --- | --- |"]
    return [f"## {heading}", "", about[:1].upper() + about[1:], "", *head, *rows, ""]


def _field_docs(table: type[Row]) -> dict[str, str]:
    """Field name to the string that stands below it in the source."""
    (struct,) = ast.parse(textwrap.dedent(inspect.getsource(table))).body
    assert isinstance(struct, ast.ClassDef)
    docs: dict[str, str] = {}
    for field, doc in zip(struct.body, struct.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            assert isinstance(doc, ast.Expr)
            assert isinstance(doc.value, ast.Constant), f"{table.__name__}.{field.target.id} says nothing of itself"
            docs[field.target.id] = " ".join(str(doc.value.value).split())
    return docs


def _allowed(kind: Any) -> str:
    if get_origin(kind) is Annotated:
        inner, *limits = get_args(kind)
        if get_origin(inner) is list:
            return f"one or more: {_allowed(get_args(inner)[0])}"
        (limit,) = limits
        if limit.pattern is not None:
            return _FORMS[limit.pattern]
        if limit.ge is not None:
            return f"{limit.ge} to {limit.le}"
        return f"text of at most {limit.max_length} characters"
    if get_origin(kind) is Literal or isinstance(kind, EnumMeta):
        return ", ".join(f"`{one}`" for one in (get_args(kind) or kind))
    if get_origin(kind) is list:
        return "a list of tables"
    return _WORDS[kind]


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    if field.default is msgspec.NODEFAULT:
        return "none"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return "none" if field.default == "" else f"`{field.default}`"


def _inner(kind: Any) -> Any:
    while get_origin(kind) in (Annotated, list, types.UnionType):
        kind = get_args(kind)[0]
    return kind


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.write_text(text(), encoding="utf-8")
    print(target)
