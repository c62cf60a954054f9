"""A fact's fields as the bytes that are kept, and back. The same fact gives the same bytes, on every run."""

import msgspec

from luot_controller.engine.events import FACTS, Fact

_KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in FACTS}

# Sets and tables have no order of their own: they are written sorted.
encode = msgspec.json.Encoder(order="deterministic").encode


def decode_fact(kind: str, body: bytes) -> Fact:
    """The fact; raises msgspec.DecodeError for a kind that this version does not know, or fields that do not fit."""
    try:
        return msgspec.json.decode(body, type=_KINDS[kind])
    except KeyError:
        raise msgspec.DecodeError(f"no kind of event is called {kind!r}") from None
