"""docs/site.md: fresh, and it names every key."""

import msgspec

from luot_controller.reference import site
from luot_controller.site_rows import Site


def test_the_page_is_fresh() -> None:
    """What stands in docs/ is what the structs check now; `make docs` writes it again."""
    assert site.text() == site.FILE.read_text(encoding="utf-8")


def test_every_table_is_described() -> None:
    """Each table of the file has its heading, and the keys that lie deepest are there as well."""
    text = site.text()
    for field in msgspec.structs.fields(Site):
        assert f"[{field.encode_name}]" in text
    for key in ("`head_start_min`", "`[[readers.buttons]]`", "`class`", "`closes`"):
        assert key in text
