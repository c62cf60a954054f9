"""Keeps the catalogues of texts as fresh as the code: extracts what is marked, merges and compiles; translates nothing.

English is written in the code; `locale/<language>/LC_MESSAGES/luot.po` holds the rest, and luot.mo what programs read.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

CODE = Path(__file__).parents[2] / "controller" / "luot_controller"
LANGUAGES = ("vi",)

_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
_WIDTH = 120


def po_file(language: str) -> Path:
    """Where people translate."""
    return CODE / "locale" / language / "LC_MESSAGES" / "luot.po"


def mo_file(language: str) -> Path:
    """Where programs read; made from the other."""
    return po_file(language).with_suffix(".mo")


def merged(language: str) -> Catalog:
    """The catalogue with exactly the texts of the code: what was translated stays, what is gone is dropped."""
    file = po_file(language)
    if file.exists():
        with file.open("rb") as lines:
            catalogue = read_po(lines, locale=language, domain="luot")
    else:
        header = f"# The texts of Luot in the language {language}."
        catalogue = Catalog(locale=language, domain="luot", project="Luot", header_comment=header, fuzzy=False)
    catalogue.update(_template(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def po_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as people read it: by text, and without line numbers, which would change with every edit."""
    out = io.BytesIO()
    write_po(out, catalogue, width=_WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return out.getvalue().rstrip(b"\n") + b"\n"


def mo_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as programs read it."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def texts(catalogue: Catalog) -> Iterator[tuple[list[str], list[str], bool]]:
    """Each English text (singular and plural, where it has both), its translations, and whether they are in doubt."""
    for message in catalogue:
        if message.id:
            english = [message.id] if isinstance(message.id, str) else list(message.id)
            found = [message.string] if isinstance(message.string, str) else list(message.string or ())
            yield english, [str(text) for text in found], message.fuzzy


def untranslated(catalogue: Catalog) -> list[str]:
    """English texts that have no translation, or only one that somebody must look at again."""
    return [english[0] for english, found, fuzzy in texts(catalogue) if fuzzy or not found or not all(found)]


def _template() -> Catalog:
    template = Catalog(domain="luot", project="Luot", fuzzy=False)
    rows = extract_from_dir(
        CODE,
        method_map=[("**.py", "python")],
        keywords=_KEYWORDS,
        comment_tags=("TRANSLATORS:",),
        strip_comment_tags=True,
    )
    for name, line, message, comments, context in rows:
        template.add(
            message, locations=[(f"controller/luot_controller/{name}", line)], auto_comments=comments, context=context
        )
    return template


if __name__ == "__main__":
    missing = 0
    for name in LANGUAGES:
        found = merged(name)
        po_file(name).parent.mkdir(parents=True, exist_ok=True)
        po_file(name).write_bytes(po_bytes(found))
        mo_file(name).write_bytes(mo_bytes(found))
        left = untranslated(found)
        missing += len(left)
        print(f"{po_file(name).relative_to(CODE)}: {len(found)} texts, {len(left)} to translate")
        print("".join(f"  {text}\n" for text in left), end="")
    sys.exit(1 if missing else 0)
