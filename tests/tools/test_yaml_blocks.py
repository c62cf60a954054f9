"""luot_tools.yaml_blocks: whatever is written is read back the same by PyYAML, which is not ours."""

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from luot_tools.yaml_blocks import dump

# YAML 1.1, which PyYAML reads, knows numbers with an exponent in another form than JSON.
numbers = st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: "e" not in repr(number))
awkward = [
    *("", "no", "Null", "true", "y", "7", "1.5", "0x1f", "2026-01-01", "~", "-", "#", "$ref", "[", "|", ">", "<<", "="),
    *("&a", "*a", "!a", "%a", "@a", "`a`", "'a'", '"', "{a}", "a{b}", "a:", "a,b", "- a", "a: b", "a #b", " a", "a "),
    *("a\nb", "a\tb"),
]
texts = st.sampled_from(awkward) | st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=200)
@given(st.dictionaries(texts, values, max_size=3))
def test_data_survives(data: dict[str, Any]) -> None:
    """Any map comes back equal, in the same order, whatever its keys, texts and nesting are."""
    read = yaml.safe_load(dump(data))
    assert data == read
    assert list(data) == list(read)


def test_it_is_meant_to_be_read() -> None:
    """Plain text has no quotes, short lists stay on one line, maps in lists begin at the hyphen."""
    data = {"a": {"$ref": "#/b", "size": 7, "type": ["x", None]}, "list": [{"k": "luot/{site}", "l": []}, {}]}
    lines = ["a:", '  $ref: "#/b"', "  size: 7", '  type: ["x", null]', "list:", "- k: luot/{site}", "  l: []", "- {}"]
    assert "\n".join([*lines[:5], *(f"  {line}" for line in lines[5:]), ""]) == dump(data)
